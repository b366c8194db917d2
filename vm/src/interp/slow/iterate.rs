//! Loop set-up and iterators.

use crate::bytecode::{Insn, Op};
use crate::ffi::{cursor, rows};
use crate::function::{FunctionView, Special};
use crate::interp::Go;
use crate::interp::slow::call;
use crate::rt;
use crate::thread::FrameKind;
use crate::value::{Gc, RawValue};
use crate::vm::{Raised, Vm};

/// `FORPREP`
pub(in crate::interp) fn for_prepare(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let a = insn.a();
    let mut values = [0.0; 3];
    for (i, what) in ["initial value", "limit", "step"].into_iter().enumerate() {
        let Some(number) = rt::to_number(vm.reg(a + i)) else {
            return Err(vm.runtime_error(format!("'for' {what} must be a number")));
        };
        values[i] = number;
        vm.set_reg(a + i, RawValue::number(number));
    }
    let [index, limit, step] = values;
    let runs = if step >= 0.0 { index <= limit } else { index >= limit };
    if runs {
        vm.set_reg(a + 3, RawValue::number(index));
    } else {
        vm.jump(insn.d());
    }
    Ok(Go::On)
}

/// `ITERCALL` of `next` on a table: no call at all.
pub(in crate::interp) fn next_entry(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let a = insn.a();
    let table = vm.reg(a + 1).as_table().expect("checked by the handler");
    let key = vm.reg(a + 2);
    let Ok(entry) = table.entry_behind(&vm.heap, key) else {
        return Err(vm.runtime_error("invalid key to 'next'"));
    };
    let (key, value) = entry.unwrap_or((RawValue::NIL, RawValue::NIL));
    set_variables(vm, insn, key, value);
    Ok(Go::On)
}

/// `ITERCALL` of the iterator of `ipairs` on a table.
pub(in crate::interp) fn next_index(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let a = insn.a();
    let table = vm.reg(a + 1).as_table().expect("checked by the handler");
    let Some(index) = vm.reg(a + 2).as_number() else { return call_iterator(vm, insn) };
    let index = i64::from(crate::convert::to_i32(index)) + 1;
    let value = table.get_int(&vm.heap, index);
    let key = if value.is_nil() { RawValue::NIL } else { RawValue::number(index as f64) };
    set_variables(vm, insn, key, value);
    Ok(Go::On)
}

/// Gives the variables of a loop their values.
fn set_variables(vm: &mut Vm, insn: Insn, key: RawValue, value: RawValue) {
    let first = insn.a() + 3;
    vm.set_reg(first, key);
    if insn.c() >= 2 {
        vm.set_reg(first + 1, value);
        for extra in 2..insn.c() {
            vm.set_reg(first + extra, RawValue::NIL);
        }
    }
}

/// What the instruction at a back-edge does.
pub(in crate::interp) fn back_edge(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let a = insn.a();
    match insn.op() {
        Op::FORLOOP | Op::FORLOOP1 => {
            let [index, limit, step] = [0, 1, 2].map(|i| vm.reg(a + i).as_f64_or_nan());
            let index = index + step;
            if !((step >= 0.0 && index <= limit) || (step < 0.0 && index >= limit)) {
                return Ok(Go::On);
            }
            vm.set_reg(a, RawValue::number(index));
            vm.set_reg(a + 3, RawValue::number(index));
        }
        Op::ITERLOOP => {
            let value = vm.reg(a + 3);
            if value.is_nil() {
                return Ok(Go::On);
            }
            vm.set_reg(a + 2, value);
        }
        _ => {}
    }
    vm.jump(insn.d());
    vm.poll()?;
    Ok(Go::On)
}

/// What an `ITERCALL` comes to.
pub(in crate::interp) fn iterator_step(vm: &Vm, insn: Insn) -> crate::interp::SlowFn {
    if let Some(FunctionView::Native(native)) = vm.reg(insn.a()).as_function().map(Gc::view) {
        let is_of_table = vm.reg(insn.a() + 1).is_table();
        match native.special() {
            Special::Next if is_of_table => return next_entry,
            Special::NextIndex if is_of_table => return next_index,
            Special::NextRow if !is_of_table => return next_row,
            Special::NextColumns => return next_columns,
            _ => {}
        }
    }
    call_iterator
}

/// `ITERCALL` of the step of a loop over rows, as its handler does it: the views are the loop's own, so that compiled code may go on with them.
fn next_row(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let first = vm.frame().base + insn.a() as u32;
    if let Some(FunctionView::Native(native)) = vm.slot(first).as_function().map(Gc::view)
        // SAFETY: the instruction is the running one, whose variables lie behind the iterator's three registers.
        && unsafe { cursor::step(vm, native, vm.stack.add(first as usize + 3), insn) }
    {
        vm.check_collector(insn);
        return Ok(Go::On);
    }
    call_iterator(vm, insn)
}

/// `ITERCALL` of the step of a loop over whole columns.
pub(in crate::interp) fn next_columns(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let first = vm.frame().base + insn.a() as u32;
    if let Some(FunctionView::Native(native)) = vm.slot(first).as_function().map(Gc::view)
        && rows::step_columns(vm, native, first + 3, insn)?
    {
        vm.check_collector(insn);
        return Ok(Go::On);
    }
    call_iterator(vm, insn)
}

/// `ITERCALL` while calls have to be seen: steps of `next` are none, as in LuaJIT.
pub(in crate::interp) fn seen_iterator(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let iterator = vm.reg(insn.a()).as_function().map(Gc::view);
    match iterator {
        Some(FunctionView::Native(native))
            if native.special() == Special::Next && vm.reg(insn.a() + 1).is_table() =>
        {
            next_entry(vm, insn)
        }
        _ => call_iterator(vm, insn),
    }
}

/// `ITERCALL` of any other iterator.
pub(in crate::interp) fn call_iterator(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let function = vm.frame().base + insn.a() as u32 + 3;
    for i in 0..3 {
        let value = vm.slot(function - 3 + i);
        vm.set_slot(function + i, value);
    }
    call::begin(vm, function, 2, FrameKind::Meta, 0)
}
