//! Which variables a main function's closures have captured.

#![allow(unsafe_code, reason = "reads and links upvalue cells")]

use crate::context::Context;
use crate::error::Error;
use crate::function::{FunctionView, LuaFunction, REDIRECTED, Upvalue, new_closure};
use crate::handle::{Function, Value};
use crate::reload::merge::{self, Snapshot};
use crate::reload::{Module, ReloadReport, code};
use crate::rt::traceback;
use crate::thread::Thread;
use crate::value::{Gc, RawValue};
use crate::vm::Vm;

/// A capture under way: the frame whose variables are wanted, and what it has closed so far.
pub(crate) struct Capture {
    thread: Gc<Thread>,
    depth: usize,
    found: Vec<Found>,
}

/// A variable that was closed. Kept alive by the frame's closures until the main function has returned, and by [`Local::cell`] afterwards.
struct Found {
    name: Vec<u8>,
    hash: u64,
    cell: Gc<Upvalue>,
}

/// A top-level local of a module.
#[derive(Debug)]
pub(crate) struct Local {
    pub(crate) name: Vec<u8>,
    /// Which of the locals of this name, in order.
    ordinal: usize,
    /// Of the initialiser's text.
    hash: u64,
    /// A closure that is never called and holds the variable's cell as its only upvalue.
    holder: Function,
    snapshot: Snapshot,
}

impl Local {
    /// The variable's cell.
    pub(crate) fn cell(&self, vm: &Vm) -> Result<Gc<Upvalue>, Error> {
        let function = self.holder.0.get(vm)?.as_function().map(Gc::view);
        match function {
            Some(FunctionView::Lua(holder)) => Ok(holder.upvalue(0)),
            _ => unreachable!("a holder is a closure"),
        }
    }

    fn value(&self, cx: &mut Context) -> Result<Value, Error> {
        let value = self.cell(cx.vm_ref())?.get();
        Ok(Value::from_raw(value, cx))
    }
}

/// Runs a main function and finds its captured locals.
pub(super) fn run(cx: &mut Context, main: &Function) -> Result<(Value, Vec<Local>), Error> {
    let vm = cx.vm();
    // The frame of the main function will be the next one.
    let capture = Capture { thread: vm.thread, depth: vm.frames().len(), found: Vec::new() };
    let outer = vm.capture.replace(capture);
    let outcome = main.call::<Value>(cx, ());
    let found =
        std::mem::replace(&mut cx.vm().capture, outer).map(|capture| capture.found).unwrap_or_default();
    let result = outcome?;
    let mut locals: Vec<Local> = Vec::with_capacity(found.len());
    for Found { name, hash, cell } in found {
        let ordinal = locals.iter().filter(|local| local.name == name).count();
        let holder = holder(cx, main, cell)?;
        let mut local = Local { name, ordinal, hash, holder, snapshot: Snapshot::default() };
        let value = local.value(cx)?;
        local.snapshot = Snapshot::of(cx, &value)?;
        locals.push(local);
    }
    Ok((result, locals))
}

fn holder(cx: &mut Context, main: &Function, cell: Gc<Upvalue>) -> Result<Function, Error> {
    let vm = cx.vm();
    let closure = code::closure_of(vm, main)?;
    // SAFETY: a live closure.
    let env = unsafe { (*closure.as_ptr()).env };
    let holder = new_closure(&mut vm.heap, closure.proto(), env, &[cell]);
    let holder = holder.map_err(|_| Error::new(crate::ErrorKind::Memory, "not enough memory"))?;
    Ok(Function(crate::host::root(vm, holder.as_function().into())))
}

/// Called before the frame on top closes its upvalues from a stack slot on.
#[cold]
pub(crate) fn record(vm: &mut Vm, from: u32) {
    let Some(mut capture) = vm.capture.take() else { return };
    if capture.thread == vm.thread && capture.depth + 1 == vm.frames().len() {
        find(vm, from, &mut capture.found);
        for found in &capture.found {
            // The coroutine lists it no more, and the marker may not have come to it.
            vm.heap.barrier_cell(found.cell.addr());
        }
    }
    vm.capture = Some(capture);
}

fn find(vm: &Vm, from: u32, found: &mut Vec<Found>) {
    let frame = vm.frame();
    let Some((code, pc)) = traceback::code_position(frame) else { return };
    let mut cells = Vec::new();
    // SAFETY: live code and thread; open upvalues are linked in order of falling stack address.
    let code = unsafe {
        let stack = (*vm.thread.as_ptr()).stack;
        let mut upvalue = (*vm.thread.as_ptr()).open_upvalues;
        while !upvalue.is_null() && (*upvalue).location >= stack.add(from as usize) {
            let slot = (*upvalue).location.offset_from_unsigned(stack) as u32;
            cells.push((slot - frame.base, Gc::from_ptr(upvalue)));
            upvalue = (*upvalue).next_open;
        }
        &*code.as_ptr()
    };
    let record = code.draft_proto();
    for (register, cell) in cells.into_iter().rev() {
        // The variable that came last into this register.
        let local = record
            .locals
            .iter()
            .rev()
            .find(|local| u32::from(local.register) == register && local.start_pc as usize <= pc);
        if let Some(local) = local {
            let name = code.draft.string(local.name).to_vec();
            found.push(Found { name, hash: local.initialiser_hash, cell });
        }
    }
}

/// Joins the new version's locals with the old ones.
pub(super) fn merge_locals(
    cx: &mut Context,
    module: &mut Module,
    fresh: Vec<Local>,
    report: &mut ReloadReport,
) -> Result<(), Error> {
    for mut new in fresh {
        let old = module.locals.iter_mut().find(|old| old.name == new.name && old.ordinal == new.ordinal);
        let Some(old) = old else {
            report.locals_added += 1;
            module.locals.push(new);
            continue;
        };
        let (old_value, new_value) = (old.value(cx)?, new.value(cx)?);
        let keep = if old.hash == new.hash {
            match (&old_value, &new_value) {
                (Value::Table(old_table), Value::Table(new_table)) => {
                    merge::tables(cx, old_table, &old.snapshot, new_table, report)?;
                    true
                }
                (Value::Function(old), Value::Function(new)) => merge::same_function(cx, old, new)?,
                (_, Value::Function(_)) => false,
                _ => true,
            }
        } else {
            false
        };
        if keep {
            report.locals_kept += 1;
        } else {
            report.locals_replaced += 1;
        }
        let (old_cell, new_cell) = (old.cell(cx.vm_ref())?, new.cell(cx.vm_ref())?);
        share(cx.vm(), old_cell, new_cell, !keep);
        old.hash = new.hash;
        old.snapshot = std::mem::take(&mut new.snapshot);
    }
    Ok(())
}

/// Makes a new version's cell an alias of the old one; the variable takes the new value first where wanted.
fn share(vm: &mut Vm, old: Gc<Upvalue>, new: Gc<Upvalue>, take_value: bool) {
    if old == new {
        return;
    }
    if take_value {
        let value: RawValue = new.get();
        old.set(&mut vm.heap, value);
    }
    vm.heap.barrier(new.get());
    // SAFETY: live, closed cells. The alias keeps the old cell alive through `next_open` (gc/trace.rs), so its `location` stays good.
    unsafe {
        (*new.as_ptr()).header.flags |= REDIRECTED;
        (*new.as_ptr()).next_open = old.as_ptr();
        (*new.as_ptr()).location = (*old.as_ptr()).location;
        (*new.as_ptr()).closed = RawValue::NIL;
    }
}

/// The closure behind a handle, for the other files of this folder.
pub(super) fn lua_closure(vm: &Vm, function: &Function) -> Result<Option<Gc<LuaFunction>>, Error> {
    Ok(match function.0.get(vm)?.as_function().map(Gc::view) {
        Some(FunctionView::Lua(closure)) => Some(closure),
        Some(FunctionView::Native(_)) | None => None,
    })
}
