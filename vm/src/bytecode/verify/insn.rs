//! Each instruction by itself: operands and jump targets.

use super::check;
use crate::bytecode::disasm::jump_target;
use crate::bytecode::{BitOp, Const, DraftProto, Format, Insn, Op, Part};

pub(super) fn verify(proto: &DraftProto) -> Result<(), String> {
    let mut caches_taken = vec![false; proto.cache_keys.len()];
    for (pc, insn) in proto.code.iter().enumerate() {
        let verified = verify_insn(proto, pc, *insn).and_then(|()| take_cache(&mut caches_taken, *insn));
        verified.map_err(|problem| format!("instruction {pc} ({insn:?}): {problem}"))?;
    }
    let last = proto.code.last().ok_or("no code")?.op();
    check(ends_code(last), "the code can run past its end")
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
    let values = |first: usize, count: usize| registers(first, count.saturating_sub(1));
    check(has_only_its_operands(insn, op), "an operand that the operation does not have")?;

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
        Op::GETFIELD => {
            both(both(registers(a, 1), registers(b, 1)), both(cache(), is_part(proto, pc, c)))?;
        }
        Op::SETFIELD | Op::INITFIELD => both(both(registers(a, 1), registers(b, 1)), cache())?,
        Op::GETINDEX => {
            both(both(registers(a, 1), registers(b, 1)), both(registers(c, 1), is_part(proto, pc, d)))?;
        }
        Op::SETINDEX => both(both(registers(a, 1), registers(b, 1)), registers(c, 1))?,
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
        Op::BITOP => {
            both(registers(a, 1), both(registers(b, 1), registers(c, 1)))?;
            check(d < BitOp::ALL.len(), "no such bit operator")?;
        }
        Op::CONCAT => {
            both(registers(a, 1), both(registers(c, 1), check(b < c, "nothing to concatenate")))?;
        }
        Op::JMP | Op::LOOP | Op::RET0 => {}
        Op::ISTRUE | Op::ISFALSE => registers(a, 1)?,
        Op::COPYTRUE | Op::COPYFALSE | Op::EQ | Op::LT | Op::LE => both(registers(a, 1), registers(b, 1))?,
        Op::EQK => {
            let is_comparable = matches!(proto.constants.get(b), Some(Const::Number(_) | Const::Str(_)));
            both(registers(a, 1), check(is_comparable, "the constant is not a number or string"))?;
        }
        Op::EQPRI => both(registers(a, 1), check(b <= 2, "no such primitive value"))?,
        Op::LTVK | Op::LEVK | Op::GTVK | Op::GEVK => both(registers(a, 1), number(b))?,
        Op::CALL => both(registers(a, b.max(1)), values(a, c))?,
        Op::TAILCALL => registers(a, b.max(1))?,
        Op::RET => values(a, b)?,
        Op::VARARG => both(values(a, b), check(proto.is_vararg, "the function takes no `...`"))?,
        Op::FORPREP => registers(a, 4)?,
        Op::FORLOOP | Op::FORLOOP1 => {
            let prepare = jump_target(pc, insn).and_then(|body| proto.code.get(body.checked_sub(1)?));
            both(registers(a, 4), is_partner(prepare, Op::FORPREP, a))?;
        }
        Op::ITERCALL => {
            both(registers(a, 6), both(registers(a + 3, c), check(c > 0, "a loop without variable")))?;
        }
        Op::ITERLOOP => {
            let call = pc.checked_sub(1).map(|before| &proto.code[before]);
            both(registers(a, 4), is_partner(call, Op::ITERCALL, a))?;
        }
        Op::REMAP => return Err("an operation for reloaded code".to_string()),
        Op::JLOOP => return Err("an operation for code that is compiled".to_string()),
    }
    if let Some(target) = jump_target(pc, insn) {
        check(target < proto.code.len(), "a jump out of the code")?;
        check((target <= pc) == is_loop(op), "a jump in the wrong direction")
    } else {
        check(!op.format().is_jump(), "a jump out of the code")
    }
}

/// An inline cache is named by one instruction.
fn take_cache(taken: &mut [bool], insn: Insn) -> Result<(), String> {
    let is_shared = insn.op().format().has_cache() && std::mem::replace(&mut taken[insn.index()], true);
    check(!is_shared, "the inline cache of another instruction")
}

/// Whether a value is used as the instruction at `pc` says ([`Part`]). Who uses a register otherwise finds an older value there, no worse.
fn is_part(proto: &DraftProto, pc: usize, part: usize) -> Result<(), String> {
    if part == Part::ReadNext as usize {
        let next = proto.code.get(pc + 1);
        let reads =
            next.is_some_and(|next| next.code() == Op::GETFIELD as u8 && next.b() == proto.code[pc].a());
        return check(reads, "a part that the next instruction does not read");
    }
    check(part <= Part::Indexed as usize, "no such use of a part")
}

/// Whether the other half of a loop is where it should be.
fn is_partner(partner: Option<&Insn>, op: Op, a: usize) -> Result<(), String> {
    let is_there = partner.is_some_and(|insn| insn.code() == op as u8 && insn.a() == a);
    check(is_there, "a loop without its beginning")
}

fn has_only_its_operands(insn: Insn, op: Op) -> bool {
    let (a, b, c, d) = (insn.a() == 0, insn.b() == 0, insn.c() == 0, insn.d() == 0);
    match op.format() {
        Format::None => a && b && c && d,
        Format::A => b && c && d,
        Format::AB => c && d,
        // What else is known of an iterator's variables or a part's use.
        Format::ABC if matches!(op, Op::GETINDEX | Op::ITERCALL) => true,
        Format::ABC => d,
        Format::AInt | Format::AK | Format::ACache | Format::AChild | Format::AJump => b && c,
        Format::ABCache if op == Op::GETFIELD => true,
        Format::ABK | Format::ABCache | Format::ABInt | Format::ABJump => c,
        Format::ACK => b,
        Format::Jump => a && b && c,
        Format::ABCBit => true,
        // `C` is the outcome that jumps.
        Format::ABCJump | Format::AKCJump => insn.c() <= 1,
    }
}

/// Whether it is an instruction that jumps back and looks at the interrupt flag.
fn is_loop(op: Op) -> bool {
    matches!(op, Op::LOOP | Op::FORLOOP | Op::FORLOOP1 | Op::ITERLOOP)
}

/// Whether the next instruction is not run after this one.
pub(super) fn ends_code(op: Op) -> bool {
    matches!(op, Op::RET | Op::RET0 | Op::RET1 | Op::TAILCALL | Op::JMP | Op::LOOP)
}

fn both(first: Result<(), String>, second: Result<(), String>) -> Result<(), String> {
    first.and(second)
}
