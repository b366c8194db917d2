//! `jit.bc`: listings of functions, as `-bl` prints them.

use super::{check_closure, module};
use crate::bytecode::disasm;
use crate::rt::frames;
use crate::stdlib::{Builtin, builtins};
use crate::value::RawValue;
use crate::vm::{Args, NativeResult, Raised, Vm};

const FUNCTIONS: &[Builtin] = builtins! {
    "dump" dump,
    "line" line,
    "targets" targets,
};

pub(super) fn make(vm: &mut Vm, _: Args) -> NativeResult {
    module(vm, FUNCTIONS)
}

/// `dump(function, out, all)`: writes the listing of a function, with `all` also of those inside it, to what has a `write`; without that,
/// where `print` writes.
fn dump(vm: &mut Vm, args: Args) -> NativeResult {
    let closure = check_closure(vm, args, 0)?;
    let (draft, index) = frames::draft_of(closure);
    let text = disasm::disassemble_from(&draft, index, vm.arg(args, 2).is_truthy());
    let out = vm.arg(args, 1);
    if out.is_falsy() {
        vm.write_output(text.as_bytes());
        return vm.ret0();
    }
    let text = vm.new_string(text.as_bytes())?;
    vm.push(text)?;
    call_method(vm, out, "write", &[out, text])?;
    call_method(vm, out, "flush", &[out])?;
    vm.ret0()
}

fn call_method(vm: &mut Vm, object: RawValue, name: &str, args: &[RawValue]) -> Result<(), Raised> {
    let name = vm.heap.intern(name.as_bytes())?;
    let method = vm.index(object, name.into())?;
    vm.call1(method, args).map(drop)
}

/// `line(function, pc, prefix)`: the line of an instruction, counted from 1; the prefix, of two characters, stands behind its number.
fn line(vm: &mut Vm, args: Args) -> NativeResult {
    let closure = check_closure(vm, args, 0)?;
    let pc = vm.check_int(args, 1)?;
    let prefix = vm.opt_string(args, 2)?;
    let prefix = prefix.map_or("  ".into(), |prefix| String::from_utf8_lossy(prefix.as_bytes()).into_owned());
    let (draft, index) = frames::draft_of(closure);
    let place = usize::try_from(pc).ok().and_then(|pc| pc.checked_sub(1));
    match place.and_then(|place| disasm::line(&draft, index, place, &prefix)) {
        Some(line) => {
            let line = vm.new_string(line.as_bytes())?;
            vm.ret1(line)
        }
        None => vm.ret0(),
    }
}

/// `targets(function)`: the set of the instructions that are jumped to.
fn targets(vm: &mut Vm, args: Args) -> NativeResult {
    let closure = check_closure(vm, args, 0)?;
    let (draft, index) = frames::draft_of(closure);
    let table = vm.new_table(0, 0)?;
    vm.push(table.into())?;
    let targets = disasm::jump_targets(&draft.protos[index as usize]);
    for (pc, _) in targets.iter().enumerate().filter(|(_, is_target)| **is_target) {
        vm.raw_set(table, RawValue::number(pc as f64 + 1.0), RawValue::TRUE)?;
    }
    vm.ret_top(1)
}
