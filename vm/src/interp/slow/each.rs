//! `table.foreach` and `table.foreachi`: natives whose callbacks may yield.
//!
//! The native checks its arguments and returns the state of the walk, which then lies at the start of its frame. A callback written in
//! Lua runs as a frame of kind `Each` above it, and `deliver.rs` comes back here when it returns.

use super::{call, deliver};
use crate::function::{FunctionView, Special};
use crate::interp::Go;
use crate::thread::{CallInfo, FrameKind};
use crate::value::{Gc, RawValue};
use crate::vm::{Raised, Ret, Vm};

/// What lies where in the native's frame.
#[derive(Clone, Copy)]
enum Slot {
    Table,
    Function,
    /// The last key handed out.
    Key,
    /// The last key to hand out, in order; nil to follow a traversal.
    End,
    /// Where the call of the callback is laid out.
    Call,
}

/// How a walk goes on.
pub(super) enum Walk {
    /// A callback has been entered.
    Entered(Go),
    /// It is over: the native's frame, and its results.
    Over(CallInfo, Ret),
}

/// Starts a walk whose state is what the native on top returned.
pub(super) fn start(vm: &mut Vm, state: Ret) -> Result<Go, Raised> {
    let base = vm.frame().base;
    vm.move_values(state.first, base, state.count);
    match step(vm)? {
        Walk::Entered(go) => Ok(go),
        Walk::Over(frame, ret) => deliver::deliver(vm, frame.kind, frame.flags, ret.first, ret.count),
    }
}

/// A callback has returned: its first result ends the walk unless it is nil.
pub(super) fn returned(vm: &mut Vm, first: u32, count: u32) -> Result<Walk, Raised> {
    if count > 0 && !vm.slot(first).is_nil() {
        return Ok(Walk::Over(vm.pop_frame(), Ret { first, count: 1 }));
    }
    step(vm)
}

/// Hands out keys until a callback written in Lua has been entered.
fn step(vm: &mut Vm) -> Result<Walk, Raised> {
    let base = vm.frame().base;
    let at = |slot: Slot| base + slot as u32;
    let function = vm.slot(at(Slot::Function));
    loop {
        vm.poll()?;
        let Some((key, value)) = next(vm, base)? else {
            return Ok(Walk::Over(vm.pop_frame(), Ret { first: base, count: 0 }));
        };
        vm.set_slot(at(Slot::Key), key);
        vm.top = at(Slot::Call);
        if is_plain_native(function) {
            // A frame for it would return here before this function has ended.
            let result = vm.call1(function, &[key, value])?;
            if !result.is_nil() {
                vm.set_slot(base, result);
                return Ok(Walk::Over(vm.pop_frame(), Ret { first: base, count: 1 }));
            }
            continue;
        }
        for value in [function, key, value] {
            vm.push(value)?;
        }
        return call::begin(vm, at(Slot::Call), 2, FrameKind::Each, 0).map(Walk::Entered);
    }
}

fn is_plain_native(function: RawValue) -> bool {
    match function.as_function().map(Gc::view) {
        Some(FunctionView::Native(native)) => match native.special() {
            Special::None
            | Special::Host
            | Special::Next
            | Special::NextIndex
            | Special::NextRow
            | Special::NextColumns
            | Special::ToString
            | Special::Each => true,
            Special::Pcall | Special::Xpcall | Special::Resume | Special::Yield | Special::Wrapped => false,
        },
        Some(FunctionView::Lua(_)) | None => false,
    }
}

/// The next key and its value.
fn next(vm: &mut Vm, base: u32) -> Result<Option<(RawValue, RawValue)>, Raised> {
    let at = |slot: Slot| base + slot as u32;
    let table = vm.slot(at(Slot::Table)).as_table().expect("the native checked it");
    let key = vm.slot(at(Slot::Key));
    match vm.slot(at(Slot::End)).as_number() {
        Some(end) => {
            let index = key.as_f64_or_nan() + 1.0;
            let value = table.get_int(&vm.heap, index as i64);
            Ok((index <= end).then_some((RawValue::number(index), value)))
        }
        None => table.entry_behind(&vm.heap, key).map_err(|_| vm.error("invalid key to 'next'")),
    }
}
