//! The C types that scripts declare: plain data, without the heap and without `unsafe`.
//!
//! A type is a [`TypeInfo`] under a [`CTypeId`]; equal ones are interned, so that equal types have equal ids. Structs, unions, enums and
//! functions are unique by declaration: a [`TypeInfo`] names them by their index. Qualifiers and an alignment asked for belong to the type
//! info, so `const struct point` is a type beside `struct point` that refers to the same [`Record`].
//!
//! Ids of declared types start at [`FIRST`]; those below are the host's ([`super::ctype`]). The parser ([`super::cparse`]) fills the table;
//! what the bytes of a value mean is [`super::cconv`]'s affair.

mod add;
pub mod known;
mod repr;
mod types;

use std::collections::HashMap;

pub use super::ctype::CTypeId;
pub use repr::{int64_text, repr};
pub use types::*;

/// The id of the first declared type.
pub const FIRST: u32 = 1 << 30;

/// The size of a type whose size is not known: an incomplete struct, `void`, `int[]`, a function.
pub const UNKNOWN: u32 = u32::MAX;

/// No object is larger than this.
pub const MAX_SIZE: u64 = 0x7FFF_FFFF;

/// How many types a VM may have.
pub const MAX_TYPES: usize = 1 << 16;

/// The size of a pointer.
pub const POINTER_SIZE: u32 = size_of::<usize>() as u32;

/// In [`TypeInfo::align`]: the alignment is that of the struct or enum.
const OF_RECORD: u8 = u8::MAX;

/// There are too many types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyTypes;

/// How much there was at some time.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    types: usize,
    records: usize,
    enums: usize,
    functions: usize,
}

/// A change that can be taken back.
#[derive(Clone, Debug)]
enum Change {
    Name(Box<str>),
    Tag(Box<str>),
    /// The definition of a struct or union began.
    Record(u32),
    /// The definition of an enum began.
    Enum(u32),
}

/// The declared types of one VM.
#[derive(Clone, Debug)]
pub struct CTab {
    types: Vec<TypeInfo>,
    interned: HashMap<TypeInfo, CTypeId>,
    records: Vec<Record>,
    enums: Vec<Enumeration>,
    functions: Vec<Function>,
    /// Typedefs, constants, functions and variables.
    names: HashMap<Box<str>, Name>,
    /// Structs, unions and enums.
    tags: HashMap<Box<str>, CTypeId>,
    /// By type: the reference to it, once it was asked for.
    references: Vec<CTypeId>,
    /// By type: the unqualified pointer to it, once it was asked for.
    pointers: Vec<CTypeId>,
    /// The types of the host that have names, with the records that stand for them.
    hosts: Vec<(CTypeId, CTypeId)>,
    /// Changes since the last mark.
    journal: Vec<Change>,
}

impl Default for CTab {
    fn default() -> CTab {
        CTab::new()
    }
}

impl CTab {
    /// The types every C program has.
    pub fn new() -> CTab {
        let mut table = CTab {
            types: Vec::new(),
            interned: HashMap::new(),
            records: Vec::new(),
            enums: Vec::new(),
            hosts: Vec::new(),
            functions: Vec::new(),
            names: HashMap::new(),
            tags: HashMap::new(),
            references: Vec::new(),
            pointers: Vec::new(),
            journal: Vec::new(),
        };
        known::fill(&mut table);
        table
    }

    // ---- looking ---------------------------------------------------------------------------------------

    /// A type.
    ///
    /// # Panics
    /// When the id is not of this table.
    #[inline]
    pub fn get(&self, id: CTypeId) -> TypeInfo {
        self.types[(id.0 - FIRST) as usize]
    }

    /// What a type is.
    #[inline]
    pub fn kind(&self, id: CTypeId) -> Kind {
        self.get(id).kind
    }

    /// The size in bytes, or [`UNKNOWN`]. What is variable counts without its last array.
    #[inline]
    pub fn size(&self, id: CTypeId) -> u32 {
        let info = self.get(id);
        match info.kind {
            Kind::Record(record) => self.records[record as usize].size,
            Kind::Enum(e) if !self.enums[e as usize].is_complete => UNKNOWN,
            _ => info.size,
        }
    }

    /// The size in bytes, if it is known.
    #[inline]
    pub fn known_size(&self, id: CTypeId) -> Option<u32> {
        Some(self.size(id)).filter(|&size| size != UNKNOWN)
    }

    /// The binary logarithm of the alignment.
    pub fn align(&self, id: CTypeId) -> u8 {
        let info = self.get(id);
        match info.kind {
            Kind::Record(record) if info.align == OF_RECORD => self.records[record as usize].align,
            Kind::Enum(_) if info.align == OF_RECORD => 2,
            _ => info.align,
        }
    }

    /// The qualifiers of the values, those of a struct's fields among them.
    pub fn quals(&self, id: CTypeId) -> Quals {
        let info = self.get(id);
        match info.kind {
            Kind::Record(record) => info.quals.or(self.records[record as usize].quals),
            _ => info.quals,
        }
    }

    /// Whether the size depends on a number given when a value is made.
    pub fn is_variable(&self, id: CTypeId) -> bool {
        match self.kind(id) {
            Kind::VariableArray(_) => true,
            Kind::Record(record) => self.records[record as usize].is_variable,
            _ => false,
        }
    }

    /// The size of a variable type with so many elements.
    pub fn variable_size(&self, id: CTypeId, count: u32) -> Option<u32> {
        let (base, array) = match self.kind(id) {
            Kind::VariableArray(_) => (0, id),
            Kind::Record(record) => {
                let record = &self.records[record as usize];
                let last = record.members.iter().rev().find(|member| member.kind == MemberKind::Field)?;
                (u64::from(record.size), last.ctype)
            }
            _ => return None,
        };
        let Kind::VariableArray(element) = self.kind(array) else { return None };
        let size = base + u64::from(self.size(element)) * u64::from(count);
        (size <= MAX_SIZE).then_some(size as u32)
    }

    /// A struct or union.
    #[inline]
    pub fn record(&self, index: u32) -> &Record {
        &self.records[index as usize]
    }
    /// How many structs and unions there are.
    pub fn record_count(&self) -> usize {
        self.records.len()
    }
    /// An enum.
    pub fn enumeration(&self, index: u32) -> &Enumeration {
        &self.enums[index as usize]
    }
    /// A function type.
    pub fn function(&self, index: u32) -> &Function {
        &self.functions[index as usize]
    }
    /// What an identifier stands for.
    pub fn name(&self, name: &str) -> Option<&Name> {
        self.names.get(name)
    }
    /// The struct, union or enum with this tag.
    pub fn tag(&self, name: &str) -> Option<CTypeId> {
        self.tags.get(name).copied()
    }
    /// How many types there are.
    #[allow(clippy::len_without_is_empty, reason = "the known types are always there")]
    pub fn len(&self) -> usize {
        self.types.len()
    }

    /// How many structs, unions and enums there are.
    pub fn unique_types(&self) -> usize {
        self.records.len() + self.enums.len()
    }

    // ---- undoing ---------------------------------------------------------------------------------------

    /// The state of the table now.
    pub fn mark(&mut self) -> Mark {
        self.journal.clear();
        Mark {
            types: self.types.len(),
            records: self.records.len(),
            enums: self.enums.len(),
            functions: self.functions.len(),
        }
    }

    /// Takes back everything since a mark, the last one taken.
    pub fn roll_back(&mut self, mark: Mark) {
        for change in std::mem::take(&mut self.journal) {
            match change {
                Change::Name(name) => drop(self.names.remove(&name)),
                Change::Tag(tag) => drop(self.tags.remove(&tag)),
                Change::Record(index) => {
                    let record = &mut self.records[index as usize];
                    let (name, is_union, ctype) = (record.name.take(), record.is_union, record.ctype);
                    *record = Record { name, is_union, ctype, size: UNKNOWN, ..Record::default() };
                }
                Change::Enum(index) => {
                    let e = &mut self.enums[index as usize];
                    e.is_complete = false;
                    e.constants.clear();
                    e.integer = known::UINT32;
                }
            }
        }
        for info in self.types.drain(mark.types..) {
            self.interned.remove(&info);
        }
        self.references.clear();
        self.pointers.clear();
        self.records.truncate(mark.records);
        self.enums.truncate(mark.enums);
        self.functions.truncate(mark.functions);
    }

    /// The type a reference refers to, or the type itself.
    #[inline]
    pub fn referent(&self, id: CTypeId) -> CTypeId {
        match self.kind(id) {
            Kind::Reference(to) => to,
            _ => id,
        }
    }

    /// The integer that holds an enum, or the type itself.
    pub fn without_enum(&self, id: CTypeId) -> CTypeId {
        match self.kind(id) {
            Kind::Enum(e) => self.enums[e as usize].integer,
            Kind::TypeObject => known::UINT32,
            _ => id,
        }
    }

    /// What a pointer or array has many of.
    #[inline]
    pub fn element(&self, id: CTypeId) -> Option<CTypeId> {
        match self.kind(id) {
            Kind::Pointer(to) => Some(to),
            Kind::Array(of) | Kind::VariableArray(of) | Kind::Complex(of) | Kind::Vector(of) => Some(of),
            _ => None,
        }
    }

    /// Whether it is an array in the narrow sense, no complex number or vector.
    pub fn is_array(&self, id: CTypeId) -> bool {
        matches!(self.kind(id), Kind::Array(_) | Kind::VariableArray(_))
    }

    /// Whether it is an integer, which `bool` is not.
    pub fn is_integer(&self, id: CTypeId) -> bool {
        matches!(self.kind(id), Kind::Int { .. })
    }

    /// Whether it is a number: an integer, a `bool`, a float.
    pub fn is_number(&self, id: CTypeId) -> bool {
        matches!(self.kind(id), Kind::Int { .. } | Kind::Bool | Kind::Float)
    }

    /// The record a type is.
    pub fn as_record(&self, id: CTypeId) -> Option<u32> {
        match self.kind(id) {
            Kind::Record(record) => Some(record),
            _ => None,
        }
    }

    /// The function a type is, or points to.
    pub fn as_function(&self, id: CTypeId) -> Option<u32> {
        let id = match self.kind(id) {
            Kind::Pointer(to) => to,
            _ => id,
        };
        match self.kind(id) {
            Kind::Function(function) => Some(function),
            _ => None,
        }
    }

    /// The member of a record with this name.
    pub fn find_member(&self, record: u32, name: &str) -> Option<Found<'_>> {
        for member in &self.records[record as usize].members {
            if member.name.as_deref() == Some(name) {
                return Some(Found { member, offset: member.offset, quals: Quals::NONE });
            }
            if member.kind == MemberKind::Anonymous
                && let Some(inner) = self.as_record(member.ctype)
                && let Some(found) = self.find_member(inner, name)
            {
                return Some(Found {
                    offset: member.offset + found.offset,
                    quals: found.quals.or(self.get(member.ctype).quals),
                    ..found
                });
            }
        }
        None
    }

    /// The constant of this name in an anonymous enum of a record.
    pub fn find_enum_member(&self, record: u32, name: &str) -> Option<Constant> {
        self.records[record as usize].members.iter().find_map(|member| match self.kind(member.ctype) {
            Kind::Enum(e) if member.kind == MemberKind::Anonymous => self.enum_constant(e, name),
            Kind::Record(inner) if member.kind == MemberKind::Anonymous => self.find_enum_member(inner, name),
            _ => None,
        })
    }

    /// The constant of an enum with this name.
    pub fn enum_constant(&self, index: u32, name: &str) -> Option<Constant> {
        let constants = &self.enums[index as usize].constants;
        constants.iter().find(|(n, _)| &**n == name).map(|(_, constant)| *constant)
    }

    // ---- comparing -------------------------------------------------------------------------------------

    /// Whether a pointer (or array) may be converted to a pointer. `how` says how strict to be.
    pub fn pointers_compatible(&self, to: CTypeId, from: CTypeId, how: Compatible) -> bool {
        if to == from {
            return true;
        }
        let Some(d) = self.element(to) else { return false };
        // A struct may be passed where a pointer to it is wanted.
        let s = if self.as_record(from).is_some() { Some(from) } else { self.element(from) };
        let Some(s) = s else { return false };
        let (dquals, squals) = (self.quals_through_enum(d), self.quals_through_enum(s));
        let (d, s) = (self.without_enum(d), self.without_enum(s));
        match how {
            Compatible::Same if dquals != squals => return false,
            Compatible::Convert if !dquals.contain(squals) => return false,
            Compatible::Convert
                if matches!(self.kind(d), Kind::Void) || matches!(self.kind(s), Kind::Void) =>
            {
                return true;
            }
            Compatible::Same | Compatible::Convert | Compatible::AnyQualifiers => {}
        }
        if self.size(d) != self.size(s) {
            return false;
        }
        match (self.kind(d), self.kind(s)) {
            (Kind::Void, Kind::Void)
            | (Kind::Bool, Kind::Bool)
            | (Kind::Int { .. }, Kind::Int { .. })
            | (Kind::Float, Kind::Float)
            | (Kind::Function(_), Kind::Function(_)) => true,
            (Kind::Record(a), Kind::Record(b)) => a == b,
            (Kind::Pointer(_) | Kind::Reference(_), Kind::Pointer(_) | Kind::Reference(_))
            | (
                Kind::Array(_) | Kind::VariableArray(_) | Kind::Complex(_) | Kind::Vector(_),
                Kind::Array(_) | Kind::VariableArray(_) | Kind::Complex(_) | Kind::Vector(_),
            ) => self.pointers_compatible(d, s, Compatible::Same),
            _ => false,
        }
    }

    fn quals_through_enum(&self, id: CTypeId) -> Quals {
        self.quals(id)
    }
}

/// How alike two pointer types must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compatible {
    /// As for an assignment: no qualifier may be lost, `void *` goes with everything.
    Convert,
    /// Qualifiers do not matter, for comparisons.
    AnyQualifiers,
    /// The same but for the name.
    Same,
}
