//! Moves, arithmetic, comparisons, loops.

use super::wide::wide_type;
use super::{Pending, Recorded, Recorder};
use crate::bytecode::{BitOp, Format, Insn, Op};
use crate::function::FunctionView;
use crate::jit::ARGUMENTS;
use crate::jit::ir::{Ins, IrOp, Place, Ref, Slot, Ty, WideOp, closure_imm};
use crate::jit::reason::Reason;
use crate::rt::{self, meta::Meta};
use crate::string::MAX_SHORT;
use crate::value::{Gc, RawValue, Type};
use crate::vm::Vm;

/// Integers up to this are counted with as integers.
const SMALL: f64 = 2_147_483_647.0;

/// Whether a number is an integer to count with; -0 is none.
pub(super) fn is_small_integer(value: RawValue) -> bool {
    value
        .as_number()
        .is_some_and(|n| n.trunc() == n && n.abs() <= SMALL && !(n == 0.0 && n.is_sign_negative()))
}

impl Recorder {
    /// Records an instruction.
    pub(super) fn instruction(&mut self, vm: &mut Vm, insn: Insn) -> Recorded<()> {
        let (a, b, c) = (insn.a(), insn.b(), insn.c());
        match insn.op() {
            Op::MOV => {
                let value = self.read(vm, b)?;
                self.write(a, value)
            }
            Op::LOADK => {
                let value = self.k(insn.index());
                if value.is_cdata() && wide_type(value).is_none() {
                    return self.exec(insn);
                }
                let value = self.constant(value)?;
                self.write(a, value)
            }
            Op::LOADINT => {
                let value = self.number(f64::from(insn.d()));
                self.write(a, value)
            }
            Op::LOADPRI => {
                let value = self.primitive([RawValue::NIL, RawValue::FALSE, RawValue::TRUE][b]);
                self.write(a, value)
            }
            Op::LOADNIL => {
                let nil = self.primitive(RawValue::NIL);
                (a..=b).try_for_each(|register| self.write(register, nil))
            }
            Op::GETUPVAL
            | Op::SETUPVAL
            | Op::GETGLOBAL
            | Op::SETGLOBAL
            | Op::GETFIELD
            | Op::SETFIELD
            | Op::GETINDEX
            | Op::SETINDEX
            | Op::GETINT
            | Op::SETINT
            | Op::SELF => self.table_access(vm, insn),
            Op::CLOSEUP => {
                let slot = self.slot(a);
                self.emit(Ins::new(IrOp::CLOSE, Ty::Void).imm(slot as i64 as u64)).map(drop)
            }
            Op::NEWTABLE => self.new_table(insn),
            Op::INITFIELD => {
                let (table, value) = (self.read(vm, a)?, self.read(vm, b)?);
                let key = self.key_of(insn);
                if self.init_field(table, key, value)? { Ok(()) } else { self.exec(insn) }
            }
            Op::CONCAT => self.concat(vm, insn),
            Op::CLOSURE => self.new_closure(vm, insn),
            Op::REMAP => self.exec(insn),
            Op::SETLIST => self.set_list(vm, insn),
            Op::VARARG => self.extra_arguments(vm, insn),
            Op::ADD
            | Op::SUB
            | Op::MUL
            | Op::DIV
            | Op::MOD
            | Op::POW
            | Op::ADDVK
            | Op::SUBVK
            | Op::MULVK
            | Op::DIVVK
            | Op::MODVK
            | Op::POWVK
            | Op::ADDKV
            | Op::SUBKV
            | Op::MULKV
            | Op::DIVKV
            | Op::MODKV
            | Op::POWKV => self.arithmetic(vm, insn),
            Op::BITOP => self.bit_operation(vm, insn),
            Op::UNM => {
                let value = self.read(vm, b)?;
                if self.region.ty(value).is_wide() {
                    let zero = self.number(0.0);
                    let negated = self.wide_arithmetic(WideOp::Sub, zero, value)?;
                    return self.write(a, negated.expect("a constant and a 64-bit integer"));
                }
                if !self.region.ty(value).is_number() {
                    let actual = self.actual_reg(vm, b);
                    if let Some(value) =
                        self.math_operator(vm, Meta::Unm, (value, actual), (value, actual))?
                    {
                        return self.write(a, value);
                    }
                    if self.binary_metamethod(vm, insn, Meta::Unm, (value, actual), (value, actual))? {
                        return Ok(());
                    }
                    return self.exec(insn);
                }
                let value = self.double(value)?;
                let value = self.op1(IrOp::NEG, Ty::Num, value)?;
                self.write(a, value)
            }
            Op::NOT => {
                let value = self.read(vm, b)?;
                let outcome = self.truth(value, self.actual_reg(vm, b));
                let outcome = self.primitive((!outcome).into());
                self.write(a, outcome)
            }
            Op::LEN => self.length(vm, insn),
            Op::JMP | Op::LOOP => {
                self.jump_to(insn);
                Ok(())
            }
            Op::ISTRUE | Op::ISFALSE => {
                let value = self.read(vm, a)?;
                if self.truth(value, self.actual_reg(vm, a)) == (insn.op() == Op::ISTRUE) {
                    self.jump_to(insn);
                }
                Ok(())
            }
            Op::COPYTRUE | Op::COPYFALSE => {
                let value = self.read(vm, b)?;
                if self.truth(value, self.actual_reg(vm, b)) == (insn.op() == Op::COPYTRUE) {
                    self.jump_to(insn);
                    self.write(a, value)?;
                }
                Ok(())
            }
            Op::EQ | Op::EQK | Op::EQPRI => self.equality(vm, insn),
            Op::LT | Op::LE | Op::LTVK | Op::LEVK | Op::GTVK | Op::GEVK => self.comparison(vm, insn),
            Op::CALL => self.call(vm, insn),
            Op::TAILCALL => self.tail_call(vm, insn),
            Op::RET => {
                let count = match (b, self.top) {
                    (0, Some(top)) => (top - self.slot(a)) as usize,
                    (0, None) => return Err(Reason::OpenValues),
                    _ => b - 1,
                };
                self.returns(vm, a, count)
            }
            Op::RET0 => self.returns(vm, 0, 0),
            Op::RET1 => self.returns(vm, a, 1),
            Op::FORPREP => self.for_prepare(vm, insn),
            Op::FORLOOP | Op::FORLOOP1 => self.for_loop(vm, insn),
            Op::ITERCALL => self.iterate(vm, insn, c),
            Op::ITERLOOP => {
                let value = self.read(vm, a + 3)?;
                if !self.actual_reg(vm, a + 3).is_nil() {
                    self.jump_to(insn);
                    // A step over rows does not look at it.
                    let slot = self.slot(a + 2);
                    if self.frames.len() > 1 || !self.region.rows.is_some_and(|rows| rows.has(slot)) {
                        self.write(a + 2, value)?;
                    }
                }
                Ok(())
            }
            Op::JLOOP => unreachable!("looked through before it is recorded"),
        }
    }

    /// A constant of the current frame.
    fn k(&self, index: usize) -> RawValue {
        // SAFETY: an index of verified code.
        unsafe { *self.top_frame().constants.add(index) }
    }

    pub(super) fn target(&self, insn: Insn) -> *const Insn {
        // SAFETY: jump targets lie inside the code.
        unsafe { self.pc.add(1).offset(insn.d() as isize) }
    }

    fn jump_to(&mut self, insn: Insn) {
        // The back-edge's distance is in the original, relative to its own place.
        let target = self.target(insn);
        self.expected = [target; 2];
    }

    /// A branch whose way the next instruction shows.
    pub(super) fn branch(&mut self, insn: Insn, guard: Ins, when_taken: bool) -> Recorded<()> {
        // The snapshot is that before this instruction, and the branch's own: where it goes the other way, what it rests on is known.
        self.leave_from_here();
        let snap = self.snapshot()?;
        self.expected = [self.target(insn), self.expected[1]];
        self.pending = Pending::Branch { guard: guard.snap(snap), when_taken };
        Ok(())
    }

    /// A branch whose way is known.
    fn known_branch(&mut self, insn: Insn, outcome: bool) {
        if outcome == (insn.c() != 0) {
            self.jump_to(insn);
        }
    }

    /// Whether a value is neither nil nor false; its type says so.
    fn truth(&self, value: Ref, actual: RawValue) -> bool {
        match self.known_primitive(value) {
            Some(primitive) => primitive.is_truthy(),
            None => {
                debug_assert!(actual.is_truthy(), "primitives are known as they are");
                true
            }
        }
    }

    /// The instruction is left to the interpreter.
    pub(super) fn exec(&mut self, insn: Insn) -> Recorded<()> {
        self.leave_to(IrOp::EXEC, insn)
    }

    /// The instruction is executed by an `EXEC`, or by a `NATIVE` if it is the call of one.
    pub(super) fn leave_to(&mut self, op: IrOp, insn: Insn) -> Recorded<()> {
        self.keep_what_is_read(insn)?;
        let r = self.emit(Ins::new(op, Ty::Void).imm(0))?;
        self.pending = Pending::Exec(r);
        let (a, b, c) = (insn.a(), insn.b(), insn.c());
        match insn.op() {
            // Arguments may be converted in place, and what lies above is the callee's.
            Op::CALL => {
                // The list it took is no more; one that it gives ends where the interpreter says.
                self.top = None;
                for register in 0..(c.max(1) - 1) {
                    self.set_place(self.slot(a + register), Some(Place::Memory));
                }
                match c {
                    0 => self.forget_all_above(self.slot(a)),
                    c => self.forget_above(self.slot(a + c - 1)),
                }
            }
            Op::ITERCALL => {
                for register in 0..c {
                    self.set_place(self.slot(a + 3 + register), Some(Place::Memory));
                }
                self.forget_above(self.slot(a + 3 + c));
            }
            Op::VARARG if b == 0 => {
                self.top = None;
                self.forget_all_above(self.slot(a));
            }
            Op::CONCAT => {
                (b..=c).for_each(|register| self.set_place(self.slot(register), Some(Place::Memory)));
                self.set_place(self.slot(a), Some(Place::Memory));
            }
            Op::FORPREP => {
                (a..a + 4).for_each(|register| self.set_place(self.slot(register), Some(Place::Memory)));
            }
            _ => {
                let size = 250;
                let (_, writes) = super::live::uses(insn, size);
                for register in writes.iter().collect::<Vec<_>>() {
                    self.set_place(self.slot(register), Some(Place::Memory));
                }
            }
        }
        Ok(())
    }

    /// What is in slots from one on is whatever a call has left there.
    fn forget_above(&mut self, slot: Slot) {
        let first = (slot + 1).max(0) as usize;
        for place in self.places.iter_mut().skip(first) {
            *place = Some(Place::Memory);
        }
    }

    /// The same for a list of any length, which may be longer than what the trace has touched.
    fn forget_all_above(&mut self, slot: Slot) {
        // SAFETY: live code.
        let size = unsafe { (*self.top_frame().code.as_ptr()).draft_proto().frame_size };
        for slot in slot..self.slot(usize::from(size)) {
            self.set_place(slot, Some(Place::Memory));
        }
        self.forget_above(slot);
    }

    fn operands(&mut self, vm: &Vm, insn: Insn) -> Recorded<(Ref, Ref)> {
        Ok(match insn.op().format() {
            Format::ABK => {
                let left = self.read(vm, insn.b())?;
                let k = self.k(insn.index());
                (left, self.constant(k)?)
            }
            Format::ACK => {
                let right = self.read(vm, insn.c())?;
                let k = self.k(insn.index());
                (self.constant(k)?, right)
            }
            _ => (self.read(vm, insn.b())?, self.read(vm, insn.c())?),
        })
    }

    fn arithmetic(&mut self, vm: &mut Vm, insn: Insn) -> Recorded<()> {
        let (left, right) = self.operands(vm, insn)?;
        let event = rt::event_of(insn.op());
        if let Some(op) = WideOp::of_event(event)
            && let Some(value) = self.wide_arithmetic(op, left, right)?
        {
            return self.write(insn.a(), value);
        }
        if !self.region.ty(left).is_number() || !self.region.ty(right).is_number() {
            let (x, y) = match insn.op().format() {
                Format::ABK => (self.actual_reg(vm, insn.b()), self.k(insn.index())),
                Format::ACK => (self.k(insn.index()), self.actual_reg(vm, insn.c())),
                _ => (self.actual_reg(vm, insn.b()), self.actual_reg(vm, insn.c())),
            };
            if let Some(value) = self.math_operator(vm, event, (left, x), (right, y))? {
                return self.write(insn.a(), value);
            }
            if self.binary_metamethod(vm, insn, event, (left, x), (right, y))? {
                return Ok(());
            }
            return self.exec(insn);
        }
        let op = match event {
            Meta::Add => IrOp::ADD,
            Meta::Sub => IrOp::SUB,
            Meta::Mul => IrOp::MUL,
            Meta::Div => IrOp::DIV,
            Meta::Mod => IrOp::MOD,
            _ => IrOp::POW,
        };
        if op == IrOp::MOD
            && self.region.ty(left) == Ty::Int
            && let Some(n) = self.small_constant(right).filter(|n| *n > 0)
        {
            let n = self.integer(n);
            let value = self.op2(IrOp::IMOD, Ty::Int, left, n)?;
            return self.write(insn.a(), value);
        }
        let (x, y) = (self.double(left)?, self.double(right)?);
        let value = if insn.op() == Op::POWVK && self.k(insn.index()).as_number() == Some(2.0) {
            self.op2(IrOp::MUL, Ty::Num, x, x)?
        } else {
            self.op2(op, Ty::Num, x, y)?
        };
        self.write(insn.a(), value)
    }

    fn bit_operation(&mut self, vm: &Vm, insn: Insn) -> Recorded<()> {
        let (left, right) = (self.read(vm, insn.b())?, self.read(vm, insn.c())?);
        if let Some(value) = self.wide_bits(BitOp::ALL[insn.index()], left, right)? {
            return self.write(insn.a(), value);
        }
        if !self.region.ty(left).is_number() || !self.region.ty(right).is_number() {
            return self.exec(insn);
        }
        let value = self.bits(BitOp::ALL[insn.index()], left, right)?;
        self.write(insn.a(), value)
    }

    /// A bit operation on two numbers.
    pub(super) fn bits(&mut self, op: BitOp, left: Ref, right: Ref) -> Recorded<Ref> {
        let (x, y) = (self.op1(IrOp::TOBIT, Ty::Int, left)?, self.op1(IrOp::TOBIT, Ty::Int, right)?);
        self.emit(Ins::new(IrOp::BITS, Ty::Int).a(x).b(y).imm(op as u64))
    }

    fn comparison(&mut self, vm: &mut Vm, insn: Insn) -> Recorded<()> {
        let (op, wants) = (insn.op(), insn.c() != 0);
        let (left, right) = match op {
            Op::LT | Op::LE => (self.read(vm, insn.a())?, self.read(vm, insn.b())?),
            _ => {
                let register = self.read(vm, insn.a())?;
                let k = self.k(insn.b());
                let constant = self.constant(k)?;
                if matches!(op, Op::LTVK | Op::LEVK) { (register, constant) } else { (constant, register) }
            }
        };
        let ir = if matches!(op, Op::LT | Op::LTVK | Op::GTVK) { IrOp::GLT } else { IrOp::GLE };
        if let Some((left, right)) = self.wide_pair(left, right)? {
            return self.branch(insn, Ins::new(ir, Ty::Void).a(left).b(right), wants);
        }
        if !self.region.ty(left).is_number() || !self.region.ty(right).is_number() {
            let event = match op {
                Op::LT => Some(Meta::Lt),
                Op::LE => Some(Meta::Le),
                _ => None,
            };
            let operands = [(left, self.actual_reg(vm, insn.a())), (right, self.actual_reg(vm, insn.b()))];
            if let Some(event) = event
                && self.comparison_metamethod(vm, insn, event, operands)?
            {
                return Ok(());
            }
            self.expected = [self.target(insn), self.expected[1]];
            return self.exec(insn);
        }
        let (left, right) = self.alike(left, right)?;
        self.branch(insn, Ins::new(ir, Ty::Void).a(left).b(right), wants)
    }

    /// Two numbers of one type.
    pub(super) fn alike(&mut self, left: Ref, right: Ref) -> Recorded<(Ref, Ref)> {
        match (self.region.ty(left), self.region.ty(right)) {
            (Ty::Int, Ty::Int) => Ok((left, right)),
            (Ty::Int, _) if self.small_constant(right).is_some() => {
                let n = self.small_constant(right).expect("just seen");
                Ok((left, self.integer(n)))
            }
            (_, Ty::Int) if self.small_constant(left).is_some() => {
                let n = self.small_constant(left).expect("just seen");
                Ok((self.integer(n), right))
            }
            _ => Ok((self.double(left)?, self.double(right)?)),
        }
    }

    /// The integer that a constant is.
    pub(super) fn small_constant(&self, r: Ref) -> Option<i64> {
        let ins = self.region.get(r);
        match ins.op {
            IrOp::KINT => Some(ins.imm as i64),
            IrOp::KNUM => {
                let value = RawValue::number(f64::from_bits(ins.imm));
                is_small_integer(value).then(|| f64::from_bits(ins.imm) as i64)
            }
            _ => None,
        }
    }

    fn equality(&mut self, vm: &mut Vm, insn: Insn) -> Recorded<()> {
        let (left, x) = (self.read(vm, insn.a())?, self.actual_reg(vm, insn.a()));
        let wants = insn.c() != 0;
        let (right, y) = match insn.op() {
            Op::EQ => (self.read(vm, insn.b())?, self.actual_reg(vm, insn.b())),
            Op::EQK => {
                let k = self.k(insn.b());
                if k.is_cdata() && wide_type(k).is_none() {
                    self.expected = [self.target(insn), self.expected[1]];
                    return self.exec(insn);
                }
                (self.constant(k)?, k)
            }
            _ => {
                let value = [RawValue::NIL, RawValue::FALSE, RawValue::TRUE][insn.b()];
                (self.primitive(value), value)
            }
        };
        let (lt, rt) = (self.region.ty(left), self.region.ty(right));
        if lt.is_number() && rt.is_number() {
            let (left, right) = self.alike(left, right)?;
            return self.branch(insn, Ins::new(IrOp::GEQ, Ty::Void).a(left).b(right), wants);
        }
        if let Some((left, right)) = self.wide_pair(left, right)? {
            return self.branch(insn, Ins::new(IrOp::GEQ, Ty::Void).a(left).b(right), wants);
        }
        let unclear = x.is_cdata() || y.is_cdata();
        if !unclear {
            if let (Some(x), Some(y)) = (self.known_primitive(left), self.known_primitive(right)) {
                self.known_branch(insn, x == y);
                return Ok(());
            }
            // A light userdata is the only thing of the type `Any` that is not known.
            let kind = |r: Ref, this: &Recorder| {
                if this.known_primitive(r).is_some() { Type::Nil } else { this.kind_of(r) }
            };
            if kind(left, self) != kind(right, self) && lt != Ty::Any && rt != Ty::Any
                || lt == Ty::Any && rt != Ty::Any && self.known_primitive(left).is_some()
                || rt == Ty::Any && lt != Ty::Any && self.known_primitive(right).is_some()
            {
                self.known_branch(insn, false);
                return Ok(());
            }
            let is_short_string =
                |value: RawValue| value.as_string().is_some_and(|text| text.len() <= MAX_SHORT);
            let by_address = match lt {
                Ty::Fun | Ty::Thr => true,
                Ty::Str => {
                    // An equal string is interned if one of them is known to be short.
                    self.region.get(left).op == IrOp::KSTR && is_short_string(x)
                        || self.region.get(right).op == IrOp::KSTR && is_short_string(y)
                }
                _ => false,
            };
            if lt == rt && by_address {
                let op = if x == y { IrOp::GREFEQ } else { IrOp::GREFNE };
                self.emit(Ins::new(op, Ty::Void).a(left).b(right))?;
                self.known_branch(insn, x == y);
                return Ok(());
            }
            if lt == rt && lt == Ty::Tab {
                if x == y {
                    self.emit(Ins::new(IrOp::GREFEQ, Ty::Void).a(left).b(right))?;
                    self.known_branch(insn, true);
                    return Ok(());
                }
                if x.as_table().is_some_and(|t| t.metatable().is_none()) {
                    // `__eq` takes two.
                    self.emit(Ins::new(IrOp::GREFNE, Ty::Void).a(left).b(right))?;
                    self.emit(Ins::new(IrOp::TNOMETA, Ty::Void).a(left))?;
                    if y.as_table().is_some_and(|t| t.metatable().is_none()) {
                        self.emit(Ins::new(IrOp::TNOMETA, Ty::Void).a(right))?;
                        self.known_branch(insn, false);
                        return Ok(());
                    }
                }
                if insn.op() == Op::EQ
                    && self.comparison_metamethod(vm, insn, Meta::Eq, [(left, x), (right, y)])?
                {
                    return Ok(());
                }
            }
        }
        self.expected = [self.target(insn), self.expected[1]];
        self.exec(insn)
    }

    fn kind_of(&self, r: Ref) -> Type {
        match self.region.ty(r) {
            Ty::Num | Ty::Int => Type::Number,
            Ty::Str => Type::String,
            Ty::Tab => Type::Table,
            Ty::Fun => Type::Function,
            Ty::Udt => Type::UserData,
            Ty::Thr => Type::Thread,
            Ty::Cdt | Ty::I64 | Ty::U64 => Type::CData,
            Ty::Any | Ty::Void | Ty::Ptr => Type::LightUserData,
        }
    }

    fn length(&mut self, vm: &Vm, insn: Insn) -> Recorded<()> {
        let value = self.read(vm, insn.b())?;
        let length = match self.region.ty(value) {
            Ty::Str => self.op1(IrOp::SLEN, Ty::Int, value)?,
            Ty::Tab if let Some(len) = self.fresh_length(value) => self.number(len as f64),
            Ty::Tab => self.op1(IrOp::TLEN, Ty::Int, value)?,
            _ => return self.exec(insn),
        };
        self.write(insn.a(), length)
    }

    /// `CONCAT`: of strings and numbers, a call; of anything else, the interpreter's.
    fn concat(&mut self, vm: &Vm, insn: Insn) -> Recorded<()> {
        let (first, last) = (insn.b(), insn.c());
        let is_text = |register: usize| {
            let value = self.actual_reg(vm, register);
            value.is_string() || value.is_number()
        };
        if last - first >= ARGUMENTS || !(first..=last).all(is_text) {
            return self.exec(insn);
        }
        let parts: Vec<Ref> =
            (first..=last).map(|register| self.read(vm, register)).collect::<Recorded<_>>()?;
        let list = self.list_of(&parts)?;
        let text = self.emit(Ins::new(IrOp::CONCAT, Ty::Str).a(list))?;
        self.does_not_grow();
        self.write(insn.a(), text)
    }

    /// `CLOSURE`. The variables that closures share are in their slots.
    fn new_closure(&mut self, vm: &Vm, insn: Insn) -> Recorded<()> {
        let parent = self.closure(vm)?;
        let imm = closure_imm(insn.index(), self.top_frame().base);
        let closure = self.emit(Ins::new(IrOp::CLOSURE, Ty::Fun).a(parent).imm(imm))?;
        self.does_not_grow();
        self.write(insn.a(), closure)
    }

    /// A closure as a function value.
    pub(super) fn closure_of(value: RawValue) -> Option<Gc<crate::function::LuaFunction>> {
        match value.as_function()?.view() {
            FunctionView::Lua(closure) => Some(closure),
            FunctionView::Native(_) => None,
        }
    }
}
