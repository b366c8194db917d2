//! How a C function is called: its types as libffi wants them.

#![allow(unsafe_code, reason = "libffi's descriptions are linked by pointers")]

use std::ptr::null_mut;

use libffi::raw::{self, ffi_cif, ffi_type};

use crate::ffi::ctab::{CTab, CTypeId, Function, Kind, MemberKind};

/// No function takes more arguments.
const MAX_ARGUMENTS: usize = 256;

/// A prepared call. What the description points at lives in boxes of its own, so that it may move.
pub(super) struct Prepared {
    pub(super) cif: Box<ffi_cif>,
    /// The types of the arguments, the variadic ones among them.
    pub(super) arguments: Vec<CTypeId>,
    pub(super) result: CTypeId,
    _types: Types,
    _list: Box<[*mut ffi_type]>,
}

// SAFETY: the pointers are into its own boxes and libffi's constants.
unsafe impl Send for Prepared {}

/// The descriptions of structs that a call uses.
#[derive(Default)]
struct Types {
    #[allow(clippy::vec_box, reason = "what points at them must stay right")]
    structs: Vec<Box<ffi_type>>,
    elements: Vec<Box<[*mut ffi_type]>>,
}

/// Works out how to call a function; `None` when it cannot be called.
pub(super) fn prepare(table: &CTab, function: &Function, variadic: &[CTypeId]) -> Option<Prepared> {
    let mut types = Types::default();
    let arguments: Vec<CTypeId> = function.parameters.iter().chain(variadic).copied().collect();
    if arguments.len() > MAX_ARGUMENTS {
        return None;
    }
    let mut list = Vec::with_capacity(arguments.len());
    for &argument in &arguments {
        list.push(types.of(table, argument)?);
    }
    let result = match table.kind(function.result) {
        Kind::Void => &raw mut raw::ffi_type_void,
        _ => types.of(table, function.result)?,
    };
    let mut list: Box<[*mut ffi_type]> = list.into();
    let mut cif = Box::<ffi_cif>::default();
    let count = arguments.len() as u32;
    // SAFETY: the lists and types outlive the description, in the same struct.
    let status = unsafe {
        if function.is_variadic {
            let fixed = function.parameters.len() as u32;
            raw::ffi_prep_cif_var(
                &raw mut *cif,
                raw::ffi_abi_FFI_DEFAULT_ABI,
                fixed,
                count,
                result,
                list.as_mut_ptr(),
            )
        } else {
            raw::ffi_prep_cif(&raw mut *cif, raw::ffi_abi_FFI_DEFAULT_ABI, count, result, list.as_mut_ptr())
        }
    };
    if status != raw::ffi_status_FFI_OK
        || !types.sizes_agree(table, &arguments, function.result, &list, result)
    {
        return None;
    }
    Some(Prepared { cif, arguments, result: function.result, _types: types, _list: list })
}

impl Types {
    fn of(&mut self, table: &CTab, ctype: CTypeId) -> Option<*mut ffi_type> {
        let size = table.size(ctype);
        Some(match table.kind(ctype) {
            Kind::Bool => &raw mut raw::ffi_type_uint8,
            Kind::Int { unsigned, .. } => match (size, unsigned) {
                (1, true) => &raw mut raw::ffi_type_uint8,
                (1, false) => &raw mut raw::ffi_type_sint8,
                (2, true) => &raw mut raw::ffi_type_uint16,
                (2, false) => &raw mut raw::ffi_type_sint16,
                (4, true) => &raw mut raw::ffi_type_uint32,
                (4, false) => &raw mut raw::ffi_type_sint32,
                (8, true) => &raw mut raw::ffi_type_uint64,
                (8, false) => &raw mut raw::ffi_type_sint64,
                _ => return None,
            },
            Kind::Float if size == 4 => &raw mut raw::ffi_type_float,
            Kind::Float if size == 8 => &raw mut raw::ffi_type_double,
            Kind::Pointer(_) | Kind::Reference(_) | Kind::Function(_) => &raw mut raw::ffi_type_pointer,
            Kind::Enum(_) => return self.of(table, table.without_enum(ctype)),
            Kind::Complex(part) => {
                let part = self.of(table, part)?;
                self.structure(vec![part, part])
            }
            Kind::Record(record) => {
                let elements = self.members(table, record)?;
                self.structure(elements)
            }
            // Only members of structs are arrays.
            Kind::Array(of) => {
                let element = self.of(table, of)?;
                let count = size.checked_div(table.size(of)).unwrap_or(0);
                self.structure(vec![element; count as usize])
            }
            Kind::Void | Kind::Float | Kind::VariableArray(_) | Kind::Vector(_) | Kind::TypeObject => {
                return None;
            }
        })
    }

    fn members(&mut self, table: &CTab, record: u32) -> Option<Vec<*mut ffi_type>> {
        let record = table.record(record);
        if record.is_variable || record.size == 0 || record.size == crate::ffi::ctab::UNKNOWN {
            return None;
        }
        let has_bits = record.members.iter().any(|member| matches!(member.kind, MemberKind::Bits(_)));
        if record.is_union || has_bits {
            return self.words(table, record);
        }
        let mut elements = Vec::new();
        for member in &record.members {
            match member.kind {
                MemberKind::Constant(_) | MemberKind::Bits(_) => {}
                MemberKind::Anonymous if table.as_record(member.ctype).is_none() => {}
                MemberKind::Field | MemberKind::Anonymous => elements.push(self.of(table, member.ctype)?),
            }
        }
        Some(elements)
    }

    /// A union, or a struct with bit-fields, as words of eight bytes: floats where only floats overlap, integers elsewhere.
    fn words(&mut self, table: &CTab, record: &crate::ffi::ctab::Record) -> Option<Vec<*mut ffi_type>> {
        let mut is_float = vec![true; record.size.div_ceil(8) as usize];
        note_integers(table, record.ctype, 0, &mut is_float);
        let align = 1 << table.align(record.ctype);
        let mut elements = Vec::new();
        let mut at = 0;
        while at < record.size {
            let left = record.size - at;
            let float = is_float[at as usize / 8];
            let unit = if left >= 8 && align >= 8 { 8 } else { align.min(left).min(4) };
            let element = match (unit, float) {
                (8, true) => &raw mut raw::ffi_type_double,
                (8, false) => &raw mut raw::ffi_type_uint64,
                (4, true) => &raw mut raw::ffi_type_float,
                (4, false) => &raw mut raw::ffi_type_uint32,
                (2, _) => &raw mut raw::ffi_type_uint16,
                _ => &raw mut raw::ffi_type_uint8,
            };
            elements.push(element);
            at += unit;
        }
        Some(elements)
    }

    fn structure(&mut self, mut elements: Vec<*mut ffi_type>) -> *mut ffi_type {
        elements.push(null_mut());
        let mut elements: Box<[*mut ffi_type]> = elements.into();
        let mut described = Box::new(ffi_type {
            type_: raw::FFI_TYPE_STRUCT,
            elements: elements.as_mut_ptr(),
            ..ffi_type::default()
        });
        let pointer = &raw mut *described;
        self.structs.push(described);
        self.elements.push(elements);
        pointer
    }

    /// Packed and over-aligned structs are not laid out by libffi as they are here: they cannot be passed by value.
    fn sizes_agree(
        &self,
        table: &CTab,
        arguments: &[CTypeId],
        result: CTypeId,
        list: &[*mut ffi_type],
        result_type: *mut ffi_type,
    ) -> bool {
        let all = arguments.iter().copied().zip(list.iter().copied());
        all.chain(std::iter::once((result, result_type))).all(|(ctype, described)| {
            table.as_record(ctype).is_none()
                // SAFETY: a description that was just prepared.
                || unsafe { (*described).size == table.size(ctype) as usize }
        })
    }
}

/// Notes which words of a value hold anything but floats.
fn note_integers(table: &CTab, ctype: CTypeId, offset: u32, is_float: &mut [bool]) {
    match table.kind(ctype) {
        Kind::Record(record) => {
            for member in &table.record(record).members {
                match member.kind {
                    MemberKind::Constant(_) => {}
                    MemberKind::Bits(_) => {
                        if let Some(word) = is_float.get_mut((offset + member.offset) as usize / 8) {
                            *word = false;
                        }
                    }
                    MemberKind::Field | MemberKind::Anonymous => {
                        note_integers(table, member.ctype, offset + member.offset, is_float);
                    }
                }
            }
        }
        Kind::Array(of) => {
            let element = table.size(of).max(1);
            let size = table.known_size(ctype).unwrap_or(0);
            let mut at = 0;
            while at < size && (offset + at) as usize / 8 < is_float.len() {
                note_integers(table, of, offset + at, is_float);
                at += element;
            }
        }
        Kind::Float | Kind::Complex(_) => {}
        _ => {
            if let Some(word) = is_float.get_mut(offset as usize / 8) {
                *word = false;
            }
        }
    }
}
