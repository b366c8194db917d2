//! Upvalues, closures, varargs, new tables, lengths, interrupts.

use crate::bytecode::{Insn, UpvalueSource};
use crate::function::{self, LuaFunction, Upvalue};
use crate::gc::kind::{Header, Kind};
use crate::interp::Go;
use crate::rt;
use crate::value::{Gc, RawValue};
use crate::vm::{Raised, Vm};

/// A back-edge that found the interrupt flag set; it has been taken.
pub(in crate::interp) fn interrupted(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    vm.honour_interrupt()?;
    if vm.profiler.is_some() {
        // A sample is of the back-edge, not of what lies before the loop.
        let target = vm.frame().pc;
        vm.frame_mut().pc = target.wrapping_offset(-(insn.d() as isize));
        let outcome = vm.take_sample();
        vm.frame_mut().pc = target;
        outcome?;
    }
    Ok(Go::On)
}

/// After a short form that left the collector in debt.
pub(in crate::interp) fn collector_point(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    vm.check_collector(insn);
    Ok(Go::On)
}

/// The closure the frame on top runs.
pub(super) fn running_closure(vm: &Vm) -> Gc<LuaFunction> {
    match vm.slot(vm.frame().base - 1).as_function().map(Gc::view) {
        Some(function::FunctionView::Lua(closure)) => closure,
        _ => unreachable!("a Lua frame has its closure below register 0"),
    }
}

/// `SETUPVAL` while the collector marks.
pub(in crate::interp) fn set_upvalue(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let value = vm.reg(insn.b());
    running_closure(vm).upvalue(insn.a()).set(&mut vm.heap, value);
    Ok(Go::On)
}

/// `CLOSEUP`
pub(in crate::interp) fn close_upvalues(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let from = vm.frame().base + insn.a() as u32;
    if vm.capture.is_some() {
        crate::reload::record(vm, from);
    }
    vm.close_upvalues(from);
    Ok(Go::On)
}

/// `CLOSURE`
pub(in crate::interp) fn closure(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let closure = vm.make_closure(running_closure(vm), vm.frame().base, insn.index())?;
    vm.set_reg(insn.a(), closure.as_function().into());
    vm.check_collector(insn);
    Ok(Go::On)
}

/// `REMAP`: the first instruction of reloaded code.
pub(in crate::interp) fn remap(vm: &mut Vm, _insn: Insn) -> Result<Go, Raised> {
    let closure = running_closure(vm);
    crate::reload::remap_closure(vm, closure)?;
    Ok(Go::On)
}

/// `VARARG`
pub(in crate::interp) fn vararg(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let (base, count) = (vm.frame().base, vm.frame().varargs);
    let from = base - 1 - count;
    let into = base + insn.a() as u32;
    let wanted = if insn.b() == 0 { count } else { insn.b() as u32 - 1 };
    vm.ensure_stack(into + wanted + 1)?;
    for i in 0..wanted {
        let value = if i < count { vm.slot(from + i) } else { RawValue::NIL };
        vm.set_slot(into + i, value);
    }
    if insn.b() == 0 {
        vm.top = into + wanted;
    }
    Ok(Go::On)
}

/// `LOADK`
pub(in crate::interp) fn load_constant(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let value = vm.constant(insn.index());
    vm.set_reg(insn.a(), value);
    Ok(Go::On)
}

/// `NEWTABLE`
pub(in crate::interp) fn new_table(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let hints = insn.d() as u32;
    let table = vm.new_table((hints & 0xFFFF) as usize, (hints >> 16) as usize)?;
    vm.set_reg(insn.a(), table.into());
    vm.check_collector(insn);
    Ok(Go::On)
}

/// `LEN` of anything but a string or a table whose last array value is there.
pub(in crate::interp) fn len(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let value = vm.reg(insn.b());
    match rt::length(vm, value)? {
        rt::Step::Done(length) => vm.set_reg(insn.a(), length),
        rt::Step::Call(handler) => return vm.call_meta(handler, &[value, RawValue::NIL], 0),
        rt::Step::Invalid => return Err(vm.operand_error("get length of", value, Some(insn.b()))),
    }
    Ok(Go::On)
}

impl Vm {
    /// A closure of a function's child with a number; the function's registers begin at stack slot `base`.
    pub(crate) fn make_closure(
        &mut self,
        parent: Gc<LuaFunction>,
        base: u32,
        child: usize,
    ) -> Result<Gc<LuaFunction>, Raised> {
        let proto = crate::instantiate::child_proto(&mut self.heap, parent.proto(), child)?;
        // SAFETY: a live prototype and its code; neither moves.
        let sources = unsafe { &(*(*proto.as_ptr()).code.as_ptr()).draft_proto().upvalues };
        let mut upvalues = std::mem::take(&mut self.captured);
        upvalues.clear();
        for source in sources {
            upvalues.push(match *source {
                UpvalueSource::ParentRegister(register) => self.open_upvalue(base + u32::from(register))?,
                UpvalueSource::ParentUpvalue(index) => parent.upvalue(usize::from(index)),
            });
        }
        // SAFETY: a live cell.
        let env = unsafe { (*parent.as_ptr()).env };
        let closure = function::new_closure(&mut self.heap, proto, env, &upvalues)?;
        self.captured = upvalues;
        Ok(closure)
    }

    /// The open upvalue for a stack slot, made if there is none.
    fn open_upvalue(&mut self, index: u32) -> Result<Gc<Upvalue>, Raised> {
        let thread = self.thread.as_ptr();
        // SAFETY: live cells; the list of open upvalues is ordered by falling stack address, and a thread keeps its open
        // upvalues alive.
        unsafe {
            let location = (*thread).stack.add(index as usize);
            let mut link = &raw mut (*thread).open_upvalues;
            while !(*link).is_null() && (**link).location > location {
                link = &raw mut (**link).next_open;
            }
            if !(*link).is_null() && (**link).location == location {
                // No closure may have led the marker to it.
                self.heap.barrier_cell(*link as usize);
                return Ok(Gc::from_ptr(*link));
            }
            let cell: *mut Upvalue = self.heap.alloc(Kind::Upvalue, size_of::<Upvalue>())?.cast();
            cell.write(Upvalue {
                header: Header::new(Kind::Upvalue),
                location,
                closed: RawValue::NIL,
                next_open: *link,
            });
            *link = cell;
            Ok(Gc::from_ptr(cell))
        }
    }

    /// Closes the running thread's open upvalues at a stack slot and above.
    pub(crate) fn close_upvalues(&mut self, from: u32) {
        let thread = self.thread.as_ptr();
        // SAFETY: as in `open_upvalue`.
        unsafe {
            let limit = (*thread).stack.add(from as usize);
            while !(*thread).open_upvalues.is_null() && (*(*thread).open_upvalues).location >= limit {
                let upvalue = (*thread).open_upvalues;
                (*thread).open_upvalues = (*upvalue).next_open;
                (*upvalue).next_open = std::ptr::null_mut();
                (*upvalue).closed = *(*upvalue).location;
                (*upvalue).location = &raw mut (*upvalue).closed;
            }
        }
    }
}
