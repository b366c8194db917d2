//! Instructions: folded, found among those that have been computed already, or added.

use std::collections::HashMap;

use super::super::ir::{Begin, Ins, IrOp, Kind, Mem, NO_SNAP, Ref, SnapId, Ty, may_overlap};
use super::super::opt::fold::fold;
use super::super::reason::Reason;
use super::{Recorded, Recorder, type_of};
use crate::ffi::ctype::Scalar;
use crate::value::{RawValue, Type};

/// How often each part of memory has been written, so that what was read from it before is not known any more.
#[derive(Default)]
pub(super) struct Versions {
    stack: u32,
    array: u32,
    head: u32,
    extent: u32,
    /// Also moved by what writes arrays.
    numbers: u32,
    closure: u32,
    row: u32,
    lent: u32,
    bytes: u32,
    all_fields: u32,
    fields: HashMap<u64, u32>,
    any: u32,
}

impl Versions {
    fn of(&self, mem: Mem, imm: u64) -> u64 {
        match mem {
            Mem::Pure => 0,
            Mem::Stack => self.stack.into(),
            Mem::Array => self.array.into(),
            Mem::Head => self.head.into(),
            Mem::Extent => self.extent.into(),
            Mem::Numbers => self.numbers.into(),
            Mem::Closure => self.closure.into(),
            Mem::Row => self.row.into(),
            Mem::Lent => self.lent.into(),
            Mem::Bytes => self.bytes.into(),
            Mem::Tick => 0,
            Mem::Field => {
                u64::from(self.all_fields) << 32 | u64::from(self.fields.get(&imm).copied().unwrap_or(0))
            }
            Mem::Tables | Mem::All => self.any.into(),
        }
    }

    fn written(&mut self, mem: Mem, imm: u64) {
        self.any += 1;
        match mem {
            Mem::Pure => self.any -= 1,
            Mem::Stack => self.stack += 1,
            Mem::Array => {
                self.array += 1;
                self.numbers += 1;
            }
            Mem::Head => self.head += 1,
            Mem::Extent => {
                self.extent += 1;
                self.numbers += 1;
            }
            Mem::Numbers => {
                self.array += 1;
                self.extent += 1;
                self.numbers += 1;
            }
            Mem::Closure => self.closure += 1,
            Mem::Row => self.row += 1,
            Mem::Lent => self.lent += 1,
            Mem::Bytes => self.bytes += 1,
            Mem::Tick => {}
            Mem::Field => *self.fields.entry(imm).or_default() += 1,
            Mem::Tables => {
                self.array += 1;
                self.head += 1;
                self.extent += 1;
                self.numbers += 1;
                self.all_fields += 1;
            }
            Mem::All => {
                self.written(Mem::Tables, 0);
                self.stack += 1;
                self.closure += 1;
                self.row += 1;
                self.lent += 1;
                self.bytes += 1;
            }
        }
    }
}

impl Recorder {
    /// What the traces before a side trace have computed is known in it, up to where it begins.
    pub(super) fn inherit(&mut self, parent: SnapId) {
        for (trace, snap) in self.region.path(Begin::At(parent)) {
            for r in self.region.traces[trace].body.clone() {
                let ins = *self.region.get(r);
                if Some(ins.snap) == snap {
                    break;
                }
                self.learn(r, ins);
            }
            if snap.is_none() {
                self.forget_memory();
            }
        }
        self.learn_branch(parent);
    }

    /// A branch by which the trace before was left went the other way.
    fn learn_branch(&mut self, parent: SnapId) {
        let Some(owner) = self.region.owner(parent) else { return };
        let mut leaving =
            self.region.traces[owner].body.iter().filter(|r| self.region.get(**r).snap == parent);
        if let (Some(r), None) = (leaving.next().copied(), leaving.next()) {
            let ins = *self.region.get(r);
            if ins.op.is_branch() {
                self.learn(r, Ins { imm: u64::from(ins.imm == 0), ..ins });
            }
        }
    }

    /// A private loop begins, whose turns may write anything.
    pub(super) fn forget_memory(&mut self) {
        self.versions.written(Mem::All, 0);
        self.fresh.clear();
        self.values.clear();
        self.loads.clear();
    }

    /// A loop begins that others may enter, who have computed other things.
    pub(super) fn forget(&mut self) {
        self.forget_memory();
        // Whoever enters runs the same functions: their frames have been made.
        self.frames.iter_mut().for_each(|frame| frame.proof = Ref::NONE);
        self.known.clear();
        self.ticked.clear();
        self.objects.clear();
    }

    /// Takes note of an instruction that has been executed.
    pub(super) fn learn(&mut self, r: Ref, ins: Ins) {
        if ins.op == IrOp::CBOX {
            self.objects.insert(ins.a, r);
        }
        self.learn_of_fresh(r, ins);
        self.learn_of_values(r, ins);
        match ins.op.kind() {
            Kind::Value | Kind::Guard => {
                let key = self.key(ins);
                self.known.entry(key).or_insert(r);
                if ins.op == IrOp::CLOAD {
                    self.loads.push((ins, r));
                }
            }
            Kind::Store | Kind::Call => {
                if ins.op == IrOp::APPEND {
                    self.versions.written(Mem::Array, 0);
                    self.versions.written(Mem::Head, 0);
                    self.versions.written(Mem::Extent, 0);
                } else {
                    self.versions.written(ins.op.mem(), ins.imm);
                }
                self.forward(ins);
            }
            Kind::Floating => {}
        }
    }

    /// What was stored is what a load gives.
    pub(super) fn forward(&mut self, ins: Ins) {
        match ins.op {
            IrOp::CSTORE => return self.forward_bytes(ins),
            IrOp::RSTEP => {
                let key = self.key(Ins::new(IrOp::RNEXT, Ty::Int).a(ins.a));
                self.known.insert(key, ins.b);
                return;
            }
            IrOp::TSTORE => drop(self.ticked.insert(ins.a)),
            _ if ins.op.mem() == Mem::All => self.loads.clear(),
            _ => {}
        }
        let (load, value) = match ins.op {
            IrOp::HSTORE => (Ins::new(IrOp::HLOAD, Ty::Any).a(ins.a).imm(ins.imm), ins.b),
            IrOp::ASTORE => (Ins::new(IrOp::ALOAD, Ty::Any).a(ins.a).b(ins.b), ins.c),
            IrOp::USTORE => (Ins::new(IrOp::ULOAD, Ty::Any).a(ins.a), ins.b),
            IrOp::VSTORE => (Ins::new(IrOp::RELOAD, Ty::Any).imm(ins.imm), ins.a),
            _ => return,
        };
        let stored = *self.region.get(value);
        // The value as it was before it was boxed.
        let value = if stored.op == IrOp::BOX { stored.a } else { value };
        let key = self.key(load);
        self.known.insert(key, value);
    }

    /// A store to the memory of C values: what it does not touch is known as before.
    fn forward_bytes(&mut self, store: Ins) {
        let loads = std::mem::take(&mut self.loads);
        for (load, r) in loads {
            if !may_overlap(&self.region, &store, &load) {
                let key = self.key(load);
                self.known.insert(key, r);
                self.loads.push((load, r));
            }
        }
        // A double is stored as it is; others lose something.
        if store.imm >> 32 == Scalar::F64 as u64 {
            let load = Ins { op: IrOp::CLOAD, ty: Ty::Num, b: Ref::NONE, snap: NO_SNAP, ..store };
            let key = self.key(load);
            self.known.insert(key, store.b);
            self.loads.push((load, store.b));
        }
    }

    /// What tells an instruction from others that give something else, also by what was written meanwhile.
    pub(super) fn key(&self, ins: Ins) -> (Ins, u64) {
        (ins.identity(), self.versions.of(ins.op.mem(), ins.imm))
    }

    /// Adds an instruction, or finds what gives the same.
    pub(super) fn emit(&mut self, ins: Ins) -> Recorded<Ref> {
        let ins = match fold(&mut self.region, ins) {
            Ok(ins) => ins,
            Err(same) => return Ok(same),
        };
        let mut ins = ins;
        if matches!(ins.op.kind(), Kind::Value | Kind::Guard) {
            let key = self.key(ins);
            if let Some(r) = self.known.get(&key) {
                return Ok(*r);
            }
        }
        if ins.op.has_snapshot() {
            ins.snap = self.snapshot()?;
        }
        let r = self.region.push(ins);
        self.body.push(r);
        if self.body.len() > self.max_record as usize {
            return Err(Reason::TooLong);
        }
        self.learn(r, ins);
        Ok(r)
    }

    /// Guards that an integer, which is the same now, is this one.
    pub(super) fn guard_integer(&mut self, value: Ref, wanted: i64) -> Recorded<()> {
        if self.small_constant(value) == Some(wanted) {
            return Ok(());
        }
        self.emit(Ins::new(IrOp::GINT, Ty::Void).a(value).imm(wanted as u64)).map(drop)
    }

    pub(super) fn op1(&mut self, op: IrOp, ty: Ty, a: Ref) -> Recorded<Ref> {
        self.emit(Ins::new(op, ty).a(a))
    }

    pub(super) fn op2(&mut self, op: IrOp, ty: Ty, a: Ref, b: Ref) -> Recorded<Ref> {
        self.emit(Ins::new(op, ty).a(a).b(b))
    }

    pub(super) fn number(&mut self, n: f64) -> Ref {
        self.region.constant(IrOp::KNUM, Ty::Num, RawValue::number(n).bits())
    }

    pub(super) fn integer(&mut self, n: i64) -> Ref {
        self.region.constant(IrOp::KINT, Ty::Int, n as u64)
    }

    pub(super) fn primitive(&mut self, value: RawValue) -> Ref {
        self.region.constant(IrOp::KPRI, Ty::Any, value.bits())
    }

    /// A constant of a prototype.
    pub(super) fn constant(&mut self, value: RawValue) -> Recorded<Ref> {
        Ok(match value.type_of() {
            Type::Number => self.number(value.as_f64_or_nan()),
            Type::Nil | Type::Boolean => self.primitive(value),
            Type::String => {
                let address = value.heap_addr().expect("a string is a cell");
                self.region.constant(IrOp::KSTR, Ty::Str, address as u64)
            }
            _ if let Some(wide) = self.wide_constant(value) => wide,
            _ => return Err(Reason::Special),
        })
    }

    /// The primitive that a value is known to be.
    pub(super) fn known_primitive(&self, r: Ref) -> Option<RawValue> {
        let ins = self.region.get(r);
        // SAFETY: recorded from such a value.
        (ins.op == IrOp::KPRI).then(|| unsafe { RawValue::from_bits(ins.imm) })
    }

    /// A value with its type, which `actual` shows.
    pub(super) fn refine(&mut self, r: Ref, actual: RawValue) -> Recorded<Ref> {
        if self.region.get(r).op == IrOp::CBOX {
            return Ok(self.region.get(r).a);
        }
        if let Some(constant) = self.known_primitive(r)
            && let Some(wide) = self.wide_constant(constant)
        {
            return Ok(wide);
        }
        // An entity is a light userdata.
        let is_known = self.known_primitive(r).is_some() || self.region.get(r).op == IrOp::RENTITY;
        if self.region.ty(r) != Ty::Any || is_known {
            return Ok(r);
        }
        let ty = match actual.type_of() {
            Type::Nil | Type::Boolean => {
                self.emit(Ins::new(IrOp::GPRI, Ty::Void).a(r).imm(actual.bits()))?;
                return Ok(self.primitive(actual));
            }
            Type::LightUserData => {
                self.emit(Ins::new(IrOp::GLIGHT, Ty::Void).a(r))?;
                return Ok(r);
            }
            _ => type_of(actual),
        };
        self.op1(IrOp::GTYPE, ty, r)
    }

    /// As a Lua value in eight bytes.
    pub(super) fn boxed(&mut self, r: Ref) -> Recorded<Ref> {
        match self.region.get(r) {
            ins if ins.is_virtual() => Err(Reason::View),
            ins if ins.ty == Ty::Any => Ok(r),
            ins if ins.ty.is_wide() => {
                let object = self.object(r)?;
                if self.region.ty(object) == Ty::Any {
                    Ok(object)
                } else {
                    self.op1(IrOp::BOX, Ty::Any, object)
                }
            }
            _ => self.op1(IrOp::BOX, Ty::Any, r),
        }
    }

    /// A number as a double.
    pub(super) fn double(&mut self, r: Ref) -> Recorded<Ref> {
        if self.region.ty(r) == Ty::Int { self.op1(IrOp::I2N, Ty::Num, r) } else { Ok(r) }
    }
}
