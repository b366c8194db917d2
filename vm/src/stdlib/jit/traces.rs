//! What `jit.util` tells of traces. A trace's number is that of the region it is in, as `jit.v` prints it: a loop with all its ways. Instructions and
//! snapshots are lines of the listing that `jit.dump` shows, since they are others than LuaJIT's.

use super::util::set_number;
use crate::interp::compiled::{Control, ListingPart, RegionFacts};
use crate::value::RawValue;
use crate::vm::{Args, NativeResult, Raised, Vm};

/// Of stubs and calls, which this compiler does not have.
pub(super) fn none(vm: &mut Vm, args: Args) -> NativeResult {
    vm.check_int(args, 0)?;
    vm.ret0()
}

/// `traceinfo(trace)`: `nins`, `nk`, `nexit` and `link` as in LuaJIT; `linktype`, which is always "loop"; `ways`, the number of its traces.
pub(super) fn info(vm: &mut Vm, args: Args) -> NativeResult {
    let number = number(vm, args, 0)?;
    let mut facts = RegionFacts::default();
    if !(vm.compiled.control)(vm, Control::Facts(number, &mut facts)) {
        return vm.ret0();
    }
    let table = vm.new_table(0, 8)?;
    vm.push(table.into())?;
    for (name, value) in [
        ("nins", facts.instructions - facts.constants),
        ("nk", facts.constants),
        ("nexit", facts.exits),
        ("link", number as usize),
        ("ways", facts.traces),
    ] {
        set_number(vm, table, name, value as f64)?;
    }
    let link = vm.new_string(b"loop")?;
    vm.raw_set_name(table, "linktype", link)?;
    vm.ret_top(1)
}

/// `traceir(trace, n)`: instruction `n`, counted from 0, as text.
pub(super) fn instruction(vm: &mut Vm, args: Args) -> NativeResult {
    line(vm, args, ListingPart::Instruction)
}

/// `tracesnap(trace, n)`: snapshot `n`, counted from 0, as text.
pub(super) fn snapshot(vm: &mut Vm, args: Args) -> NativeResult {
    line(vm, args, ListingPart::Snapshot)
}

fn line(vm: &mut Vm, args: Args, part: ListingPart) -> NativeResult {
    let (trace, index) = (number(vm, args, 0)?, number(vm, args, 1)?);
    let mut line = String::new();
    if !(vm.compiled.control)(vm, Control::Line(trace, part, index, &mut line)) {
        return vm.ret0();
    }
    let line = vm.new_string(line.as_bytes())?;
    vm.ret1(line)
}

/// `tracek(trace, n)`: the value of instruction `n`, if it is a constant.
pub(super) fn constant(vm: &mut Vm, args: Args) -> NativeResult {
    let (trace, index) = (number(vm, args, 0)?, number(vm, args, 1)?);
    let mut value = RawValue::NIL;
    if (vm.compiled.control)(vm, Control::Constant(trace, index, &mut value)) {
        return vm.ret1(value);
    }
    vm.ret0()
}

/// `tracemc(trace)`: the machine code as a string, its address, and where the loop begins in it, which is not known: 0.
pub(super) fn code(vm: &mut Vm, args: Args) -> NativeResult {
    let number = number(vm, args, 0)?;
    let (mut facts, mut bytes) = (RegionFacts::default(), Vec::new());
    if !(vm.compiled.control)(vm, Control::Facts(number, &mut facts)) {
        return vm.ret0();
    }
    (vm.compiled.control)(vm, Control::Code(number, &mut bytes));
    let code = vm.new_string(&bytes)?;
    vm.push(code)?;
    vm.push(RawValue::number(facts.address as f64))?;
    vm.push(RawValue::number(0.0))?;
    vm.ret_top(3)
}

/// A number, of a region or a part of one; none has the number that negative ones come to.
fn number(vm: &mut Vm, args: Args, index: u32) -> Result<u32, Raised> {
    let number = vm.check_int(args, index)?;
    Ok(u32::try_from(number).unwrap_or(u32::MAX))
}
