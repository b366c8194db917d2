//! A structural check of bytecode: what the interpreter takes for granted.

use super::draft::{Const, Draft, DraftProto, UpvalueSource};
use super::opcode::{Format, Insn, Op};

/// Checks every function of a draft: registers inside the frame, indices inside their tables, jumps inside the code,
/// backward jumps only in loop instructions, no way to run past the end. The error names function and instruction.
pub fn verify(draft: &Draft) -> Result<(), String> {
    if draft.protos.is_empty() {
        return Err("no main chunk".to_string());
    }
    for (index, proto) in draft.protos.iter().enumerate() {
        verify_proto(draft, index, proto).map_err(|problem| format!("function {index}: {problem}"))?;
    }
    Ok(())
}

fn verify_proto(draft: &Draft, index: usize, proto: &DraftProto) -> Result<(), String> {
    check(proto.lines.len() == proto.code.len(), "not every instruction has a line")?;
    check(proto.param_count <= proto.frame_size, "more parameters than registers")?;
    check(proto.upvalue_names.len() == proto.upvalues.len(), "not every upvalue has a name")?;
    let is_string = |constant: &u32| matches!(proto.constants.get(*constant as usize), Some(Const::Str(_)));
    check(proto.cache_keys.iter().all(is_string), "the key of an inline cache is not a string")?;
    for child in &proto.children {
        let child = draft.protos.get(*child as usize).filter(|_| *child as usize > index);
        let child = child.ok_or("a child comes before its parent or does not exist")?;
        check(
            child.upvalues.iter().all(|source| exists(proto, *source)),
            "a child captures what is not there",
        )?;
    }
    for (pc, insn) in proto.code.iter().enumerate() {
        verify_insn(proto, pc, *insn).map_err(|problem| format!("instruction {pc} ({insn:?}): {problem}"))?;
    }
    let last = proto.code.last().ok_or("no code")?.op();
    check(ends_code(last), "the code can run past its end")?;
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

fn verify_insn(proto: &DraftProto, pc: usize, insn: Insn) -> Result<(), String> {
    let op = Op::decode(insn.code()).ok_or("no such operation")?;
    let (a, b, c, d) = (insn.a(), insn.b(), insn.c(), insn.index());
    let frame = usize::from(proto.frame_size);
    // Registers `first..first + count`.
    let registers =
        |first: usize, count: usize| check(first + count <= frame, "a register outside the frame");
    let number = |index: usize| {
        check(matches!(proto.constants.get(index), Some(Const::Number(_))), "the constant is not a number")
    };
    let constant = |index: usize| check(index < proto.constants.len(), "no such constant");
    let cache = || check(d < proto.cache_keys.len(), "no such inline cache");
    let upvalue = |index: usize| check(index < proto.upvalues.len(), "no such upvalue");
    // Values `first..`, `count - 1` of them or up to the top.
    let values = |first: usize, count: usize| match count {
        0 => check(first <= frame, "a register outside the frame"),
        _ => registers(first, count - 1),
    };

    match op {
        Op::MOV | Op::UNM | Op::NOT | Op::LEN => both(registers(a, 1), registers(b, 1))?,
        Op::LOADK => both(registers(a, 1), constant(d))?,
        Op::LOADINT | Op::NEWTABLE => registers(a, 1)?,
        Op::LOADPRI => both(registers(a, 1), check(b <= 2, "no such primitive value"))?,
        Op::LOADNIL => both(registers(b, 1), check(a <= b, "an empty range of registers"))?,
        Op::GETUPVAL => both(registers(a, 1), upvalue(b))?,
        Op::SETUPVAL => both(registers(b, 1), upvalue(a))?,
        Op::CLOSEUP | Op::RET1 => registers(a, 1)?,
        Op::CLOSURE => both(registers(a, 1), check(d < proto.children.len(), "no such child"))?,
        Op::GETGLOBAL | Op::SETGLOBAL => both(registers(a, 1), cache())?,
        Op::GETFIELD | Op::SETFIELD | Op::INITFIELD => both(both(registers(a, 1), registers(b, 1)), cache())?,
        Op::GETINDEX | Op::SETINDEX => both(both(registers(a, 1), registers(b, 1)), registers(c, 1))?,
        Op::GETINT => both(registers(a, 1), registers(b, 1))?,
        Op::SETINT => both(registers(a, 1), registers(c, 1))?,
        Op::SELF => both(both(registers(a, 2), registers(b, 1)), cache())?,
        Op::SETLIST => both(registers(a, 1), values(a + 1, b))?,
        Op::ADD | Op::SUB | Op::MUL | Op::DIV | Op::MOD | Op::POW => {
            both(both(registers(a, 1), registers(b, 1)), registers(c, 1))?;
        }
        Op::ADDVK | Op::SUBVK | Op::MULVK | Op::DIVVK | Op::MODVK | Op::POWVK => {
            both(both(registers(a, 1), registers(b, 1)), number(d))?;
        }
        Op::ADDKV | Op::SUBKV | Op::MULKV | Op::DIVKV | Op::MODKV | Op::POWKV => {
            both(both(registers(a, 1), registers(c, 1)), number(d))?;
        }
        Op::CONCAT => both(both(registers(a, 1), registers(c, 1)), check(b < c, "nothing to concatenate"))?,
        Op::JMP | Op::LOOP | Op::RET0 => {}
        Op::ISTRUE | Op::ISFALSE => registers(a, 1)?,
        Op::COPYTRUE | Op::COPYFALSE | Op::EQ | Op::LT | Op::LE => both(registers(a, 1), registers(b, 1))?,
        Op::EQK => {
            let is_comparable = matches!(proto.constants.get(b), Some(Const::Number(_) | Const::Str(_)));
            both(registers(a, 1), check(is_comparable, "the constant is not a number or string"))?;
        }
        Op::EQPRI => both(registers(a, 1), check(b <= 2, "no such primitive value"))?,
        Op::LTVK | Op::LEVK | Op::GTVK | Op::GEVK => both(registers(a, 1), number(b))?,
        Op::CALL => both(both(registers(a, 1), values(a, b.max(1))), values(a, c))?,
        Op::TAILCALL => both(registers(a, 1), values(a, b.max(1)))?,
        Op::RET => values(a, b)?,
        Op::VARARG => both(values(a, b), check(proto.is_vararg, "the function takes no `...`"))?,
        Op::FORPREP | Op::FORLOOP | Op::FORLOOP1 => registers(a, 4)?,
        Op::ITERCALL => both(registers(a, 6), registers(a + 3, c))?,
        Op::ITERLOOP => registers(a, 4)?,
        Op::REMAP => {}
    }
    if matches!(op.format(), Format::ABCJump | Format::AKCJump) {
        check(c <= 1, "a comparison's sense is 0 or 1")?;
    }
    if let Some(target) = super::disasm::jump_target(pc, insn) {
        check(target < proto.code.len(), "a jump out of the code")?;
        let is_loop = matches!(op, Op::LOOP | Op::FORLOOP | Op::FORLOOP1 | Op::ITERLOOP);
        check((target <= pc) == is_loop, "a jump in the wrong direction")?;
    }
    Ok(())
}

/// Whether nothing is run after this instruction.
fn ends_code(op: Op) -> bool {
    matches!(op, Op::RET | Op::RET0 | Op::RET1 | Op::TAILCALL | Op::JMP | Op::LOOP)
}

fn check(holds: bool, problem: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(problem.to_string()) }
}

fn both(first: Result<(), String>, second: Result<(), String>) -> Result<(), String> {
    first.and(second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compiler::compile;

    #[test]
    fn compiled_code_passes() {
        let draft =
            compile(b"local a = ... for i = 1, a do print(i, a and i) end return a", b"=test").unwrap();
        assert_eq!(verify(&draft), Ok(()));
    }

    #[test]
    fn damage_is_found() {
        let good = compile(b"local a = x.y while a do a = a + 1 end", b"=test").unwrap();
        let damages: &[fn(&mut DraftProto)] = &[
            |proto| proto.frame_size = 0,
            |proto| proto.constants.clear(),
            |proto| proto.cache_keys.clear(),
            |proto| proto.code.truncate(3),
            |proto| proto.lines.clear(),
            |proto| {
                let jump = proto.code.iter().position(|insn| insn.op() == Op::LOOP).expect("a loop");
                proto.code[jump] = proto.code[jump].with_d(0);
            },
        ];
        for damage in damages {
            let mut draft = good.clone();
            damage(&mut draft.protos[0]);
            assert!(verify(&draft).is_err());
        }
    }
}
