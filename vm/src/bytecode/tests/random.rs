//! Random instructions, and random changes of compiled ones, that have a fair chance of being accepted.

use proptest::prelude::*;
use proptest::sample::Index;

use crate::bytecode::{BitOp, Const, Draft, DraftProto, Format, Insn, LocalVar, Op, UpvalueSource};

/// The registers, constants and children of a random function.
const REGISTERS: u8 = 12;
const CONSTANTS: i32 = 6;

/// A change of one of a draft's functions.
#[derive(Clone, Debug)]
pub(super) struct Change {
    function: Index,
    at: Index,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Replace(Insn),
    Operand(u8, u8),
    Distance(i32),
    Insert(Insn),
    Remove,
    Swap(Index),
    Copy(Index),
    Upvalue(UpvalueSource),
    Scope(u8, Index, Index),
    Header(u8, u8),
}

pub(super) fn changes() -> impl Strategy<Value = Vec<Change>> {
    let what = prop_oneof![
        3 => insn(REGISTERS).prop_map(What::Replace),
        6 => (0..3u8, 0..REGISTERS).prop_map(|(operand, value)| What::Operand(operand, value)),
        2 => (-6..8i32).prop_map(What::Distance),
        2 => insn(REGISTERS).prop_map(What::Insert),
        2 => Just(What::Remove),
        2 => any::<Index>().prop_map(What::Swap),
        1 => any::<Index>().prop_map(What::Copy),
        1 => source().prop_map(What::Upvalue),
        4 => (0..REGISTERS, any::<Index>(), any::<Index>()).prop_map(|(r, a, b)| What::Scope(r, a, b)),
        1 => (0..4u8, 0..REGISTERS).prop_map(|(field, value)| What::Header(field, value)),
    ];
    let change =
        (any::<Index>(), any::<Index>(), what).prop_map(|(function, at, what)| Change { function, at, what });
    prop::collection::vec(change, 1..4)
}

impl Change {
    pub(super) fn apply(&self, draft: &mut Draft) {
        let function = self.function.index(draft.protos.len());
        let proto = &mut draft.protos[function];
        let length = proto.code.len();
        let at = self.at.index(length);
        let old = proto.code[at];
        match self.what {
            What::Replace(insn) => proto.code[at] = insn,
            What::Operand(operand, value) => {
                let shift = [0, 16, 24][usize::from(operand)];
                proto.code[at] = Insn(old.0 & !(0xff << shift) | u64::from(value) << shift);
            }
            What::Distance(distance) => proto.code[at] = old.with_d(distance),
            What::Insert(insn) => {
                proto.code.insert(at, insn);
                proto.lines.push(1);
            }
            What::Remove if length > 1 => {
                proto.code.remove(at);
                proto.lines.pop();
                let end = proto.code.len() as u32;
                for local in &mut proto.locals {
                    local.end_pc = local.end_pc.min(end);
                    local.start_pc = local.start_pc.min(local.end_pc);
                }
            }
            What::Remove => {}
            What::Swap(other) => proto.code.swap(at, other.index(length)),
            What::Copy(other) => proto.code[at] = proto.code[other.index(length)],
            What::Upvalue(source) => {
                if let Some(first) = proto.upvalues.first_mut() {
                    *first = source;
                }
            }
            What::Scope(offset, one, other) => {
                // Around the instruction's own registers, where it matters.
                let register = (old.a() as u8).wrapping_add(offset % 3);
                let start_pc = one.index(at + 1) as u32;
                let end_pc = (at + 1 + other.index(length - at)) as u32;
                if let Some(local) = proto.locals.last_mut() {
                    *local = LocalVar { register, start_pc, end_pc, ..*local };
                }
            }
            What::Header(field, value) => match field {
                0 => proto.param_count = value,
                1 => proto.is_vararg = value & 1 != 0,
                2 => proto.frame_size = value,
                _ => proto.children.reverse(),
            },
        }
        give_caches(proto);
    }
}

/// Gives each instruction an inline cache of its own: hardly anything would be accepted otherwise.
fn give_caches(proto: &mut DraftProto) {
    let key = proto.constants.iter().position(|constant| matches!(constant, Const::Str(_)));
    let old_keys = std::mem::take(&mut proto.cache_keys);
    for insn in &mut proto.code {
        if Op::decode(insn.code()).is_some_and(|op| matches!(op.format(), Format::ACache | Format::ABCache)) {
            let known = old_keys.get(insn.index()).copied();
            *insn = insn.with_d(proto.cache_keys.len() as i32);
            proto.cache_keys.push(known.or(key.map(|key| key as u32)).unwrap_or(0));
        }
    }
}

/// An instruction with operands in the format of its operation.
fn insn(registers: u8) -> impl Strategy<Value = Insn> {
    let operand = move || 0..registers;
    (0..Op::COUNT - 1, operand(), operand(), operand(), -4..12i32, 0..CONSTANTS).prop_map(
        |(op, a, b, c, distance, constant)| {
            let op = Op::ALL[op];
            match op.format() {
                Format::None => Insn::abc(op, 0, 0, 0),
                Format::A => Insn::abc(op, a, 0, 0),
                Format::AB if op == Op::LOADPRI => Insn::abc(op, a, b % 3, 0),
                Format::AB if op == Op::LOADNIL => Insn::abc(op, a.min(b), a.max(b), 0),
                Format::AB if op == Op::SETUPVAL => Insn::abc(op, a % 2, b, 0),
                Format::AB if op == Op::GETUPVAL => Insn::abc(op, a, b % 2, 0),
                Format::AB => Insn::abc(op, a, b, 0),
                Format::ABC if op == Op::CALL => Insn::abc(op, a, b % 4, c % 4),
                Format::ABC if op == Op::ITERCALL => Insn::abc(op, a, 0, c),
                Format::ABC => Insn::abc(op, a, b, c),
                Format::AInt => Insn::ad(op, a, distance),
                Format::AK => Insn::ad(op, a, constant),
                Format::ABK => Insn::abcd(op, a, b, 0, constant),
                Format::ACK => Insn::abcd(op, a, 0, c, constant),
                Format::ACache => Insn::ad(op, a, 0),
                Format::ABCache => Insn::abcd(op, a, b, 0, 0),
                Format::AChild => Insn::ad(op, a, constant % 2),
                Format::ABInt => Insn::abcd(op, a, b % 4, 0, distance),
                Format::ABCBit => Insn::abcd(op, a, b, c, constant % BitOp::ALL.len() as i32),
                Format::Jump => Insn::ad(op, 0, distance),
                Format::AJump => Insn::ad(op, a, distance),
                Format::ABJump => Insn::abcd(op, a, b, 0, distance),
                Format::ABCJump if op == Op::EQPRI => Insn::abcd(op, a, b % 3, c % 2, distance),
                Format::ABCJump => Insn::abcd(op, a, b, c % 2, distance),
                Format::AKCJump => Insn::abcd(op, a, constant as u8, c % 2, distance),
            }
        },
    )
}

fn source() -> impl Strategy<Value = UpvalueSource> {
    prop_oneof![
        (0..REGISTERS).prop_map(UpvalueSource::ParentRegister),
        (0..3u8).prop_map(UpvalueSource::ParentUpvalue),
    ]
}

/// The instructions of a function: short, as each of them may be what is refused.
pub(super) fn function() -> impl Strategy<Value = Vec<Insn>> {
    prop::collection::vec(insn(REGISTERS), 1..8)
}

/// A function of these instructions. All its registers have values to begin with, and it closes what is captured at the end.
pub(super) fn draft(code: &[Insn]) -> Draft {
    let mut draft = Draft::new(b"=random");
    let (name, key) = (draft.add_string(b"name"), draft.add_string(b"m"));
    let mut main = DraftProto {
        constants: vec![
            Const::Number(1.0),
            Const::Number(-2.5),
            Const::Number(f64::NAN),
            Const::Number(0.0),
            Const::Str(key),
            Const::Str(name),
        ],
        upvalues: vec![UpvalueSource::ParentRegister(0); 2],
        upvalue_names: vec![name; 2],
        children: vec![1, 2],
        param_count: 4,
        is_vararg: true,
        frame_size: REGISTERS,
        ..DraftProto::default()
    };
    main.code.push(Insn::abc(Op::LOADNIL, 4, REGISTERS - 1, 0));
    main.code.push(Insn::abc(Op::MOV, 5, 0, 0));
    main.code.push(Insn::abc(Op::NEWTABLE, 6, 0, 0));
    main.code.extend_from_slice(code);
    main.code.push(Insn::abc(Op::CLOSEUP, 0, 0, 0));
    main.code.push(Insn::abc(Op::RET, 0, 5, 0));
    main.lines = vec![1; main.code.len()];
    let end_pc = main.code.len() as u32;
    main.locals = (0..4)
        .map(|register| LocalVar { name, register, start_pc: 0, end_pc, initialiser_hash: 0 })
        .collect();
    give_caches(&mut main);
    let mut inner = DraftProto {
        upvalues: vec![UpvalueSource::ParentRegister(4), UpvalueSource::ParentUpvalue(1)],
        upvalue_names: vec![name; 2],
        frame_size: 2,
        param_count: 1,
        code: vec![
            Insn::abc(Op::GETUPVAL, 1, 0, 0),
            Insn::abc(Op::SETUPVAL, 0, 0, 0),
            Insn::abc(Op::RET1, 1, 0, 0),
        ],
        lines: vec![2; 3],
        ..DraftProto::default()
    };
    draft.protos = vec![main, inner.clone()];
    inner.upvalues[0] = UpvalueSource::ParentRegister(8);
    draft.protos.push(inner);
    draft
}
