//! The lowering of each operation.

use cranelift_codegen::ir::condcodes::{CondCode, FloatCC, IntCC};
use cranelift_codegen::ir::{BlockArg, InstBuilder, MemFlagsData, Value, types};

use super::super::helpers::{Helper, NO_VALUE};
use super::super::ir::{Ins, IrOp, Ref, Slot, Ty, closure_parts, native_parts};
use super::{Lowering, layout};
use crate::bytecode::BitOp;
use crate::ffi::ctype::Scalar;
use crate::gc::kind::Kind as Cell;
use crate::value::Tag;

/// Adding it to a double leaves the integer part in the low bits (convert/integer.rs).
const ROUND_TO_LOW_BITS: f64 = 6_755_399_441_055_744.0;

impl Lowering<'_> {
    /// Lowers an instruction, but for what only exits want.
    pub(super) fn instruction(&mut self, r: Ref) {
        if !self.is_cold[r.index()] && !self.pairs.is_part(r) {
            self.compute(r);
        }
    }

    pub(super) fn compute(&mut self, r: Ref) {
        let ins = *self.region.get(r);
        let value = match ins.op {
            IrOp::FROUND => Some(self.rounded(r, &ins)),
            IrOp::TNEW => Some(self.new_table(r, &ins)),
            IrOp::TINIT if self.initialise(r, &ins) => None,
            IrOp::RNEXT if self.values[r.index()].is_some() => return,
            IrOp::CSTORE if self.store_pair(r, &ins) => None,
            _ if self.is_loaded[r.index()] => Some(self.load_double(&ins)),
            IrOp::GTYPE if self.is_loaded[ins.a.index()] => {
                let double = self.values[ins.a.index()].expect("computed before it is used");
                self.guard_loaded(double, &ins);
                Some(double)
            }
            _ => self.lower(&ins),
        };
        if ins.op == IrOp::CLOAD
            && ins.imm >> 32 == Scalar::F32 as u64
            && let Some(single) = self.loaded_single.take()
        {
            self.singles.insert(r, single);
        }
        debug_assert!(value.is_some() == (ins.ty != Ty::Void), "{:?}", ins);
        self.values[r.index()] = value;
    }

    fn new_table(&mut self, r: Ref, ins: &Ins) -> Value {
        let hints = self.region.layouts.get(&r).map_or(ins.imm, |layout| layout.hints.into());
        let hints = self.word(hints);
        let table = self.call(Helper::new_table, &[self.vm, hints]);
        self.guard(table, ins.snap);
        table
    }

    pub(super) fn word(&mut self, n: u64) -> Value {
        self.b.ins().iconst(types::I64, n as i64)
    }

    pub(super) fn load(&mut self, base: Value, offset: i32) -> Value {
        self.b.ins().load(types::I64, MemFlagsData::trusted(), base, offset)
    }

    pub(super) fn load_u32(&mut self, base: Value, offset: i32) -> Value {
        self.b.ins().uload32(MemFlagsData::trusted(), base, offset)
    }

    /// Where register 0 is.
    pub(super) fn stack(&mut self) -> Value {
        if self.region.makes_frames_late { self.base } else { self.load(self.runtime, layout::BASE) }
    }

    /// The frame in which the region runs.
    pub(super) fn frame(&mut self) -> Value {
        if self.region.makes_frames_late { self.frame } else { self.load(self.vm, layout::FRAME) }
    }

    pub(super) fn load_slot(&mut self, slot: Slot) -> Value {
        let stack = self.stack();
        self.load(stack, slot * 8)
    }

    fn lower(&mut self, ins: &Ins) -> Option<Value> {
        Some(match ins.op {
            IrOp::KNUM
            | IrOp::KINT
            | IrOp::KPRI
            | IrOp::KSTR
            | IrOp::KTAB
            | IrOp::KWIDE
            | IrOp::SLOT
            | IrOp::PHI => {
                unreachable!("in no trace")
            }
            IrOp::RELOAD | IrOp::HLOAD | IrOp::ALOAD | IrOp::ULOAD | IrOp::UCONST => {
                let (base, offset) = self.place_of_load(ins);
                self.load(base, offset)
            }
            IrOp::VSTORE => {
                let (stack, value) = (self.stack(), self.boxed(ins.a));
                self.b.ins().store(Self::flags(), value, stack, ins.imm as i64 as i32 * 8);
                self.stored.remove(&(ins.imm as i64 as Slot));
                return None;
            }
            IrOp::GTYPE if ins.ty.is_wide() => {
                let (raw, fail) = (self.value(ins.a), self.fail_block(ins.snap));
                self.unboxed_wide(raw, ins.ty, fail)
            }
            IrOp::GTYPE => {
                let raw = self.value(ins.a);
                let (ok, value) = self.typed(raw, ins.ty);
                self.guard(ok, ins.snap);
                value
            }
            IrOp::GPRI | IrOp::GNPRI => {
                let (raw, wanted) = (self.value(ins.a), self.word(ins.imm));
                let condition = if ins.op == IrOp::GPRI { IntCC::Equal } else { IntCC::NotEqual };
                let ok = self.b.ins().icmp(condition, raw, wanted);
                return self.guarded(ok, ins);
            }
            IrOp::GLIGHT => {
                let raw = self.value(ins.a);
                let tag = self.b.ins().ushr_imm_u(raw, 47);
                let ok = self.b.ins().icmp_imm_u(IntCC::Equal, tag, Tag::LightUserData as i64);
                return self.guarded(ok, ins);
            }
            IrOp::GREFEQ | IrOp::GREFNE => {
                let (x, y) = (self.value(ins.a), self.value(ins.b));
                let condition = if ins.op == IrOp::GREFEQ { IntCC::Equal } else { IntCC::NotEqual };
                let ok = self.b.ins().icmp(condition, x, y);
                return self.guarded(ok, ins);
            }
            IrOp::ADD | IrOp::SUB | IrOp::MUL | IrOp::DIV => {
                let (x, y) = (self.value(ins.a), self.value(ins.b));
                match ins.op {
                    IrOp::ADD => self.b.ins().fadd(x, y),
                    IrOp::SUB => self.b.ins().fsub(x, y),
                    IrOp::MUL => self.b.ins().fmul(x, y),
                    _ => self.b.ins().fdiv(x, y),
                }
            }
            IrOp::MOD => {
                let (x, y) = (self.value(ins.a), self.value(ins.b));
                let quotient = self.b.ins().fdiv(x, y);
                let floor = self.b.ins().floor(quotient);
                let whole = self.b.ins().fmul(floor, y);
                self.b.ins().fsub(x, whole)
            }
            IrOp::POW => {
                let (x, y) = (self.value(ins.a), self.value(ins.b));
                self.call(Helper::power, &[x, y])
            }
            IrOp::NEG => {
                let x = self.value(ins.a);
                self.b.ins().fneg(x)
            }
            IrOp::SQRT => {
                let x = self.value(ins.a);
                self.b.ins().sqrt(x)
            }
            IrOp::ABS => {
                let x = self.value(ins.a);
                self.b.ins().fabs(x)
            }
            IrOp::FLOOR => {
                let x = self.value(ins.a);
                self.b.ins().floor(x)
            }
            IrOp::CEIL => {
                let x = self.value(ins.a);
                self.b.ins().ceil(x)
            }
            IrOp::MIN | IrOp::MAX => {
                let (x, y) = (self.value(ins.a), self.value(ins.b));
                if ins.ty == Ty::Int {
                    let is_min = ins.op == IrOp::MIN;
                    return Some(if is_min { self.b.ins().smin(x, y) } else { self.b.ins().smax(x, y) });
                }
                let condition = if ins.op == IrOp::MIN { FloatCC::LessThan } else { FloatCC::GreaterThan };
                let first = self.b.ins().fcmp(condition, x, y);
                self.b.ins().select(first, x, y)
            }
            IrOp::IADD => {
                let x = self.value(ins.a);
                match self.region.get(ins.b) {
                    Ins { op: IrOp::KINT, imm, .. } => self.b.ins().iadd_imm_s(x, *imm as i64),
                    _ => {
                        let y = self.value(ins.b);
                        self.b.ins().iadd(x, y)
                    }
                }
            }
            IrOp::SUBSAT => {
                let x = self.value(ins.a);
                let (rest, zero) = (self.b.ins().iadd_imm_s(x, -(ins.imm as i64)), self.word(0));
                let is_less = self.b.ins().icmp_imm_s(IntCC::SignedLessThan, rest, 0);
                self.b.ins().select(is_less, zero, rest)
            }
            IrOp::IMOD => {
                let (x, y) = (self.value(ins.a), self.value(ins.b));
                let divisor = self.region.get(ins.b).imm;
                if divisor.is_power_of_two() {
                    self.b.ins().band_imm_s(x, divisor as i64 - 1)
                } else {
                    let rest = self.b.ins().srem(x, y);
                    let fixed = self.b.ins().iadd(rest, y);
                    let below = self.b.ins().icmp_imm_s(IntCC::SignedLessThan, rest, 0);
                    self.b.ins().select(below, fixed, rest)
                }
            }
            IrOp::I2N => {
                let x = self.value(ins.a);
                self.b.ins().fcvt_from_sint(types::F64, x)
            }
            IrOp::N2I => {
                let x = self.value(ins.a);
                let (ok, value) = self.integer_of(x);
                self.guard(ok, ins.snap);
                value
            }
            IrOp::TOBIT => {
                let x = self.value(ins.a);
                let low = if self.region.ty(ins.a) == Ty::Int {
                    self.b.ins().ireduce(types::I32, x)
                } else {
                    let magic = self.b.ins().f64const(ROUND_TO_LOW_BITS);
                    let sum = self.b.ins().fadd(x, magic);
                    let bits = self.bits_of(sum);
                    self.b.ins().ireduce(types::I32, bits)
                };
                self.b.ins().sextend(types::I64, low)
            }
            IrOp::BITS => self.bit_operation(ins),
            IrOp::BSWAP => {
                let x = self.value(ins.a);
                let low = self.b.ins().ireduce(types::I32, x);
                let swapped = self.b.ins().bswap(low);
                self.b.ins().sextend(types::I64, swapped)
            }
            IrOp::ROL => {
                let (x, y) = (self.value(ins.a), self.value(ins.b));
                let low = self.b.ins().ireduce(types::I32, x);
                let by = self.b.ins().ireduce(types::I32, y);
                let rotated = self.b.ins().rotl(low, by);
                self.b.ins().sextend(types::I64, rotated)
            }
            IrOp::GLT | IrOp::GLE | IrOp::GEQ => return self.comparison(ins),
            IrOp::GINT => {
                let value = self.value(ins.a);
                let ok = self.b.ins().icmp_imm_s(IntCC::Equal, value, ins.imm as i64);
                return self.guarded(ok, ins);
            }
            IrOp::BOX => self.boxed(ins.a),
            IrOp::TSHAPE => {
                let table = self.value(ins.a);
                let shape = self.b.ins().load(types::I32, Self::flags(), table, layout::SHAPE);
                let ok = self.b.ins().icmp_imm_s(IntCC::Equal, shape, i64::from(ins.imm as u32 as i32));
                return self.guarded(ok, ins);
            }
            IrOp::TNOMETA => {
                let table = self.value(ins.a);
                let meta = self.load(table, layout::META);
                let ok = self.b.ins().icmp_imm_u(IntCC::Equal, meta, 0);
                return self.guarded(ok, ins);
            }
            IrOp::META | IrOp::UMETA => {
                let object = self.value(ins.a);
                let is_table = ins.op == IrOp::META;
                let meta = self.load(object, if is_table { layout::META } else { layout::USERDATA_META });
                self.guard(meta, ins.snap);
                meta
            }
            IrOp::SMETA => {
                let meta = self.load(self.vm, layout::STRING_META);
                self.guard(meta, ins.snap);
                meta
            }
            IrOp::SLOTS => {
                let table = self.value(ins.a);
                self.load(table, layout::SLOTS)
            }
            IrOp::HSTORE => {
                let slots = self.value(ins.a);
                self.store(slots, field_offset(ins), ins.b);
                return None;
            }
            IrOp::ARRAY => {
                let table = self.value(ins.a);
                self.load(table, layout::ARRAY)
            }
            IrOp::ALEN => {
                let table = self.value(ins.a);
                self.load_u32(table, layout::ARRAY_LEN)
            }
            IrOp::GBOUND => {
                let len = self.value(ins.b);
                // A loop's index is the one before plus its step.
                let sum = *self.region.get(ins.a);
                let is_step = sum.op == IrOp::IADD && self.region.get(sum.b).op == IrOp::KINT;
                let (from, add) =
                    if is_step { (sum.a, self.region.get(sum.b).imm as i64) } else { (ins.a, 0) };
                let from = self.value(from);
                let from_zero = if add == 1 { from } else { self.b.ins().iadd_imm_s(from, add - 1) };
                let ok = self.b.ins().icmp(IntCC::UnsignedLessThan, from_zero, len);
                return self.guarded(ok, ins);
            }
            IrOp::ASTORE => {
                let (array, index) = (self.value(ins.a), self.value(ins.b));
                let offset = self.b.ins().ishl_imm_u(index, 3);
                let place = self.b.ins().iadd(array, offset);
                self.store(place, -8, ins.c);
                return None;
            }
            IrOp::APPEND => {
                self.append(ins);
                return None;
            }
            IrOp::TLEN => {
                let table = self.value(ins.a);
                self.call(Helper::table_len, &[self.vm, table])
            }
            IrOp::TGET => {
                let (table, key) = (self.value(ins.a), self.boxed(ins.b));
                let value = self.call(Helper::table_get, &[self.vm, table, key]);
                self.guard_value(value, ins)
            }
            IrOp::NGET => self.number_look_up(ins),
            IrOp::NSET => {
                let (table, key, value) = (self.value(ins.a), self.value(ins.b), self.boxed(ins.c));
                let status = self.call(Helper::number_set, &[self.vm, table, key, value]);
                return self.guard_zero(status, ins);
            }
            IrOp::TSET => {
                let [table, key, value] = [self.value(ins.a), self.boxed(ins.b), self.boxed(ins.c)];
                let status = self.call(Helper::table_set, &[self.vm, table, key, value]);
                return self.guard_zero(status, ins);
            }
            IrOp::NEXT => {
                let (table, key) = (self.value(ins.a), self.boxed(ins.b));
                let next = self.call(Helper::next, &[self.vm, self.runtime, table, key]);
                self.guard_value(next, ins)
            }
            IrOp::NVALUE => self.load(self.runtime, layout::ARGUMENTS + 8),
            IrOp::FPROTO => {
                let function = self.value(ins.a);
                self.guard_kind(function, Cell::LuaFunction, ins);
                let proto = self.load(function, layout::PROTO);
                let wanted = self.word(ins.imm);
                let ok = self.b.ins().icmp(IntCC::Equal, proto, wanted);
                return self.guarded(ok, ins);
            }
            IrOp::FNATIVE => {
                let function = self.value(ins.a);
                self.guard_kind(function, Cell::NativeFunction, ins);
                let (wanted, special) = native_parts(ins.imm);
                if special != 0 {
                    let is = self.b.ins().uload8(types::I64, Self::flags(), function, layout::SPECIAL);
                    let ok = self.b.ins().icmp_imm_u(IntCC::Equal, is, i64::from(special));
                    self.guard(ok, ins.snap);
                }
                let code = self.load(function, layout::NATIVE_CODE);
                let wanted = self.word(wanted);
                let ok = self.b.ins().icmp(IntCC::Equal, code, wanted);
                return self.guarded(ok, ins);
            }
            IrOp::FUPV => {
                let function = self.value(ins.a);
                self.load(function, layout::UPVALUES + ins.imm as i32 * 8)
            }
            IrOp::USTORE => {
                let variable = self.value(ins.a);
                let place = self.load(variable, layout::LOCATION);
                self.store(place, 0, ins.b);
                return None;
            }
            IrOp::FENV => {
                let function = self.value(ins.a);
                self.load(function, layout::ENV)
            }
            IrOp::SLEN => {
                let string = self.value(ins.a);
                self.load_u32(string, layout::STRING_LEN)
            }
            IrOp::ARG => return None,
            IrOp::SHORT => {
                let count = self.store_list(ins.a);
                let (native, form) = (self.value(ins.b), self.word(ins.imm));
                let value = self.call(Helper::short, &[self.vm, native, form, count]);
                self.guard_value(value, ins)
            }
            IrOp::CONCAT => {
                let count = self.store_list(ins.a);
                let string = self.call(Helper::concat, &[self.vm, count]);
                self.guard(string, ins.snap);
                string
            }
            IrOp::EXEC | IrOp::NATIVE => {
                let is_stored = self.makes_nothing(ins.snap);
                if is_stored {
                    self.store_in_slots(ins.snap);
                } else {
                    self.store_snapshot(ins.snap);
                }
                let (snap, next) = (self.word(ins.snap.into()), self.word(ins.imm));
                let status = if ins.op == IrOp::NATIVE && self.is_at_hand(ins.snap) {
                    self.store_pc(next);
                    self.call(Helper::call_native_here, &[self.vm, self.runtime, snap])
                } else {
                    let helper = match (is_stored, ins.op) {
                        (true, IrOp::NATIVE) => Helper::call_native,
                        (true, _) => Helper::exec_stored,
                        (false, _) => Helper::exec,
                    };
                    self.call(helper, &[self.vm, snap, next])
                };
                self.leave_unless_zero(status);
                self.forget_written(ins.snap);
                return None;
            }
            IrOp::CALL => self.call_region(ins),
            IrOp::RESULT => self.load(self.runtime, layout::ARGUMENTS + ins.imm as i32 * 8),
            IrOp::RETURN => {
                let pc = self.word(ins.imm);
                let status = self.call(Helper::return_to, &[self.vm, pc]);
                // Slots are counted from another frame.
                self.stored.clear();
                let ok = self.b.ins().icmp_imm_u(IntCC::Equal, status, 0);
                return self.guarded(ok, ins);
            }
            IrOp::CLOSURE => {
                let parent = self.value(ins.a);
                let (child, slot) = closure_parts(ins.imm);
                let (child, slot) = (self.word(child), self.word(slot));
                let closure = self.call(Helper::closure, &[self.vm, parent, child, slot]);
                self.guard(closure, ins.snap);
                closure
            }
            IrOp::CLOSE => {
                let slot = self.word(ins.imm);
                self.call(Helper::close, &[self.vm, slot]);
                return None;
            }
            IrOp::POLL => {
                let flag = self.word(self.interrupt as u64);
                let wanted = self.b.ins().load(types::I32, Self::flags(), flag, 0);
                let nobody = self.b.ins().icmp_imm_u(IntCC::Equal, wanted, 0);
                self.guard(nobody, ins.snap);
                if self.allocates {
                    let debt = self.load(self.vm, layout::DEBT);
                    let none = self.b.ins().icmp_imm_s(IntCC::SignedLessThanOrEqual, debt, 0);
                    self.guard(none, ins.snap);
                }
                return None;
            }
            IrOp::TINIT => {
                let (table, key, value) = (self.value(ins.a), self.word(ins.imm), self.boxed(ins.b));
                let status = self.call(Helper::init_field, &[self.vm, table, key, value]);
                return self.guard_zero(status, ins);
            }
            IrOp::TLIST => {
                let (table, index, value) = (self.value(ins.a), self.word(ins.imm), self.boxed(ins.b));
                let status = self.call(Helper::init_element, &[self.vm, table, index, value]);
                return self.guard_zero(status, ins);
            }
            IrOp::GTOP => {
                let top = self.load_u32(self.vm, layout::TOP);
                let frame = self.load(self.vm, layout::FRAME);
                let base = self.load_u32(frame, layout::FRAME_BASE);
                let wanted = self.b.ins().iadd_imm_s(base, ins.imm as i64);
                let ok = self.b.ins().icmp(IntCC::Equal, top, wanted);
                return self.guarded(ok, ins);
            }
            IrOp::TMETA => {
                let (table, meta) = (self.value(ins.a), self.value(ins.b));
                let status = self.call(Helper::set_metatable, &[self.vm, table, meta]);
                return self.guard_zero(status, ins);
            }
            IrOp::SHOWN | IrOp::PART => unreachable!("only exits want it"),
            IrOp::TNEW => unreachable!("lowered with what is known of its fields"),
            IrOp::WIDEN | IrOp::WARITH | IrOp::W2N | IrOp::CBOX => self.wide(ins),
            _ => return self.lower_cdata(ins),
        })
    }

    /// Where a load of a Lua value reads.
    pub(super) fn place_of_load(&mut self, ins: &Ins) -> (Value, i32) {
        match ins.op {
            IrOp::RELOAD => (self.stack(), ins.imm as i64 as Slot * 8),
            IrOp::HLOAD => (self.value(ins.a), field_offset(ins)),
            IrOp::ALOAD => {
                let (array, index) = (self.value(ins.a), self.value(ins.b));
                let offset = self.b.ins().ishl_imm_u(index, 3);
                (self.b.ins().iadd(array, offset), -8)
            }
            _ => {
                let variable = self.value(ins.a);
                (self.load(variable, layout::LOCATION), 0)
            }
        }
    }

    pub(super) fn guarded(&mut self, ok: Value, ins: &Ins) -> Option<Value> {
        self.guard(ok, ins.snap);
        None
    }

    /// A helper has done what it should if its status is zero.
    fn guard_zero(&mut self, status: Value, ins: &Ins) -> Option<Value> {
        let ok = self.b.ins().icmp_imm_u(IntCC::Equal, status, 0);
        self.guarded(ok, ins)
    }

    /// A helper has given a value.
    fn guard_value(&mut self, value: Value, ins: &Ins) -> Value {
        let none = self.word(NO_VALUE);
        let ok = self.b.ins().icmp(IntCC::NotEqual, value, none);
        self.guard(ok, ins.snap);
        value
    }

    fn guard_kind(&mut self, function: Value, kind: Cell, ins: &Ins) {
        let cell = self.b.ins().uload8(types::I64, MemFlagsData::trusted(), function, layout::KIND);
        let ok = self.b.ins().icmp_imm_u(IntCC::Equal, cell, kind as i64);
        self.guard(ok, ins.snap);
    }

    fn comparison(&mut self, ins: &Ins) -> Option<Value> {
        let holds = ins.imm != 0;
        let (x, y) = (self.value(ins.a), self.value(ins.b));
        let ty = self.region.ty(ins.a);
        let ok = if ty != Ty::Num {
            let condition = match ins.op {
                IrOp::GLT if ty == Ty::U64 => IntCC::UnsignedLessThan,
                IrOp::GLE if ty == Ty::U64 => IntCC::UnsignedLessThanOrEqual,
                IrOp::GLT => IntCC::SignedLessThan,
                IrOp::GLE => IntCC::SignedLessThanOrEqual,
                _ => IntCC::Equal,
            };
            self.b.ins().icmp(if holds { condition } else { condition.complement() }, x, y)
        } else {
            let condition = match ins.op {
                IrOp::GLT => FloatCC::LessThan,
                IrOp::GLE => FloatCC::LessThanOrEqual,
                _ => FloatCC::Equal,
            };
            self.b.ins().fcmp(if holds { condition } else { condition.complement() }, x, y)
        };
        self.guarded(ok, ins)
    }

    fn bit_operation(&mut self, ins: &Ins) -> Value {
        let (x, y) = (self.value(ins.a), self.value(ins.b));
        let (x, y) = (self.b.ins().ireduce(types::I32, x), self.b.ins().ireduce(types::I32, y));
        let result = match BitOp::ALL[ins.imm as usize] {
            BitOp::And => self.b.ins().band(x, y),
            BitOp::Or => self.b.ins().bor(x, y),
            BitOp::Xor => self.b.ins().bxor(x, y),
            BitOp::Shl => self.b.ins().ishl(x, y),
            BitOp::Shr => self.b.ins().ushr(x, y),
            BitOp::Sar => self.b.ins().sshr(x, y),
            BitOp::Not => self.b.ins().bnot(x),
        };
        self.b.ins().sextend(types::I64, result)
    }

    /// Stores to a place in the heap, the old value shaded while the collector marks.
    fn store(&mut self, base: Value, offset: i32, value: Ref) {
        let value = self.stored(value);
        let marking = self.b.ins().load(types::I8, Self::flags(), self.vm, layout::MARKING);
        let (shade, next) = (self.b.create_block(), self.b.create_block());
        self.b.ins().brif(marking, shade, &[], next, &[]);
        self.b.switch_to_block(shade);
        self.b.set_cold_block(shade);
        let old = self.load(base, offset);
        self.call_rare(Helper::barrier, &[self.vm, self.runtime, old]);
        let none: [BlockArg; 0] = [];
        self.b.ins().jump(next, &none);
        self.b.switch_to_block(next);
        self.b.ins().store(Self::flags(), value, base, offset);
    }
}

/// Where a field is among the values it belongs to.
fn field_offset(ins: &Ins) -> i32 {
    (ins.imm as u32 as i32) * 8
}
