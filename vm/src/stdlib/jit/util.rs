//! `jit.util`: a look into functions. Instructions are counted from 1, as in LuaJIT, where the function's header is 0. `traces.rs` has what is about traces.

use super::{check_closure, module, traces};
use crate::bytecode::{Const, DraftProto};
use crate::function::FunctionView;
use crate::rt::frames;
use crate::stdlib::{Builtin, builtins};
use crate::table::Table;
use crate::value::{Gc, RawValue};
use crate::vm::{Args, NativeResult, Raised, Vm};

const FUNCTIONS: &[Builtin] = builtins! {
    "funcbc" funcbc,
    "funcinfo" funcinfo,
    "funck" funck,
    "funcuvname" funcuvname,
    "ircalladdr" traces::none,
    "traceexitstub" traces::none,
    "traceinfo" traces::info,
    "traceir" traces::instruction,
    "tracek" traces::constant,
    "tracemc" traces::code,
    "tracesnap" traces::snapshot,
};

pub(super) fn make(vm: &mut Vm, _: Args) -> NativeResult {
    module(vm, FUNCTIONS)
}

fn funcinfo(vm: &mut Vm, args: Args) -> NativeResult {
    let table = vm.new_table(0, 16)?;
    vm.push(table.into())?;
    match vm.arg(args, 0).as_function().map(Gc::view) {
        Some(FunctionView::Native(native)) => {
            set_number(vm, table, "addr", native.addr() as f64)?;
            set_number(vm, table, "upvalues", native.shown_upvalues() as f64)?;
        }
        Some(FunctionView::Lua(closure)) => {
            let pc = vm.opt_int(args, 1, 0)?;
            let (draft, index) = frames::draft_of(closure);
            let proto = &draft.protos[index as usize];
            let numbers = proto.constants.iter().filter(|constant| is_number(constant)).count();
            for (name, number) in [
                ("linedefined", f64::from(proto.line_defined)),
                ("lastlinedefined", f64::from(proto.last_line_defined)),
                ("stackslots", f64::from(proto.frame_size)),
                ("params", f64::from(proto.param_count)),
                ("bytecodes", proto.code.len() as f64 + 1.0),
                ("gcconsts", (proto.constants.len() - numbers) as f64),
                ("nconsts", numbers as f64),
                ("upvalues", proto.upvalues.len() as f64),
            ] {
                set_number(vm, table, name, number)?;
            }
            let line = line_at(proto, pc);
            if let Some(line) = line {
                set_number(vm, table, "currentline", f64::from(line))?;
            }
            vm.raw_set_name(table, "isvararg", proto.is_vararg.into())?;
            vm.raw_set_name(table, "children", (!proto.children.is_empty()).into())?;
            let source = vm.new_string(&draft.chunk_name)?;
            vm.raw_set_name(table, "source", source)?;
            let place = vm.new_string(&location(&draft.chunk_name, line.unwrap_or(0)))?;
            vm.raw_set_name(table, "loc", place)?;
        }
        None => return Err(vm.arg_type_error(args, 0, "function")),
    }
    vm.ret_top(1)
}

/// The line of an instruction counted from 1; 0 is the function's beginning.
fn line_at(proto: &DraftProto, pc: i32) -> Option<u32> {
    match usize::try_from(pc).ok()? {
        0 => Some(proto.line_defined),
        pc if pc <= proto.code.len() => Some(proto.lines.get(pc - 1).copied().unwrap_or(0)),
        _ => None,
    }
}

/// A short description of a line: files without their folders.
fn location(chunk_name: &[u8], line: u32) -> Vec<u8> {
    let name = match chunk_name.split_first() {
        Some((b'@', path)) => {
            let folder = path.iter().rposition(|byte| matches!(byte, b'/' | b'\\'));
            path[folder.map_or(0, |slash| slash + 1)..].to_vec()
        }
        Some((b'=', name)) => name.to_vec(),
        _ => [b"\"", chunk_name, b"\""].concat(),
    };
    [name.as_slice(), b":", line.to_string().as_bytes()].concat()
}

/// An instruction: its operation and operands `A`, `B`, `C` as one number, from the lowest byte up, and `D`.
fn funcbc(vm: &mut Vm, args: Args) -> NativeResult {
    let closure = check_closure(vm, args, 0)?;
    let pc = vm.check_int(args, 1)?;
    let (draft, index) = frames::draft_of(closure);
    let place = usize::try_from(pc).ok().and_then(|pc| pc.checked_sub(1));
    let Some(insn) = place.and_then(|place| draft.protos[index as usize].code.get(place)) else {
        return vm.ret0();
    };
    vm.push(RawValue::number(f64::from(insn.0 as u32)))?;
    vm.push(RawValue::number(f64::from(insn.d())))?;
    vm.ret_top(2)
}

/// A constant: numbers count from 0 up, others from -1 down.
fn funck(vm: &mut Vm, args: Args) -> NativeResult {
    let closure = check_closure(vm, args, 0)?;
    let number = vm.check_int(args, 1)?;
    let (draft, index) = frames::draft_of(closure);
    let wants_number = number >= 0;
    let place = if wants_number { number } else { !number } as usize;
    let mut constants = draft.protos[index as usize].constants.iter().enumerate();
    match constants.by_ref().filter(|(_, constant)| is_number(constant) == wants_number).nth(place) {
        Some((place, _)) => vm.ret1(frames::constant(closure, place)),
        None => vm.ret0(),
    }
}

fn is_number(constant: &Const) -> bool {
    match constant {
        Const::Number(_) => true,
        Const::Str(_) | Const::Int64(_) | Const::Uint64(_) | Const::Imaginary(_) => false,
    }
}

/// The name of an upvalue, counted from 0.
fn funcuvname(vm: &mut Vm, args: Args) -> NativeResult {
    let closure = check_closure(vm, args, 0)?;
    let number = vm.check_int(args, 1)?;
    let name =
        usize::try_from(number).ok().and_then(|index| frames::upvalue_name(closure.as_function(), index));
    match name {
        Some(name) => {
            let name = vm.new_string(&name)?;
            vm.ret1(name)
        }
        None => vm.ret0(),
    }
}

pub(super) fn set_number(vm: &mut Vm, table: Gc<Table>, name: &str, number: f64) -> Result<(), Raised> {
    vm.raw_set_name(table, name, RawValue::number(number))
}
