//! From a snapshot back to the interpreter.

#![allow(unsafe_code, reason = "writes stack slots and frames that compiled code has left")]

use super::Runtime;
use super::ir::{FrameState, Ref, Region, Slot, Ty};
use crate::thread::CallInfo;
use crate::value::{Gc, RawValue};
use crate::vm::Vm;

/// Where a value to restore comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source {
    /// It is a constant.
    Constant(RawValue),
    /// It is in the exit buffer, raw.
    Buffer(Ty),
}

/// What is left of a snapshot once its region is compiled.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exit {
    pub(crate) slots: Vec<(Slot, Source)>,
    pub(crate) frames: Vec<FrameState>,
    pub(crate) top: Option<Slot>,
    /// The exit may lead to a side trace.
    pub(crate) may_grow: bool,
    /// How often it was taken.
    pub(crate) count: u32,
    /// How often a side trace came to nothing: each time the next is tried twice as late.
    pub(crate) failures: u32,
}

impl Exit {
    pub(crate) fn failed(&mut self) {
        self.failures = (self.failures + 1).min(20);
        self.count = 0;
    }
}

/// The exits of a region, in the order of its snapshots.
pub(crate) fn exits_of(region: &Region) -> Vec<Exit> {
    let exit = |snap: &super::ir::Snapshot| Exit {
        slots: snap.restored.iter().map(|(slot, r)| (*slot, source(region, *r))).collect(),
        frames: snap.frames.clone(),
        top: snap.top,
        may_grow: snap.may_grow,
        count: 0,
        failures: 0,
    };
    region.snaps.iter().map(exit).collect()
}

fn source(region: &Region, r: Ref) -> Source {
    match constant(region, r) {
        Some(value) => Source::Constant(value),
        None => Source::Buffer(region.ty(r)),
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
            Ty::Void | Ty::Ptr => unreachable!("no snapshot has such a value"),
        }
    }
}

/// A frame of a region that was entered at stack index `base`.
pub(crate) fn call_info(frame: &FrameState, base: u32) -> CallInfo {
    CallInfo {
        pc: frame.pc,
        constants: frame.constants,
        base: base.wrapping_add_signed(frame.base),
        varargs: 0,
        kind: frame.kind,
        flags: 0,
    }
}

/// Brings the stack and the frames to where the interpreter would be. Frames above the one in which the region was entered are pushed.
pub(crate) fn restore(vm: &mut Vm, runtime: &Runtime, exit: &Exit) {
    // SAFETY: the region was entered with room for all the slots it names above `base`, and its code has stored the values in this order.
    unsafe {
        for (index, (slot, source)) in exit.slots.iter().enumerate() {
            let value = match source {
                Source::Constant(value) => *value,
                Source::Buffer(ty) => boxed(runtime.buffer[index], *ty),
            };
            *runtime.base.offset(*slot as isize) = value;
        }
    }
    let base = runtime.base_index;
    if let Some((root, inlined)) = exit.frames.split_first() {
        vm.frame_mut().pc = root.pc;
        for frame in inlined {
            vm.push_frame(call_info(frame, base));
        }
    }
    if let Some(top) = exit.top {
        vm.top = base.wrapping_add_signed(top);
    }
}
