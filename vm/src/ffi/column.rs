//! `for n, transforms, velocities in q:columns() do`: whole columns of a host's tables, indexed from zero as C arrays are.
//!
//! A column is a view without fields of its own: `transforms[i]` is a view of one value, and `transforms[i].x` is followed to the value's
//! memory without one ([`super::part`]).

#![allow(unsafe_code, reason = "computes addresses in lent columns")]

use std::ptr::{null, null_mut};

use crate::gc::kind::{Header, Kind};
use crate::value::{Gc, RawValue, truncate};
use crate::vm::{Raised, Vm};

use super::cdata::{self, CData, COLUMN, REUSED, VIEW, View, WRITABLE};
use super::ctype::{CType, CTypeId, Form, Scalar};
use super::host::RegisterError;
use super::part::Whole;
use super::view::{SourceId, WriteRule};

/// A view of a column. Its head's type is one without fields, made for this use of the values' type.
#[repr(C)]
pub(crate) struct Column {
    view: View,
    /// The address of each value and its change tick; null when they lie one after another.
    pub(crate) places: *const (*mut u8, *mut u32),
    /// How many values there are.
    pub(crate) len: u32,
    /// Bytes from a value to the next.
    pub(crate) stride: u32,
    /// The type of the values.
    pub(crate) element: u32,
    /// `len`, or zero if the values do not lie one after another.
    dense_len: u32,
    /// The head that a reused view of one of its values has, as a number; zero if they have no change ticks.
    shown: u64,
}

/// Where the values of a column lie.
#[derive(Clone, Copy)]
pub(super) enum Values {
    /// One after another: the first value, the distance in bytes, the first change tick (or null).
    Dense(*mut u8, u32, *mut u32),
    /// At these addresses, good for the epoch.
    Listed(*const (*mut u8, *mut u32)),
}

impl Values {
    /// None.
    pub(super) const NOTHING: Values = Values::Dense(std::ptr::null_mut(), 0, std::ptr::null_mut());
}

impl Vm {
    /// A column of `len` values.
    ///
    /// # Errors
    /// When the memory limit is reached.
    ///
    /// # Safety
    /// As [`show_column`].
    pub(super) unsafe fn lend_column(
        &mut self,
        element: CTypeId,
        values: Values,
        len: u32,
        source: SourceId,
    ) -> Result<Gc<CData>, Raised> {
        let ctype = self.column_type(element)?;
        let writable = self.ffi.lending.rule(source) == WriteRule::Allowed;
        let flags = VIEW | COLUMN | if writable { WRITABLE } else { 0 };
        let cell: *mut Column = self.heap.alloc(Kind::CData, size_of::<Column>())?.cast();
        let extra = source.0.to_ne_bytes();
        let header = Header { flags, extra, aux: ctype.0, ..Header::new(Kind::CData) };
        // SAFETY: the cell is fresh and large enough; its beginning is a cdata's.
        unsafe {
            let view = View { head: CData { header, data: null_mut() }, tick: null_mut(), epoch: 0 };
            let element = element.0;
            cell.write(Column { view, places: null(), len: 0, stride: 0, element, dense_len: 0, shown: 0 });
            show_column(cell.cast(), values, len, self.ffi.lending.epoch());
            Ok(Gc::from_ptr(cell.cast()))
        }
    }

    /// The type of columns of a type.
    fn column_type(&mut self, element: CTypeId) -> Result<CTypeId, Raised> {
        if let Some(known) = self.ffi.columns.iter().find(|(of, _)| *of == element) {
            return Ok(known.1);
        }
        let name = format!("column of {}", self.ffi.types.get(element).name);
        let ctype = match self.register_ctype(CType { name, size: 0, form: Form::Struct(Vec::new()) }) {
            Ok(ctype) => ctype,
            Err(RegisterError::Layout(_)) => unreachable!("no field contradicts another"),
            Err(RegisterError::Raised(raised)) => return Err(raised),
        };
        self.ffi.columns.push((element, ctype));
        Ok(ctype)
    }
}

/// Makes a column show `len` values, in this epoch.
///
/// # Safety
/// It is a live column, and each value may be lent as [`Vm::lend`] requires, as one of the column's type and source.
pub(super) unsafe fn show_column(column: *mut CData, values: Values, len: u32, epoch: u64) {
    let (data, stride, tick, places) = match values {
        Values::Dense(data, stride, tick) => (data, stride, tick, null()),
        Values::Listed(places) => (null_mut(), 0, null_mut(), places),
    };
    let column = column.cast::<Column>();
    // SAFETY: by contract; a header is eight bytes without gaps.
    unsafe {
        let Header { flags, extra, .. } = (*column).view.head.header;
        let of_value = Header {
            flags: flags & !COLUMN | REUSED,
            extra,
            aux: (*column).element,
            ..Header::new(Kind::CData)
        };
        (*column).shown = if tick.is_null() { 0 } else { head_of(&raw const of_value) };
        (*column).view.head.data = data;
        (*column).view.tick = tick;
        (*column).view.epoch = epoch;
        (*column).places = places;
        (*column).len = len;
        (*column).stride = stride;
        (*column).dense_len = if places.is_null() { len } else { 0 };
    }
}

/// The type of a column's values.
///
/// # Safety
/// It is a live column.
pub(super) unsafe fn element_of(column: *mut CData) -> CTypeId {
    // SAFETY: by contract.
    CTypeId(unsafe { (*column.cast::<Column>()).element })
}

/// The address and type of a value of a column by its index, if that is all it takes.
///
/// # Safety
/// Both are live, and the cdata is a column.
#[inline(always)]
pub(crate) unsafe fn element(vm: *mut Vm, cdata: *mut CData, key: RawValue) -> Option<(*mut u8, u32)> {
    // SAFETY: by contract; the addresses of a column are good in its epoch.
    unsafe {
        let column = cdata.cast::<Column>();
        let index = key.as_f64_or_nan();
        let row = truncate(index) as u32;
        if f64::from(row) != index || row >= (*column).len || (*column).view.epoch != (*vm).ffi.lending.epoch
        {
            return None;
        }
        let row = row as usize;
        let at = if (*column).places.is_null() {
            (*column).view.head.data.add(row * (*column).stride as usize)
        } else {
            (*(*column).places.add(row)).0
        };
        Some((at, (*column).element))
    }
}

/// The address and row of a value of a column by its index, if they lie one after another.
///
/// # Safety
/// As [`element`].
#[inline(always)]
pub(crate) unsafe fn dense_element(
    vm: *mut Vm,
    cdata: *mut CData,
    key: RawValue,
) -> Option<(*mut u8, usize)> {
    // SAFETY: by contract; the addresses of a column are good in its epoch.
    unsafe {
        let column = cdata.cast::<Column>();
        let index = key.as_f64_or_nan();
        let row = truncate(index) as u32;
        if f64::from(row) != index
            || row >= (*column).dense_len
            || (*column).view.epoch != (*vm).ffi.lending.epoch
        {
            return None;
        }
        let row = row as usize;
        Some(((*column).view.head.data.add(row * (*column).stride as usize), row))
    }
}

/// Makes a reused view that shows a value of the column show another, which [`dense_element`] has found; false if it shows something else.
///
/// # Safety
/// Both are live, and the latter is a column.
#[inline(always)]
pub(crate) unsafe fn show_element(held: *mut CData, cdata: *mut CData, (at, row): (*mut u8, usize)) -> bool {
    // SAFETY: by contract; a cdata with this head is a view, and the column has ticks.
    unsafe {
        let column = cdata.cast::<Column>();
        if head_of(&raw const (*held).header) != (*column).shown {
            return false;
        }
        let view = held.cast::<View>();
        (*view).head.data = at;
        (*view).tick = (*column).view.tick.add(row);
        (*view).epoch = (*column).view.epoch;
        true
    }
}

/// A header as a number, to be compared in one go.
///
/// # Safety
/// It is live.
#[inline(always)]
unsafe fn head_of(header: *const Header) -> u64 {
    // SAFETY: by contract; a header is eight bytes without gaps.
    unsafe { header.cast::<u64>().read_unaligned() }
}

/// What a value of a column is part of, by an index that has been found to be good.
///
/// # Safety
/// It is live and a column, and [`element`] has found the index.
#[inline(always)]
pub(crate) unsafe fn whole_of(cdata: *mut CData, key: RawValue) -> Whole {
    // SAFETY: by contract.
    unsafe {
        let column = cdata.cast::<Column>();
        let row = truncate(key.as_f64_or_nan()) as u32 as usize;
        let tick = (*column).view.tick;
        let tick = match (*column).places.is_null() {
            false => (*(*column).places.add(row)).1,
            true if tick.is_null() => tick,
            true => tick.add(row),
        };
        Whole::of(cdata).at_tick(tick)
    }
}

/// `column[key]`
pub(super) fn index(vm: &mut Vm, cdata: Gc<CData>, key: RawValue) -> Result<RawValue, Raised> {
    vm.readable(cdata)?;
    // SAFETY: a live column.
    let (found, len) = unsafe { (element(vm, cdata.as_ptr(), key), (*cdata.as_ptr().cast::<Column>()).len) };
    let Some((at, ctype)) = found else {
        let name = vm.ffi.types.get(cdata.ctype()).name.clone();
        let message = match key.as_number() {
            Some(index) => format!("row {index} is outside the {name}, whose rows are 0 to {}", len - 1),
            None => format!("a {name} is indexed by row, 0 to {}, not by a {}", len - 1, key.type_name()),
        };
        return Err(vm.error(message));
    };
    let ctype = CTypeId(ctype);
    if ctype == Scalar::Entity.into() {
        // SAFETY: the epoch is the current one.
        let bits = unsafe { at.cast::<u64>().read_unaligned() };
        return Ok(vm.ffi.entities.value(bits));
    }
    let flags = cdata.flags() & WRITABLE;
    // SAFETY: a live column, whose value has been found.
    let (tick, epoch) = unsafe { whole_of(cdata.as_ptr(), key) }.lent();
    Ok(cdata::new_view(&mut vm.heap, ctype, at, tick, epoch, cdata.source(), flags)?.into())
}

/// The error of `column[key] = value`.
pub(super) fn newindex(vm: &mut Vm, cdata: Gc<CData>) -> Raised {
    if let Err(raised) = vm.readable(cdata) {
        return raised;
    }
    let name = vm.ffi.types.get(cdata.ctype()).name.clone();
    vm.error(format!("a row of a {name} cannot be replaced: assign its fields"))
}
