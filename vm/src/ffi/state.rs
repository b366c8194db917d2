//! What a VM keeps for its scripts' C types: the table of types, the fields of structs by interned name, metatypes, and whether
//! memory may be touched that nobody lent.

use std::collections::{HashMap, HashSet};

use super::ccall::Bridge;
use super::ctab::{Bits, CTab, CTypeId, FIRST, Kind, MemberKind, Quals};
use crate::gc::Heap;
use crate::string::LuaString;
use crate::table::Table;
use crate::value::{Gc, RawValue};
use crate::vm::{Raised, Vm};

/// A member of a struct as a look-up finds it, the members of anonymous parts among them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CField {
    pub(crate) name: Gc<LuaString>,
    pub(crate) ctype: CTypeId,
    /// From the start of the struct, in bytes.
    pub(crate) offset: u32,
    /// It may not be assigned.
    pub(crate) is_constant: bool,
    pub(crate) kind: CFieldKind,
}

/// How a member is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CFieldKind {
    /// From memory.
    Field,
    /// From some bits of an integer.
    Bits(Bits),
    /// It is this number.
    Constant(u32),
}

/// How many declarations are remembered because they may come again.
const MAX_DECLARED: usize = 4096;

/// The state of the FFI in one VM.
#[derive(Default)]
pub struct CState {
    /// The types scripts have declared.
    pub table: CTab,
    /// The capability `UnsafeFfi`: scripts may follow raw pointers and call C.
    pub is_unrestricted: bool,
    /// The host reloads scripts while they run: what a script declares may come again word for word, and its metatypes take the place of
    /// those of its last version. Elsewhere both are errors, as in LuaJIT.
    pub reloads: bool,
    /// What has been declared, when it may come again.
    declared: HashSet<Box<[u8]>>,
    /// By record: its fields, once somebody has asked for one.
    fields: Vec<Option<Box<[CField]>>>,
    /// By type without qualifiers: the index into the pinned values of its metatable, plus one.
    metatypes: Vec<u32>,
    /// The metatable of every C value.
    pub(crate) base: Option<Gc<Table>>,
    /// The methods of callbacks.
    pub(crate) callback_methods: Option<Gc<Table>>,
    /// Types named by strings, as scripts repeat them; emptied when something is declared.
    pub(crate) spelled: HashMap<Box<[u8]>, CTypeId>,
    /// By type: what its elements are, once somebody has asked.
    pub(crate) elements: Vec<super::place::Elements>,
    /// `errno` after the last call of a C function.
    pub(crate) errno: i32,
    /// Calls of C functions, and callbacks.
    #[cfg_attr(not(feature = "c-calls"), allow(dead_code, reason = "nothing to keep"))]
    pub(crate) bridge: Bridge,
}

impl CState {
    /// The type that metatypes of a type are kept under: without qualifiers, references followed.
    pub(crate) fn metatype_key(&self, ctype: CTypeId) -> CTypeId {
        let ctype = self.table.referent(ctype);
        match self.table.kind(ctype) {
            Kind::Record(record) => self.table.record(record).ctype,
            _ => ctype,
        }
    }

    /// The metatable a script has given a type; of a pointer, that of what it points at.
    pub(crate) fn metatype(&self, heap: &Heap, ctype: CTypeId) -> Option<Gc<Table>> {
        let ctype = self.table.referent(ctype);
        let ctype = match self.table.kind(ctype) {
            Kind::Pointer(to) => to,
            _ => ctype,
        };
        self.exact_metatype(heap, ctype)
    }

    /// `metatype`, not looking through pointers.
    pub(crate) fn exact_metatype(&self, heap: &Heap, ctype: CTypeId) -> Option<Gc<Table>> {
        if self.metatypes.is_empty() {
            return None;
        }
        let slot = (self.metatype_key(ctype).0 - FIRST) as usize;
        let index = (*self.metatypes.get(slot)?).checked_sub(1)?;
        heap.roots.pinned[index as usize].as_table()
    }

    /// The record whose fields come before the methods of a type's metatype, if it is one or a pointer to one.
    pub(crate) fn method_target(&self, ctype: CTypeId) -> Option<u32> {
        let ctype = self.table.referent(ctype);
        let ctype = match self.table.kind(ctype) {
            Kind::Pointer(to) => to,
            _ => ctype,
        };
        self.table.as_record(ctype)
    }

    /// Whether a declaration that fails is one that was made before, word for word, and may come again.
    pub(crate) fn is_repeated(&self, source: &[u8]) -> bool {
        self.declared.contains(source)
    }

    /// Remembers a declaration, if it may come again.
    pub(crate) fn remember(&mut self, source: &[u8]) {
        if self.reloads && self.declared.len() < MAX_DECLARED {
            self.declared.insert(source.into());
        }
    }

    /// Gives a type its metatable; whether it could have it.
    pub(crate) fn set_metatype(&mut self, heap: &mut Heap, ctype: CTypeId, table: Gc<Table>) -> bool {
        let slot = (self.metatype_key(ctype).0 - FIRST) as usize;
        if self.metatypes.len() <= slot {
            self.metatypes.resize(slot + 1, 0);
        }
        if let Some(known) = self.metatypes[slot].checked_sub(1) {
            if self.reloads {
                let old = std::mem::replace(&mut heap.roots.pinned[known as usize], table.into());
                heap.barrier(old);
            }
            return self.reloads;
        }
        heap.roots.pinned.push(table.into());
        self.metatypes[slot] = heap.roots.pinned.len() as u32;
        true
    }

    /// The fields of a record, if somebody has asked before.
    #[inline]
    pub(crate) fn known_fields(&self, record: u32) -> Option<&[CField]> {
        self.fields.get(record as usize)?.as_deref()
    }

    fn members(&self, record: u32, offset: u32, quals: Quals, found: &mut Vec<Flat>) {
        for member in &self.table.record(record).members {
            // What a reference refers to has qualifiers of its own.
            let own = self.table.get(self.table.referent(member.ctype)).quals;
            let mine = quals.or(own);
            let kind = match member.kind {
                MemberKind::Field => CFieldKind::Field,
                MemberKind::Bits(bits) => CFieldKind::Bits(bits),
                MemberKind::Constant(bits) => CFieldKind::Constant(bits),
                MemberKind::Anonymous => {
                    match self.table.kind(member.ctype) {
                        Kind::Record(inner) => self.members(inner, offset + member.offset, mine, found),
                        Kind::Enum(index) => {
                            found.extend(self.table.enumeration(index).constants.iter().map(
                                |(name, constant)| Flat {
                                    name: name.clone(),
                                    ctype: constant.ctype,
                                    offset: 0,
                                    is_constant: true,
                                    kind: CFieldKind::Constant(constant.bits),
                                },
                            ));
                        }
                        _ => {}
                    }
                    continue;
                }
            };
            let Some(name) = &member.name else { continue };
            let is_constant = mine.constant || matches!(kind, CFieldKind::Constant(_));
            let (name, ctype, offset) = (name.clone(), member.ctype, offset + member.offset);
            found.push(Flat { name, ctype, offset, is_constant, kind });
        }
    }
}

/// A [`CField`] before its name is interned.
struct Flat {
    name: Box<str>,
    ctype: CTypeId,
    offset: u32,
    is_constant: bool,
    kind: CFieldKind,
}

impl Vm {
    /// The field of a record with this (interned) name.
    #[inline]
    pub(crate) fn c_field(&mut self, record: u32, name: Gc<LuaString>) -> Result<Option<CField>, Raised> {
        let fields = match self.ffi.c.known_fields(record) {
            Some(fields) => fields,
            None => {
                self.index_fields(record)?;
                self.ffi.c.known_fields(record).unwrap_or(&[])
            }
        };
        Ok(fields.iter().find(|field| field.name == name).copied())
    }

    #[cold]
    fn index_fields(&mut self, record: u32) -> Result<(), Raised> {
        if self.ffi.c.table.record(record).size == super::ctab::UNKNOWN {
            // It may be completed later.
            return Ok(());
        }
        let mut flat = Vec::new();
        self.ffi.c.members(record, 0, Quals::NONE, &mut flat);
        let mut fields = Vec::with_capacity(flat.len());
        for member in flat {
            let name = self.heap.intern(member.name.as_bytes())?;
            self.heap.roots.pinned.push(name.into());
            let Flat { ctype, offset, is_constant, kind, .. } = member;
            fields.push(CField { name, ctype, offset, is_constant, kind });
        }
        let slot = record as usize;
        if self.ffi.c.fields.len() <= slot {
            self.ffi.c.fields.resize_with(slot + 1, || None);
        }
        self.ffi.c.fields[slot] = Some(fields.into());
        Ok(())
    }

    /// The name of any C type, for messages.
    pub fn ctype_name(&self, ctype: CTypeId) -> String {
        if ctype.is_declared() {
            super::ctab::repr(&self.ffi.c.table, ctype, None)
        } else {
            self.ffi.types.get(ctype).name.clone()
        }
    }

    /// The error of a use of memory that nobody lent.
    #[cold]
    pub(crate) fn needs_capability(&mut self, what: &str) -> Raised {
        self.error(format!(
            "{what} needs the capability UnsafeFfi, which this program has not been given (LuaOptions::unsafe_ffi, in a game LuaScriptPlugin::unsafe_ffi)"
        ))
    }

    /// Checks that scripts may do what they please with memory.
    pub(crate) fn check_unrestricted(&mut self, what: &str) -> Result<(), Raised> {
        if self.ffi.c.is_unrestricted { Ok(()) } else { Err(self.needs_capability(what)) }
    }

    /// A value that names a type: `ffi.typeof`'s result.
    pub(crate) fn new_type_object(&mut self, ctype: CTypeId) -> Result<RawValue, Raised> {
        super::cconv::new_type_object(self, ctype)
    }
}
