//! Parts of lent structs without an object for each: `transform.translation.x` and `transform.translation.x = 1`.
//!
//! Where the compiler sees that a part is only indexed ([`Part`]), no view of it is needed. A chain of reads is followed from one inline
//! cache to the next and ends in a load ([`follow`]). The object of an assignment has a register of its own, in which one view is made to
//! show one part after another: it is marked [`REUSED`], lies in no other place, and whoever would pass it on makes a view of its own
//! ([`detached`]). A loop over rows treats the views of its variables in the same way (`cursor.rs`).

#![allow(unsafe_code, reason = "follows lent memory that was checked, and rewrites views")]

use crate::bytecode::{Insn, Part};
use crate::function::InlineCache;
use crate::value::{Gc, RawValue};
use crate::vm::{Raised, Vm};

use super::cdata::{self, CData, REUSED, VIEW, View, WRITABLE};
use super::ctype::CTypeId;
use super::host::Access;
use super::place::{self, PART};

/// What a part is a part of, as its views have to know it. Without an epoch it is an owned value, whose parts are no views.
#[derive(Clone, Copy)]
pub(crate) struct Whole {
    tick: *mut u32,
    epoch: u64,
    source: [u8; 2],
    flags: u8,
}

impl Whole {
    /// A cdata as a whole.
    ///
    /// # Safety
    /// It is live.
    #[inline(always)]
    pub(crate) unsafe fn of(cdata: *mut CData) -> Whole {
        // SAFETY: by contract; a cdata with the flag is a view.
        unsafe {
            let (flags, source) = ((*cdata).header.flags, (*cdata).header.extra);
            if flags & VIEW == 0 {
                return Whole { tick: std::ptr::null_mut(), epoch: 0, source, flags };
            }
            let view = cdata.cast::<View>();
            Whole { tick: (*view).tick, epoch: (*view).epoch, source, flags }
        }
    }

    /// The tick and epoch of its views.
    pub(super) fn lent(self) -> (*mut u32, u64) {
        (self.tick, self.epoch)
    }

    /// The same, written at another tick.
    #[inline(always)]
    pub(crate) fn at_tick(self, tick: *mut u32) -> Whole {
        Whole { tick, ..self }
    }
}

/// Makes a reused view show something else.
///
/// # Safety
/// The view is live, and its holder lent `data` of this type in the whole's epoch.
#[inline(always)]
pub(super) unsafe fn show(view: *mut View, whole: Whole, data: *mut u8, ctype: u32) {
    // SAFETY: by contract.
    unsafe {
        let head = &mut (*view).head;
        head.header.flags = head.header.flags & !WRITABLE | whole.flags & WRITABLE;
        head.header.extra = whole.source;
        head.header.aux = ctype;
        head.data = data;
        (*view).tick = whole.tick;
        (*view).epoch = whole.epoch;
    }
}

/// Makes the view of a loop over rows show another row.
///
/// # Safety
/// A live view of a running loop, whose host lent `data` and `tick` in its epoch.
#[inline(always)]
pub(crate) unsafe fn show_row(view: *mut CData, data: *mut u8, tick: *mut u32) {
    // SAFETY: by contract.
    unsafe {
        (*view).data = data;
        (*view.cast::<View>()).tick = tick;
    }
}

/// A view of the struct at `data`, as `like` is lent: the one a register holds that is `reused`, if it holds such a one.
///
/// # Errors
/// When the memory limit is reached.
///
/// # Safety
/// `like` is a live view, and its holder lent `data` of this type in its epoch.
pub(crate) unsafe fn shown_in(
    vm: &mut Vm,
    held: RawValue,
    like: *mut CData,
    (data, tick, ctype): (*mut u8, *mut u32, u32),
    is_reused: bool,
) -> Result<RawValue, Raised> {
    // SAFETY: by contract.
    unsafe {
        let whole = Whole::of(like).at_tick(tick);
        if is_reused
            && let Some(held) = held.as_cdata()
            && cdata::is_reused(held.flags())
        {
            show(held.as_ptr().cast(), whole, data, ctype);
            return Ok(held.into());
        }
        let flags = whole.flags & WRITABLE | if is_reused { REUSED } else { 0 };
        let source = u16::from_ne_bytes(whole.source);
        Ok(cdata::new_view(&mut vm.heap, CTypeId(ctype), data, tick, whole.epoch, source, flags)?.into())
    }
}

/// Goes on from the struct at `data`, which an instruction with this `A` and use of its result reads: to the value that is wanted in the
/// end, if inline caches and registers will do. Gives the instruction to go on with.
///
/// # Safety
/// `data` may be read now and is of this type; `pc`, `base` and `k` are those of the running code, which was verified.
#[inline(always)]
pub(crate) unsafe fn follow(
    whole: Whole,
    mut data: *mut u8,
    mut ctype: u32,
    mut pc: *const Insn,
    (mut a, mut part): (usize, usize),
    base: *mut RawValue,
    k: *const RawValue,
) -> Option<*const Insn> {
    const NEXT: usize = Part::ReadNext as usize;
    // SAFETY: by contract; the verifier has seen that what `ReadNext` promises is there, and registers hold live values.
    unsafe {
        loop {
            if part != NEXT {
                break;
            }
            let next = *pc;
            let cache = k.sub(1).cast::<InlineCache>().sub(next.index() + 1);
            if (*cache).ctype != ctype {
                return None;
            }
            pc = pc.add(1);
            let place = (*cache).place;
            if place & 0xFF == place::FLOAT {
                *base.add(next.a()) = place::load_float(data, place)?;
                return Some(pc);
            }
            if place & 0xFF != PART {
                *base.add(next.a()) = place::load(data, place);
                return Some(pc);
            }
            data = data.add((place >> 8) as usize);
            ctype = (*cache).slot;
            (a, part) = (next.a(), next.c());
        }
        if part != Part::Indexed as usize || whole.epoch == 0 {
            return None;
        }
        let held = *base.add(a);
        if !held.is_cdata() || !reuse(held.as_cdata_unchecked().as_ptr(), whole, data, ctype) {
            return None;
        }
        Some(pc)
    }
}

/// Makes what a register for parts holds show something else, if it is a view for that.
///
/// # Safety
/// The cdata is live; for the rest as [`show`].
#[inline(always)]
pub(crate) unsafe fn reuse(held: *mut CData, whole: Whole, data: *mut u8, ctype: u32) -> bool {
    // SAFETY: by contract; a reused cdata is a view.
    unsafe {
        let is_reused = cdata::is_reused((*held).header.flags);
        if is_reused {
            show(held.cast(), whole, data, ctype);
        }
        is_reused
    }
}

/// A part that was just made for a register that holds nothing else: it will be made to show others.
pub(crate) fn reuse_from_now(vm: &Vm, whole: Gc<CData>, key: RawValue, part: RawValue) {
    let Some(cdata) = part.as_cdata().filter(|part| part.flags() & VIEW != 0) else { return };
    // What a metatype answers may be known elsewhere.
    let is_new = whole.flags() & super::cdata::COLUMN != 0
        || key
            .as_string()
            .and_then(|name| vm.ffi.field(whole.ctype(), name))
            .is_some_and(|field| matches!(field.access, Access::Struct(_)));
    // SAFETY: a live cell with the flag of a view.
    let is_path = unsafe { super::path::is_path(cdata.as_ptr().cast()) };
    if is_new && !is_path && whole.flags() & VIEW != 0 {
        // SAFETY: a live cell.
        unsafe { (*cdata.as_ptr()).header.flags |= REUSED };
    }
}

/// A value as others may keep it: for a reused view another one of the same memory.
///
/// # Errors
/// When the memory limit is reached.
pub(crate) fn to_pass_on(vm: &mut Vm, value: RawValue) -> Result<RawValue, Raised> {
    match value.as_cdata() {
        Some(cdata) => Ok(detached(vm, cdata)?.into()),
        None => Ok(value),
    }
}

/// The cdata itself, or for a reused view another one of the same memory.
///
/// # Errors
/// When the memory limit is reached.
pub(super) fn detached(vm: &mut Vm, cdata: Gc<CData>) -> Result<Gc<CData>, Raised> {
    if !cdata::is_reused(cdata.flags()) {
        return Ok(cdata);
    }
    let view = cdata.view().expect("only views are reused");
    // SAFETY: a live cell with the flag of a view.
    let (tick, epoch) = unsafe { ((*view).tick, (*view).epoch) };
    let flags = cdata.flags() & WRITABLE;
    Ok(cdata::new_view(
        &mut vm.heap,
        CTypeId(cdata.ctype().0),
        cdata.data(),
        tick,
        epoch,
        cdata.source(),
        flags,
    )?)
}
