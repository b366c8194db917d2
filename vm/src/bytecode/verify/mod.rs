//! What the interpreter takes for granted about bytecode, and the check of it.
//!
//! The compiler's output passes (a debug build checks all of it), and bytes that pass, whoever wrote them, cannot break the virtual machine.
//! What is granted, and why it matters:
//!
//! **The draft** (`mod.rs`). There is a main function. Every other function is the child of exactly one that comes before it, and they are not
//! nested deeper than the parser lets them be: listings recurse. A frame has at most 250 registers and a function at most 60
//! upvalues, for `u8` counts and the operand 255. A child's upvalues are registers or upvalues that its parent has; those of the main function are
//! fresh variables, so their sources do not matter. Strings exist (`undump.rs`). Keys of inline caches are strings, and **a cache
//! belongs to one instruction**: reads, stores and methods keep different things in it, and a store that adds a key trusts the slot and shape.
//! Lines are given for every instruction or for none.
//!
//! **An instruction by itself** (`insn.rs`). Its opcode exists and is not `REMAP`, which only a reload puts in front of code that may run for
//! closures of other versions. Operands it does not have are 0. Registers lie in the frame, also those it
//! uses without naming them (`SELF` two, `FORPREP` four, `ITERCALL` six and as many as it has variables). Constants, upvalues, children and caches
//! exist and are of the type it needs. Jumps lead to instructions; only the loop instructions, which look at the interrupt
//! flag, jump back, and they always do. The last instruction does not fall through. `FORLOOP` leads behind a `FORPREP` of its
//! registers, and `ITERLOOP` stands behind the `ITERCALL` of its own: loops can be recognised by them. `VARARG` is for functions that take `...`.
//!
//! **An instruction as it is reached** (`flow.rs`), by every way through the function:
//! - A register is read only after it was written. The slots hold values of earlier calls, which are none of the function's business;
//!   a call leaves nothing above its results.
//! - `B = 0` takes the values up to the top: `CALL` or `VARARG` has just set it, nothing but a `CLOSEUP` stands between, and the list begins
//!   where the instruction wants it, so that the count is not negative. Hooks, which run between any two instructions, spare the list by the
//!   same rule (`interp/hook.rs`).
//! - An open upvalue never outlives its slot. A register captured by a `CLOSURE` is closed by a `CLOSEUP` before the function returns or makes
//!   a tail call, and before a call whose function and arguments lie at it or below: the slot under a frame's registers
//!   is read as a closure without a look, and a captured variable in that place could be assigned.
//! - For the same reason no local variable's record covers such a slot during a call, or `debug.setlocal` could assign it.
//!
//! **What need not be shown**, because the handlers cope with any value: the types of registers. The hidden variables of loops can be changed
//! through `debug.setlocal`, so `FORLOOP` ends its loop when they are no numbers, `ITERCALL` calls what is there, `SETLIST`
//! raises an error without a table, and `INITFIELD` is an assignment that asks nobody, to whatever table it is given. Debug records only have to name registers and instructions that exist; names are any bytes.

mod flow;
mod insn;

use super::draft::{Const, Draft, DraftProto, MAX_REGISTERS, MAX_UPVALUES, UpvalueSource};

/// How deep functions can be nested: the parser's limit of syntax levels.
const MAX_DEPTH: u32 = 200;

/// Checks a draft. The error names function and instruction.
pub fn verify(draft: &Draft) -> Result<(), String> {
    verify_nesting(draft)?;
    for (index, proto) in draft.protos.iter().enumerate() {
        let verified = verify_proto(draft, proto).and_then(|()| flow::verify(draft, proto));
        verified.map_err(|problem| format!("function {index}: {problem}"))?;
    }
    Ok(())
}

/// Every function but the first has one parent, which comes before it.
fn verify_nesting(draft: &Draft) -> Result<(), String> {
    check(!draft.protos.is_empty(), "no main chunk")?;
    let mut depths: Vec<Option<u32>> = vec![None; draft.protos.len()];
    depths[0] = Some(0);
    for (index, proto) in draft.protos.iter().enumerate() {
        let depth = depths[index].ok_or("a function comes before its parent or has none")? + 1;
        check(depth <= MAX_DEPTH || proto.children.is_empty(), "functions nested too deep")?;
        for child in &proto.children {
            let known = depths.get_mut(*child as usize).ok_or("a child that does not exist")?;
            check(known.replace(depth).is_none(), "a child of two functions")?;
        }
    }
    Ok(())
}

fn verify_proto(draft: &Draft, proto: &DraftProto) -> Result<(), String> {
    check(proto.frame_size <= MAX_REGISTERS, "too many registers")?;
    check(proto.param_count <= proto.frame_size, "more parameters than registers")?;
    check(proto.upvalues.len() <= MAX_UPVALUES, "too many upvalues")?;
    check(proto.upvalue_names.len() == proto.upvalues.len(), "not every upvalue has a name")?;
    let has_lines = proto.lines.len() == proto.code.len() || proto.lines.is_empty();
    check(has_lines, "not every instruction has a line")?;
    let is_string = |constant: &u32| matches!(proto.constants.get(*constant as usize), Some(Const::Str(_)));
    check(proto.cache_keys.iter().all(is_string), "the key of an inline cache is not a string")?;
    for child in &proto.children {
        let is_there = |source: &UpvalueSource| exists(proto, *source);
        check(
            draft.protos[*child as usize].upvalues.iter().all(is_there),
            "a child captures what is not there",
        )?;
    }
    insn::verify(proto)?;
    for local in &proto.locals {
        check(local.start_pc <= local.end_pc, "a local ends before it starts")?;
        check(local.end_pc as usize <= proto.code.len(), "a local outlives the code")?;
        check(local.register < proto.frame_size, "a local outside the frame")?;
    }
    Ok(())
}

fn exists(parent: &DraftProto, source: UpvalueSource) -> bool {
    match source {
        UpvalueSource::ParentRegister(register) => register < parent.frame_size,
        UpvalueSource::ParentUpvalue(upvalue) => usize::from(upvalue) < parent.upvalues.len(),
    }
}

fn check(holds: bool, problem: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(problem.to_string()) }
}

#[cfg(test)]
mod tests;
