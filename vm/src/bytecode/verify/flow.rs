//! What holds whenever an instruction is reached: which registers have values, which are captured, what the top is.
//!
//! States are kept for jump targets only and carried along from instruction to instruction otherwise. The code is gone through in
//! order, and again when a jump back has brought news. States only get weaker, so this ends; bytes made to take many rounds are
//! refused.

use super::check;
use super::insn::ends_code;
use crate::bytecode::disasm::jump_target;
use crate::bytecode::{Draft, DraftProto, Insn, Op, UpvalueSource};

/// How often the code may be gone through. Compiled code takes two or three rounds, and one more for each of the loops inside each
/// other that are entered at their end, of which the parser allows fewer.
const MAX_ROUNDS: usize = 250;

/// A set of registers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Registers([u64; 4]);

impl Registers {
    fn add(&mut self, register: usize) {
        self.0[register / 64] |= 1 << (register % 64);
    }

    fn add_range(&mut self, first: usize, count: usize) {
        (first..first + count).for_each(|register| self.add(register));
    }

    fn contains(&self, register: usize) -> bool {
        self.0[register / 64] >> (register % 64) & 1 != 0
    }

    /// Those at a register and above.
    fn from(&self, register: usize) -> Registers {
        let mut above = *self;
        for (index, word) in above.0.iter_mut().enumerate() {
            match register.saturating_sub(index * 64) {
                64.. => *word = 0,
                below => *word &= u64::MAX << below,
            }
        }
        above
    }

    fn drop_from(&mut self, register: usize) {
        *self = self.without(self.from(register));
    }

    fn without(&self, others: Registers) -> Registers {
        Registers(std::array::from_fn(|i| self.0[i] & !others.0[i]))
    }

    fn with(&self, others: Registers) -> Registers {
        Registers(std::array::from_fn(|i| self.0[i] | others.0[i]))
    }

    fn common(&self, others: Registers) -> Registers {
        Registers(std::array::from_fn(|i| self.0[i] & others.0[i]))
    }

    fn is_empty(&self) -> bool {
        *self == Registers::default()
    }
}

/// What is known before an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct State {
    /// The registers that have been written.
    written: Registers,
    /// The registers that a closure may have captured and that no `CLOSEUP` has closed since.
    captured: Registers,
    /// The first register of the list of values that ends at the top, right after the instruction that made it.
    list: Option<usize>,
}

impl State {
    /// What is known where two ways meet.
    fn meet(self, other: State) -> State {
        State {
            written: self.written.common(other.written),
            captured: self.captured.with(other.captured),
            list: if self.list == other.list { self.list } else { None },
        }
    }

    fn read(&self, register: usize) -> Result<(), String> {
        check(self.written.contains(register), "a register is read that may have no value")
    }

    fn read_range(&self, first: usize, count: usize) -> Result<(), String> {
        (first..first + count).try_for_each(|register| self.read(register))
    }

    /// `count - 1` values, or those up to the top, given by the list that was there before the instruction.
    fn read_values(&self, first: usize, count: usize, list: Option<usize>) -> Result<(), String> {
        match (count, list) {
            (0, Some(list)) if list >= first => self.read_range(first, list - first),
            (0, _) => Err("values up to a top that was not set for it".to_string()),
            _ => self.read_range(first, count - 1),
        }
    }

    fn none_captured(&self, from: usize) -> Result<(), String> {
        check(self.captured.from(from).is_empty(), "a captured register is left without being closed")
    }
}

/// Checks a function whose instructions have been checked by themselves.
pub(super) fn verify(draft: &Draft, proto: &DraftProto) -> Result<(), String> {
    let mut flow = Flow::new(draft, proto);
    let scopes = scopes_of(proto);
    for _ in 0..MAX_ROUNDS {
        if !flow.round(Scopes::new(&scopes))? {
            return Ok(());
        }
    }
    Err("loops too involved".to_string())
}

struct Flow<'d> {
    proto: &'d DraftProto,
    /// For each instruction that is jumped to, which of the states it has.
    targets: Vec<Option<u32>>,
    /// The states before the instructions that are jumped to; none for those not reached so far.
    states: Vec<Option<State>>,
    /// The registers that each child captures.
    captures: Vec<Registers>,
}

/// A local variable's scope begins or ends.
#[derive(Clone, Copy)]
struct Scope {
    pc: u32,
    begins: bool,
    register: u8,
}

impl Flow<'_> {
    fn new<'d>(draft: &Draft, proto: &'d DraftProto) -> Flow<'d> {
        let mut targets = vec![None; proto.code.len()];
        let mut count = 0;
        for (pc, insn) in proto.code.iter().enumerate() {
            if let Some(target) = jump_target(pc, *insn)
                && targets[target].is_none()
            {
                targets[target] = Some(count);
                count += 1;
            }
        }
        let captures =
            proto.children.iter().map(|child| captured_by(&draft.protos[*child as usize])).collect();
        Flow { proto, targets, states: vec![None; count as usize], captures }
    }

    /// Goes through the code; whether it has to be done again.
    fn round(&mut self, mut scopes: Scopes) -> Result<bool, String> {
        let proto = self.proto;
        let mut again = false;
        let mut current = Some(entry(proto));
        for (pc, insn) in proto.code.iter().enumerate() {
            scopes.advance(pc);
            if self.targets[pc].is_some() {
                if let Some(state) = current {
                    self.arrive(pc, state);
                }
                current = self.state(pc);
            }
            let Some(mut state) = current else { continue };
            let jumping = self
                .step(*insn, &mut state, &scopes)
                .map_err(|problem| format!("instruction {pc} ({insn:?}): {problem}"))?;
            if let Some(target) = jump_target(pc, *insn) {
                again |= self.arrive(target, jumping) && target <= pc;
            }
            current = (!ends_code(insn.op())).then_some(state);
        }
        Ok(again)
    }

    fn state(&self, pc: usize) -> Option<State> {
        self.targets[pc].and_then(|index| self.states[index as usize])
    }

    /// A way leads to an instruction; whether less is known there now.
    fn arrive(&mut self, pc: usize, state: State) -> bool {
        let index = self.targets[pc].expect("only jump targets are arrived at") as usize;
        let met = self.states[index].map_or(state, |known| known.meet(state));
        self.states[index].replace(met) != Some(met)
    }

    /// Checks an instruction in a state, which becomes that after it; gives the state after it has jumped.
    fn step(&self, insn: Insn, state: &mut State, scopes: &Scopes) -> Result<State, String> {
        let (a, b, c) = (insn.a(), insn.b(), insn.c());
        let before = *state;
        let list = state.list.take();
        match insn.op() {
            Op::LOADK | Op::LOADINT | Op::LOADPRI | Op::NEWTABLE | Op::GETUPVAL | Op::GETGLOBAL => {
                state.written.add(a);
            }
            Op::LOADNIL => state.written.add_range(a, b + 1 - a),
            Op::MOV | Op::UNM | Op::NOT | Op::LEN | Op::GETFIELD | Op::GETINT => {
                state.read(b)?;
                state.written.add(a);
            }
            Op::SETUPVAL => state.read(b)?,
            Op::SETGLOBAL | Op::ISTRUE | Op::ISFALSE => state.read(a)?,
            Op::CLOSEUP => {
                state.captured.drop_from(a);
                state.list = list;
            }
            Op::CLOSURE => {
                let captured = self.captures[insn.index()];
                state.captured = state.captured.with(captured);
                // A recursive function captures the variable that it is assigned to.
                state.written.add(a);
                check(
                    captured.without(state.written).is_empty(),
                    "a closure captures what may have no value",
                )?;
            }
            Op::GETINDEX => {
                both(state.read(b), state.read(c))?;
                state.written.add(a);
            }
            Op::SETFIELD | Op::INITFIELD | Op::EQ | Op::LT | Op::LE => both(state.read(a), state.read(b))?,
            Op::SETINDEX => both(both(state.read(a), state.read(b)), state.read(c))?,
            Op::SETINT => both(state.read(a), state.read(c))?,
            Op::SELF => {
                state.read(b)?;
                state.written.add_range(a, 2);
            }
            Op::SETLIST => both(state.read(a), state.read_values(a + 1, b, list))?,
            Op::ADD | Op::SUB | Op::MUL | Op::DIV | Op::MOD | Op::POW | Op::BITOP => {
                both(state.read(b), state.read(c))?;
                state.written.add(a);
            }
            Op::ADDVK | Op::SUBVK | Op::MULVK | Op::DIVVK | Op::MODVK | Op::POWVK => {
                state.read(b)?;
                state.written.add(a);
            }
            Op::ADDKV | Op::SUBKV | Op::MULKV | Op::DIVKV | Op::MODKV | Op::POWKV => {
                state.read(c)?;
                state.written.add(a);
            }
            Op::CONCAT => {
                state.read_range(b, c + 1 - b)?;
                state.written.add(a);
            }
            Op::JMP | Op::LOOP => {}
            Op::COPYTRUE | Op::COPYFALSE => state.read(b)?,
            Op::EQK | Op::EQPRI | Op::LTVK | Op::LEVK | Op::GTVK | Op::GEVK => state.read(a)?,
            Op::CALL => {
                both(state.read(a), state.read_values(a + 1, b, list))?;
                both(state.none_captured(a), scopes.none_from(a))?;
                state.written.drop_from(a);
                match c {
                    0 => state.list = Some(a),
                    _ => state.written.add_range(a, c - 1),
                }
            }
            Op::TAILCALL => {
                both(state.read(a), state.read_values(a + 1, b, list))?;
                both(state.none_captured(0), scopes.none_from(a))?;
            }
            Op::RET => both(state.read_values(a, b, list), state.none_captured(0))?,
            Op::RET0 => state.none_captured(0)?,
            Op::RET1 => both(state.read(a), state.none_captured(0))?,
            Op::VARARG => match b {
                0 => {
                    state.written.drop_from(a);
                    state.list = Some(a);
                }
                _ => state.written.add_range(a, b - 1),
            },
            Op::FORPREP | Op::FORLOOP | Op::FORLOOP1 => state.read_range(a, 3)?,
            Op::ITERCALL => {
                state.read_range(a, 3)?;
                both(state.none_captured(a + 3), scopes.none_from(a + 3))?;
                state.written.drop_from(a + 3);
                state.written.add_range(a + 3, c);
            }
            Op::ITERLOOP => state.read(a + 3)?,
            Op::REMAP => return Err("an operation for reloaded code".to_string()),
            Op::JLOOP => return Err("an operation for code that is compiled".to_string()),
        }
        Ok(after_jump(insn, before, state))
    }
}

/// The state at a jump's target, where it differs from that behind the jump.
fn after_jump(insn: Insn, before: State, after: &mut State) -> State {
    let mut jumping = State { list: None, ..before };
    let (op, a) = (insn.op(), insn.a());
    if matches!(op, Op::COPYTRUE | Op::COPYFALSE) {
        jumping.written.add(a);
    } else if matches!(op, Op::FORLOOP | Op::FORLOOP1) {
        jumping.written.add(a + 3);
    } else if op == Op::FORPREP {
        // It jumps past the loop, and falls into its body.
        after.written.add(a + 3);
    }
    jumping
}

/// The registers of the enclosing function that a function's closures capture.
fn captured_by(child: &DraftProto) -> Registers {
    let mut registers = Registers::default();
    for source in &child.upvalues {
        match source {
            UpvalueSource::ParentRegister(register) => registers.add(usize::from(*register)),
            UpvalueSource::ParentUpvalue(_) => {}
        }
    }
    registers
}

/// The state in which a function begins.
fn entry(proto: &DraftProto) -> State {
    let mut written = Registers::default();
    written.add_range(0, usize::from(proto.param_count));
    State { written, captured: Registers::default(), list: None }
}

fn both(first: Result<(), String>, second: Result<(), String>) -> Result<(), String> {
    first.and(second)
}

/// The beginnings and ends of scopes, in order.
fn scopes_of(proto: &DraftProto) -> Vec<Scope> {
    let mut scopes: Vec<Scope> = Vec::with_capacity(proto.locals.len() * 2);
    for local in proto.locals.iter().filter(|local| local.start_pc < local.end_pc) {
        scopes.push(Scope { pc: local.start_pc, begins: true, register: local.register });
        scopes.push(Scope { pc: local.end_pc, begins: false, register: local.register });
    }
    // Where one ends and another begins, the end comes first.
    scopes.sort_unstable_by_key(|scope| (scope.pc, scope.begins, scope.register));
    scopes
}

/// The local variables in scope, while the code is gone through.
struct Scopes<'f> {
    coming: &'f [Scope],
    /// How many variables in scope are in each register.
    counts: [u32; 256],
    registers: Registers,
}

impl Scopes<'_> {
    fn new(all: &[Scope]) -> Scopes<'_> {
        Scopes { coming: all, counts: [0; 256], registers: Registers::default() }
    }

    fn advance(&mut self, pc: usize) {
        while let Some((scope, rest)) = self.coming.split_first()
            && scope.pc as usize <= pc
        {
            let register = usize::from(scope.register);
            let count = &mut self.counts[register];
            *count = if scope.begins { *count + 1 } else { *count - 1 };
            if *count == 0 {
                self.registers = self.registers.without(one(register));
            } else {
                self.registers.add(register);
            }
            self.coming = rest;
        }
    }

    fn none_from(&self, register: usize) -> Result<(), String> {
        check(self.registers.from(register).is_empty(), "a variable in scope lies in the frame of a call")
    }
}

fn one(register: usize) -> Registers {
    let mut registers = Registers::default();
    registers.add(register);
    registers
}
