//! From a snapshot back to the interpreter.

#![allow(unsafe_code, reason = "writes stack slots and frames that compiled code has left")]

use std::collections::HashMap;

use super::Runtime;
use super::ir::{
    ENTRY_SNAP, End, FrameState, IrOp, Ref, Region, RowLoop, Slot, SnapId, Trace, Ty, VIRTUAL_REUSED,
};
use crate::ffi::cdata::{self, CData, WRITABLE};
use crate::ffi::ctype::{CTypeId, Scalar};
use crate::ffi::{arith, cursor, part, place};
use crate::function::NativeFunction;
use crate::gc::OutOfMemory;
use crate::jit::helpers::table_room;
use crate::string::LuaString;
use crate::value::{Gc, RawValue};
use crate::vm::{Raised, Vm};

/// Where a value to restore comes from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// It is a constant.
    Constant(RawValue),
    /// It is in the exit buffer, raw.
    Buffer(Ty, usize),
    /// A view, whose bytes, tick and cell are in the buffer: it is brought up to date.
    Shown(usize),
    /// A view that is made, of this type, as what is in the buffer says: bytes, tick, and the view it is otherwise like.
    Part { at: usize, ctype: u32, is_reused: bool },
    /// A reference that is made, of what is in the buffer: an address, and the cdata whose memory it is in.
    Reference { at: usize, to: u32 },
    /// A C value that is made: as the immediate of `CNEW` says, with its scalars.
    Value { imm: u64, parts: Vec<(u64, Source)> },
    /// A table that is made: its room, its fields and the shape they have if that is known, its elements, its metatable.
    Table {
        hints: u32,
        fields: Vec<(Gc<LuaString>, Source)>,
        shape: Option<u32>,
        list: Vec<Source>,
        meta: Option<Box<Source>>,
    },
    /// A 64-bit integer of C.
    Wide { at: usize, is_unsigned: bool },
    /// What the restored slot of this number got.
    Same(usize),
}

/// Words in the exit buffer that a value takes at most.
pub(crate) const WORDS: usize = 3;

/// What is left of a snapshot once its region is compiled.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exit {
    /// The slots that get constants.
    constants: Vec<(Slot, RawValue)>,
    /// The slots that get what is in the exit buffer, raw.
    values: Vec<(Slot, Ty, u16)>,
    /// The others.
    slots: Vec<(Slot, Source)>,
    pub(crate) frames: Vec<FrameState>,
    pub(crate) top: Option<Slot>,
    /// The loop over rows whose variables are to show their row: the exit is that of the header.
    pub(crate) rows: Option<RowLoop>,
    /// The loop that it leads to, by the number of its site.
    pub(crate) link: Option<u32>,
    /// The exit may lead to a side trace.
    pub(crate) may_grow: bool,
    /// How often it has yet to be taken until a side trace is due.
    pub(crate) due: u32,
    /// How often that is at first.
    pub(crate) hot: u32,
    /// How often a side trace came to nothing: each time the next is tried twice as late.
    pub(crate) failures: u32,
}

impl Exit {
    pub(crate) fn failed(&mut self) {
        self.failures = (self.failures + 1).min(20);
        self.count_anew();
    }

    /// It is to be taken as often again.
    pub(crate) fn count_anew(&mut self) {
        self.due = self.hot.saturating_mul(1 << self.failures);
    }
}

/// Where in the exit buffer each of the values that a snapshot restores is; none for constants.
pub(crate) fn buffer_places(region: &Region, snap: SnapId) -> Vec<Option<usize>> {
    let mut next = 0;
    let restored = &region.snaps[snap as usize].restored;
    let place = |(index, (_, r)): (usize, &(Slot, Ref))| {
        let ins = region.get(*r);
        let table = region.sunk_table(snap, *r);
        let value = region.sunk_value(snap, *r);
        let is_made = ins.is_virtual() || table.is_some() || value.is_some() || is_sunk_reference(region, *r);
        if constant(region, *r).is_some() || is_made && first_with(restored, *r) != index {
            return None;
        }
        let at = next;
        next += match table {
            Some(table) => table.values().filter(|value| constant(region, *value).is_none()).count(),
            None if let Some(value) = value => {
                value.parts.iter().filter(|(_, part)| constant(region, *part).is_none()).count()
            }
            None if is_made => WORDS,
            None => 1,
        };
        Some(at)
    };
    restored.iter().enumerate().map(place).collect()
}

/// Whether a value is a reference that only exits make.
pub(crate) fn is_sunk_reference(region: &Region, r: Ref) -> bool {
    region.get(r).op == IrOp::CREF && region.sunk.contains(&r)
}

fn first_with(restored: &[(Slot, Ref)], r: Ref) -> usize {
    restored.iter().position(|(_, other)| *other == r).expect("it is in the list")
}

/// The exits of a region, in the order of its snapshots.
pub(crate) fn exits_of(region: &Region) -> Vec<Exit> {
    let link = |trace: &Trace| match trace.end {
        End::Link(snap, site) => Some((snap, site)),
        _ => None,
    };
    let links: HashMap<SnapId, u32> = region.traces.iter().filter_map(link).collect();
    let exit = |(id, snap): (usize, &super::ir::Snapshot)| {
        let places = buffer_places(region, id as SnapId);
        let source = |((slot, r), place): (&(Slot, Ref), &Option<usize>)| {
            (*slot, source(region, id as SnapId, *r, *place, first_with(&snap.restored, *r)))
        };
        let (mut constants, mut values) = (Vec::new(), Vec::new());
        let mut slots: Vec<(Slot, Source)> = snap.restored.iter().zip(&places).map(source).collect();
        // Where one slot gets what another one has, they stay together.
        if !slots.iter().any(|(_, source)| matches!(source, Source::Same(_))) {
            slots.retain(|(slot, source)| match source {
                Source::Constant(value) => {
                    constants.push((*slot, *value));
                    false
                }
                Source::Buffer(ty, at) => {
                    values.push((*slot, *ty, *at as u16));
                    false
                }
                _ => true,
            });
        }
        Exit {
            constants,
            values,
            slots,
            frames: snap.frames.clone(),
            top: snap.top,
            rows: region.rows.filter(|_| id as SnapId == ENTRY_SNAP),
            link: links.get(&(id as SnapId)).copied(),
            may_grow: snap.may_grow,
            due: 1,
            hot: 1,
            failures: 0,
        }
    };
    region.snaps.iter().enumerate().map(exit).collect()
}

fn source(region: &Region, snap: SnapId, r: Ref, place: Option<usize>, first: usize) -> Source {
    if let Some(value) = constant(region, r) {
        return Source::Constant(value);
    }
    let mut next = place.unwrap_or(0);
    let mut word = |value: Ref| match constant(region, value) {
        Some(value) => Source::Constant(value),
        None => {
            next += 1;
            Source::Buffer(region.ty(value), next - 1)
        }
    };
    if let (Some(table), Some(_)) = (region.sunk_table(snap, r), place) {
        let fields = table.fields.iter().map(|(key, value)| (*key, word(*value))).collect();
        let list = table.list.iter().map(|value| word(*value)).collect();
        let meta = table.meta.map(|meta| Box::new(word(meta)));
        let shape = region.layouts.get(&r).and_then(|layout| layout.shape_of(&table.fields));
        return Source::Table { hints: table.hints, fields, shape, list, meta };
    }
    if let (Some(value), Some(_)) = (region.sunk_value(snap, r), place) {
        let parts = value.parts.iter().map(|(part, value)| (*part, word(*value))).collect();
        return Source::Value { imm: region.get(r).imm, parts };
    }
    let ins = region.get(r);
    match (place, ins.op) {
        (None, _) => Source::Same(first),
        (Some(at), IrOp::SHOWN) => Source::Shown(at),
        (Some(at), IrOp::PART) => {
            Source::Part { at, ctype: ins.imm as u32, is_reused: ins.imm & VIRTUAL_REUSED != 0 }
        }
        (Some(at), IrOp::CREF) if is_sunk_reference(region, r) => {
            Source::Reference { at, to: ins.imm as u32 }
        }
        (Some(at), _) if ins.ty.is_wide() => Source::Wide { at, is_unsigned: ins.ty == Ty::U64 },
        (Some(at), _) => Source::Buffer(ins.ty, at),
    }
}

/// The Lua value of a constant.
pub(crate) fn constant(region: &Region, r: Ref) -> Option<RawValue> {
    use super::ir::IrOp;
    let ins = region.get(r);
    Some(match ins.op {
        IrOp::KNUM => RawValue::number(f64::from_bits(ins.imm)),
        IrOp::KINT => RawValue::number(ins.imm as i64 as f64),
        // SAFETY: recorded from such a value.
        IrOp::KPRI => unsafe { RawValue::from_bits(ins.imm) },
        // SAFETY: a constant of a prototype that the region keeps.
        IrOp::KSTR => RawValue::string(unsafe { Gc::from_ptr(ins.imm as *mut _) }),
        // SAFETY: the table of a C type, which is pinned until all code is flushed.
        IrOp::KTAB => RawValue::table(unsafe { Gc::from_ptr(ins.imm as *mut _) }),
        _ => return None,
    })
}

/// A value as compiled code has it.
///
/// # Safety
/// `raw` is a value of the type.
unsafe fn boxed(raw: u64, ty: Ty) -> RawValue {
    // SAFETY: by contract addresses are those of live cells of their type.
    unsafe {
        match ty {
            Ty::Num => RawValue::number(f64::from_bits(raw)),
            Ty::Int => RawValue::number(raw as i64 as f64),
            Ty::Str => RawValue::string(Gc::from_ptr(raw as *mut _)),
            Ty::Tab => RawValue::table(Gc::from_ptr(raw as *mut _)),
            Ty::Fun => RawValue::function(Gc::from_ptr(raw as *mut _)),
            Ty::Udt => RawValue::userdata(Gc::from_ptr(raw as *mut _)),
            Ty::Thr => RawValue::thread(Gc::from_ptr(raw as *mut _)),
            Ty::Cdt => RawValue::cdata(Gc::from_ptr(raw as *mut _)),
            Ty::Any => RawValue::from_bits(raw),
            Ty::Void | Ty::Ptr | Ty::I64 | Ty::U64 => unreachable!("no snapshot has such a value"),
        }
    }
}

/// Brings the stack and the frames to where the interpreter would be. Frames above the one in which the region was entered are pushed.
///
/// # Errors
/// When there is no memory for a view that has to be made.
pub(crate) fn restore(vm: &mut Vm, runtime: *const Runtime, exit: &Exit) -> Result<(), Raised> {
    // SAFETY: the region was entered with room for all the slots it names above `base`, and its code has stored the values where
    // `buffer_places` says.
    let base = unsafe { (*runtime).base };
    let base_index = vm.frame().base;
    let mut parts = false;
    // SAFETY: as above.
    unsafe {
        let buffer = &(*runtime).buffer;
        for (slot, value) in &exit.constants {
            *base.offset(*slot as isize) = *value;
        }
        for (slot, ty, at) in &exit.values {
            *base.offset(*slot as isize) = boxed(buffer[usize::from(*at)], *ty);
        }
        for (slot, source) in &exit.slots {
            let value = match source {
                Source::Constant(value) => *value,
                Source::Buffer(ty, at) => boxed(buffer[*at], *ty),
                Source::Shown(at) => {
                    let view = buffer[at + 2] as *mut CData;
                    part::show_row(view, buffer[*at] as *mut u8, buffer[at + 1] as *mut u32);
                    RawValue::cdata(Gc::from_ptr(view))
                }
                Source::Same(first) => *base.offset(exit.slots[*first].0 as isize),
                Source::Part { .. }
                | Source::Table { .. }
                | Source::Value { .. }
                | Source::Wide { .. }
                | Source::Reference { .. } => {
                    parts = true;
                    continue;
                }
            };
            *base.offset(*slot as isize) = value;
        }
    }
    restore_frames(vm, exit, base_index);
    if let Some(top) = exit.top {
        vm.top = base_index.wrapping_add_signed(top);
    }
    if parts {
        make_parts(vm, runtime, exit)?;
    }
    if let Some(rows) = exit.rows {
        // SAFETY: as above: the loop's slots are there.
        unsafe {
            let step = *base.offset(rows.slot as isize);
            let into = base.offset(rows.slot as isize + 3);
            if let Some(step) = step.as_function() {
                let native: Gc<NativeFunction> = Gc::from_ptr(step.as_ptr().cast());
                if cursor::is_step(native) {
                    cursor::show_again(vm, native, into, rows.count as usize, rows.reused)?;
                }
            }
        }
    }
    Ok(())
}

/// Brings the frames to where the interpreter would be; `base` is where the registers of the one in which the region runs begin.
#[inline]
pub(crate) fn restore_frames(vm: &mut Vm, exit: &Exit, base: u32) {
    if let Some((root, inlined)) = exit.frames.split_first() {
        // A tail call may have put another function there.
        let frame = vm.frame_mut();
        (frame.pc, frame.constants) = (root.pc, root.constants);
        for record in inlined.iter().flat_map(|frame| frame.records(base)) {
            vm.push_frame(record);
        }
    }
}

/// A C value as the immediate of `CNEW` says.
///
/// # Errors
/// When there is no memory.
pub(crate) fn new_value(vm: &mut Vm, imm: u64) -> Result<Gc<CData>, OutOfMemory> {
    let (size, flags) = ((imm >> 32) as u16, if imm >> 48 & 1 != 0 { WRITABLE } else { 0 });
    cdata::new_owned(&mut vm.heap, CTypeId(imm as u32), size.into(), flags)
}

/// A reference to what is at an address in the memory of a cdata.
///
/// # Errors
/// When there is no memory.
pub(crate) fn reference(vm: &mut Vm, whole: Gc<CData>, data: *mut u8, to: u32) -> Result<RawValue, Raised> {
    let extent = vm.extent(whole);
    vm.new_reference(CTypeId(to), data, extent)
}

/// Makes the views and tables that an exit needs, once everything else is where the collector finds it.
#[cold]
fn make_parts(vm: &mut Vm, runtime: *const Runtime, exit: &Exit) -> Result<(), Raised> {
    for (slot, source) in &exit.slots {
        // SAFETY: as in `restore`; the stack does not move meanwhile.
        unsafe {
            let place = (*runtime).base.offset(*slot as isize);
            match source {
                Source::Part { at, ctype, is_reused } => {
                    let word = |i: usize| (*runtime).buffer[at + i];
                    let (data, tick, like) = (word(0) as *mut u8, word(1) as *mut u32, word(2) as *mut CData);
                    *place = part::shown_in(vm, *place, like, (data, tick, *ctype), *is_reused)?;
                }
                Source::Wide { at, is_unsigned } => {
                    let scalar = if *is_unsigned { Scalar::U64 } else { Scalar::I64 };
                    *place = arith::new_integer(&mut vm.heap, scalar, (*runtime).buffer[*at])?;
                }
                Source::Reference { at, to } => {
                    let (data, whole) = ((*runtime).buffer[*at], (*runtime).buffer[at + 1]);
                    *place = reference(vm, Gc::from_ptr(whole as *mut _), data as *mut u8, *to)?;
                }
                Source::Value { imm, parts } => {
                    let made = new_value(vm, *imm)?;
                    for (part, source) in parts {
                        let value = match source {
                            Source::Constant(value) => *value,
                            Source::Buffer(ty, at) => boxed((*runtime).buffer[*at], *ty),
                            _ => unreachable!("scalars are values of their own"),
                        };
                        place::store_at(made.data().add(*part as u32 as usize), (*part >> 32) as u32, value);
                    }
                    *place = made.into();
                }
                Source::Table { hints, fields, shape, list, meta } => {
                    let value = |source: &Source| match source {
                        Source::Constant(value) => *value,
                        Source::Buffer(ty, at) => boxed((*runtime).buffer[*at], *ty),
                        _ => unreachable!("fields are values of their own"),
                    };
                    let (array, keys) = table_room(*hints);
                    let table = vm.new_table(array, keys.max(fields.len()))?;
                    *place = table.into();
                    if let Some(shape) = shape {
                        table.give_fields(*shape, fields.iter().map(|(_, source)| value(source)));
                    } else {
                        for (key, source) in fields {
                            table
                                .init_str(&mut vm.heap, *key, value(source))
                                .map_err(|error| vm.set_error(error))?;
                        }
                    }
                    for (index, source) in (1..).zip(list) {
                        table
                            .set_int(&mut vm.heap, index, value(source))
                            .map_err(|error| vm.set_error(error))?;
                    }
                    if let Some(meta) = meta {
                        table.set_metatable(&mut vm.heap, value(meta).as_table())?;
                    }
                }
                Source::Same(first) => *place = *(*runtime).base.offset(exit.slots[*first].0 as isize),
                _ => {}
            }
        }
    }
    Ok(())
}
