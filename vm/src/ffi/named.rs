//! Names for the host's types in C declarations: `ffi.new("Vec3", 1, 2, 3)`, `struct { Vec3 at; float speed; }`.
//!
//! Such a name stands for a struct beside the host's type, with the same bytes, which the parser lays out and initialises like any other
//! ([`Record::host`](super::ctab::Record::host)). Where a value of it comes out as a whole, Lua sees the host's type: a new value is one
//! ([`Vm::surface`]), and one inside a declared struct or array is a reference of that type ([`Vm::host_reference`]), so that operators and methods are
//! there. Only types without invalid bit patterns and without parts of the host's can have names.

use super::cdata::{self, CData, VIEW, WRITABLE};
use super::ctab::{CTypeId, Kind, Member, MemberKind, known};
use super::ctype::{Form, Math, Place, Scalar};
use super::memory::Extent;
use crate::value::{Gc, RawValue};
use crate::vm::{Raised, Vm};

/// The C type of a scalar, of those that any bits are a value of.
fn scalar(scalar: Scalar) -> Option<CTypeId> {
    Some(match scalar {
        Scalar::I8 => known::INT8,
        Scalar::U8 => known::UINT8,
        Scalar::I16 => known::INT16,
        Scalar::U16 => known::UINT16,
        Scalar::I32 => known::INT32,
        Scalar::U32 => known::UINT32,
        Scalar::I64 => known::INT64,
        Scalar::U64 => known::UINT64,
        Scalar::F32 => known::FLOAT,
        Scalar::F64 => known::DOUBLE,
        Scalar::Bool | Scalar::Char | Scalar::Entity => return None,
    })
}

impl Vm {
    /// Lets C declarations name a struct of the host's, by the name it has, aligned to `align` bytes.
    ///
    /// # Errors
    /// When there are too many types.
    ///
    /// # Panics
    /// When it has parts that any bits are not a value of, or that have no names yet.
    pub fn name_host_type(&mut self, host: CTypeId, align: usize) -> Result<(), Raised> {
        let ctype = self.ffi.types.get(host).clone();
        let places: Vec<(String, u32, CTypeId)> = match &ctype.form {
            Form::Math(math) => (0..math.lanes())
                .map(|lane| (Math::LANES[lane].to_owned(), lane as u32 * 4, CTypeId::from(Scalar::F32)))
                .collect(),
            Form::Struct(fields) => fields
                .iter()
                .map(|field| match field.place {
                    Place::Memory { offset, ctype } => (field.name.clone(), offset, ctype),
                    Place::Bits { .. } | Place::Constant { .. } | Place::Hosted(_) => {
                        panic!("field '{}' of {} is no plain memory", field.name, ctype.name)
                    }
                })
                .collect(),
            Form::Scalar(_) | Form::Enum(_) | Form::Array { .. } | Form::Hosted(_) => {
                panic!("{} is no struct", ctype.name)
            }
        };
        let members = places.into_iter().map(|(name, offset, part)| {
            let declared = match self.ffi.types.get(part).form {
                Form::Scalar(kind) => scalar(kind),
                _ => self.ffi.c.table.named_host(part),
            };
            let ctype = declared.expect("its parts have names in C");
            Member { name: Some(name.into()), ctype, offset, kind: MemberKind::Field }
        });
        let members = members.collect();
        let added = self.ffi.c.table.add_host(&ctype.name, host, (ctype.size, align), members);
        self.made(added).map(|_| ())
    }

    /// The host's type that a declared type stands for.
    #[inline]
    pub(crate) fn host_type(&self, ctype: CTypeId) -> Option<CTypeId> {
        match self.ffi.c.table.kind(ctype) {
            Kind::Record(record) => self.ffi.c.table.record(record).host,
            _ => None,
        }
    }

    /// The type of a value as declarations know it; `None` for one of the host's that has no name there.
    pub(crate) fn c_type_of(&self, cdata: Gc<CData>) -> Option<CTypeId> {
        let ctype = cdata.ctype();
        if ctype.is_declared() { Some(ctype) } else { self.ffi.c.table.named_host(ctype) }
    }

    /// A new value, which is of the host's type if it was declared by the name of one.
    #[allow(unsafe_code, reason = "changes the type in the head of a cell")]
    pub(crate) fn surface(&mut self, cdata: Gc<CData>) {
        if let Some(host) = self.host_type(cdata.ctype()) {
            let is_constant = self.ffi.c.table.quals(cdata.ctype()).constant;
            // SAFETY: a live cell that owns as many bytes as either type has, all of which are a value of the host's type, whatever they
            // are.
            unsafe {
                let header = &mut (*cdata.as_ptr()).header;
                header.aux = host.0;
                header.flags &= if is_constant { !WRITABLE } else { u8::MAX };
            }
        }
    }

    /// A value of the host's type where it lies, in memory that may be read: `extent` says whose it is.
    pub(crate) fn host_reference(
        &mut self,
        ctype: CTypeId,
        host: CTypeId,
        at: *mut u8,
        extent: Extent,
    ) -> Result<RawValue, Raised> {
        let is_writable = extent.is_writable && !self.ffi.c.table.quals(ctype).constant;
        let flags = if is_writable { WRITABLE } else { 0 };
        if extent.is_raw() {
            // Nobody else says how long it stays: the script was given the capability to know.
            return Ok(cdata::new_raw(&mut self.heap, host, at, flags)?.into());
        }
        if let Some(owner) = extent.owner.as_cdata().filter(|owner| owner.flags() & VIEW != 0) {
            let offset = (at as usize).wrapping_sub(owner.data() as usize) as u32;
            return Ok(self.lend_part(owner, host, offset)?.into());
        }
        let range = (extent.start, extent.end);
        Ok(cdata::new_inner(&mut self.heap, host, at, flags, extent.owner, range)?.into())
    }
}
