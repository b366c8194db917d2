//! Scalars that lie side by side, computed in pairs: `p.x = p.x + v.x * dt` and the same for `y` are one vector operation each.
//!
//! Two stores to neighbouring bytes, with nothing between them that could leave or touch the same memory, are made at the place of the second, if what they store is
//! computed in the same way. Each lane computes what the instruction would have, bit for bit.

use std::collections::HashMap;

use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Type, Value, types};
use cranelift_codegen::isa::OwnedTargetIsa;

use super::super::ir::{Ins, IrOp, Kind, Ref, Region, SnapId, Ty, is_behind, may_overlap};
use super::super::opt::fold::is_single;
use super::{Lowering, cdata::scalar_of};
use crate::ffi::ctype::Scalar;

/// What a region computes in pairs.
#[derive(Default)]
pub(super) struct Pairs {
    /// The second store of each pair, the first, and whether all is computed in single precision.
    stores: HashMap<Ref, (Ref, bool)>,
    /// What is part of a pair, and so not computed by itself.
    is_part: Vec<bool>,
    /// Values that all lanes have, each with whether it is taken in single precision.
    shared: Vec<(Ref, bool)>,
    /// Those that are made before the loop.
    splats: HashMap<(Ref, bool), Value>,
    /// Ones, where sums are to be computed as `a * 1 + b`.
    ones: Option<Value>,
    /// It is what is stored in single precision and computed in double that is computed now.
    is_converted: bool,
}

/// A pair on trial.
#[derive(Default)]
struct Trial {
    parts: Vec<Ref>,
    loads: Vec<[Ref; 2]>,
    shared: Vec<(Ref, bool)>,
}

impl Pairs {
    pub(super) fn of(region: &Region) -> Pairs {
        let mut pairs = Pairs { is_part: vec![false; region.ins.len()], ..Pairs::default() };
        let is_store = |r: &Ref| region.get(*r).op == IrOp::CSTORE;
        // Where vectors are, and their first lane lies first in memory.
        let has_vectors = cfg!(any(target_arch = "x86_64", target_arch = "aarch64"));
        if !has_vectors || region.bodies().filter(is_store).count() < 2 {
            return pairs;
        }
        let uses = uses(region);
        let unrolled = region.unrolled().map(|(_, unrolled)| &unrolled.body);
        for body in region.traces.iter().map(|trace| &trace.body).chain(unrolled) {
            for (at, second) in body.iter().enumerate() {
                if let Some(first) = first_of(region, &body[..at], *second)
                    && !pairs.stores.contains_key(&body[first])
                {
                    pairs.try_stores(region, &uses, body, [first, at]);
                }
            }
        }
        pairs
    }

    fn try_stores(&mut self, region: &Region, uses: &[u32], body: &[Ref], [first, second]: [usize; 2]) {
        let stores = [body[first], body[second]];
        let [one, other] = stores.map(|r| region.get(r));
        let mut trial = Trial::default();
        let values = [one.b, other.b];
        let single = scalar_of(one).0 == Scalar::F32 && values.iter().all(|r| is_single(region, *r));
        if !trial.takes(region, values, single) || trial.loads.is_empty() {
            return;
        }
        if trial.parts.iter().any(|r| uses[r.index()] != 1 || self.is_part[r.index()]) {
            return;
        }
        // All is done where the second store is: what is loaded must be the same there.
        for (lane, load) in trial.loads.iter().flat_map(|pair| pair.iter().enumerate()) {
            let Some(at) = body[..second].iter().position(|r| r == load) else { return };
            let loaded = region.get(*load);
            let between = body[at..second].iter().filter(|r| writes(region.get(**r)));
            for store in between {
                let is_own_first = *store == stores[0] && lane == 0;
                if !is_own_first && touches(region, region.get(*store), loaded) {
                    return;
                }
            }
        }
        self.stores.insert(stores[1], (stores[0], single));
        trial.parts.push(stores[0]);
        trial.parts.iter().for_each(|r| self.is_part[r.index()] = true);
        self.shared.extend(trial.shared);
    }

    pub(super) fn is_part(&self, r: Ref) -> bool {
        self.is_part[r.index()]
    }
}

impl Trial {
    /// Whether two values can be computed as one, both in single precision if that is asked for.
    fn takes(&mut self, region: &Region, [x, y]: [Ref; 2], single: bool) -> bool {
        if x == y {
            self.shared.push((x, single));
            return region.ty(x) == Ty::Num;
        }
        let (one, other) = (region.get(x), region.get(y));
        if one.op != other.op || one.ty != Ty::Num || other.ty != Ty::Num {
            return false;
        }
        self.parts.extend([x, y]);
        match one.op {
            IrOp::CLOAD => {
                self.loads.push([x, y]);
                let (scalar, other_scalar) = (scalar_of(one).0, scalar_of(other).0);
                let wanted = if single { scalar == Scalar::F32 } else { is_real(scalar) };
                wanted && scalar == other_scalar && is_behind(region, one, other)
            }
            IrOp::ADD | IrOp::SUB | IrOp::MUL | IrOp::DIV if !single => {
                self.takes(region, [one.a, other.a], false) && self.takes(region, [one.b, other.b], false)
            }
            IrOp::FROUND if single => {
                let (x, y) = (region.get(one.a), region.get(other.a));
                let arithmetic = matches!(x.op, IrOp::ADD | IrOp::SUB | IrOp::MUL | IrOp::DIV);
                let singles = [x, y].iter().all(|ins| ins.operands().all(|r| is_single(region, r)));
                if !arithmetic || x.op != y.op || !singles || one.a == other.a {
                    return false;
                }
                self.parts.extend([one.a, other.a]);
                self.takes(region, [x.a, y.a], true) && self.takes(region, [x.b, y.b], true)
            }
            _ => false,
        }
    }
}

/// Whether a store rounds doubles to single precision.
fn is_converted(store: &Ins) -> bool {
    scalar_of(store).0 == Scalar::F32
}

/// Whether the machine is one of x86 that multiplies and adds in one.
fn has_fma(isa: &OwnedTargetIsa) -> bool {
    isa.isa_flags().iter().any(|flag| flag.name == "has_fma" && flag.as_bool() == Some(true))
}

fn is_real(scalar: Scalar) -> bool {
    matches!(scalar, Scalar::F32 | Scalar::F64)
}

/// The store to the bytes in front of those that a store writes, if it can be made later, where that is.
fn first_of(region: &Region, before: &[Ref], second: Ref) -> Option<usize> {
    let other = region.get(second);
    if other.op != IrOp::CSTORE || !is_real(scalar_of(other).0) {
        return None;
    }
    for (at, r) in before.iter().enumerate().rev() {
        let ins = region.get(*r);
        let is_neighbour = ins.op == IrOp::CSTORE && scalar_of(ins).0 == scalar_of(other).0;
        if is_neighbour && is_behind(region, ins, other) {
            let between = before[at + 1..].iter().map(|r| region.get(*r));
            return between
                .filter(|ins| accesses(ins))
                .all(|access| !touches(region, ins, access))
                .then_some(at);
        }
        if !matches!(ins.op.kind(), Kind::Value | Kind::Store) || ins.op == IrOp::KEEP {
            return None;
        }
    }
    None
}

/// Whether an instruction reads or writes a scalar, or writes anything else.
fn accesses(ins: &Ins) -> bool {
    ins.op == IrOp::CLOAD || ins.op.kind() == Kind::Store
}

fn writes(ins: &Ins) -> bool {
    matches!(ins.op.kind(), Kind::Store | Kind::Call)
}

/// Whether a store of a scalar, and what else reads or writes, may have to do with the same bytes.
fn touches(region: &Region, store: &Ins, access: &Ins) -> bool {
    let is_scalar = |ins: &Ins| matches!(ins.op, IrOp::CLOAD | IrOp::CSTORE);
    match (is_scalar(store), is_scalar(access)) {
        (true, true) => may_overlap(region, store, access),
        (true, false) => !is_elsewhere(access),
        _ => !is_elsewhere(store),
    }
}

/// Change ticks, and where a loop over rows is, are memory of their own.
fn is_elsewhere(ins: &Ins) -> bool {
    matches!(ins.op, IrOp::TSTORE | IrOp::TSTORE2 | IrOp::RSTEP)
}

/// How often each value is used.
fn uses(region: &Region) -> Vec<u32> {
    let mut uses = vec![0; region.ins.len()];
    let operands = region.bodies().flat_map(|r| region.get(r).operands());
    let restored = (0..region.snaps.len()).flat_map(|snap| region.values_of(snap as SnapId));
    for r in operands.chain(restored).chain(region.passed()) {
        uses[r.index()] += 1;
    }
    uses
}

/// Memory that need not be aligned.
pub(super) fn unaligned() -> MemFlagsData {
    MemFlagsData::new().with_notrap()
}

impl Lowering<'_> {
    /// Makes what all lanes have, as far as it is known before the loop.
    pub(super) fn make_splats(&mut self) {
        let region = self.region;
        let converts =
            |(store, (_, single)): (&Ref, &(Ref, bool))| !single && is_converted(region.get(*store));
        if self.pairs.stores.iter().any(converts) && has_fma(self.isa) {
            let one = self.b.ins().f64const(1.0);
            self.pairs.ones = Some(self.b.ins().splat(types::F64X2, one));
        }
        let changes = |r: Ref| region.header.iter().any(|slot| region.param(*slot) == Some(r));
        for (r, single) in self.pairs.shared.clone() {
            let ins = region.get(r);
            let is_known = ins.is_constant()
                || ins.op == IrOp::SLOT && !changes(r)
                || region.hoisted.contains(&r) && !self.is_cold[r.index()];
            if is_known {
                let splat = self.splat(r, single);
                self.pairs.splats.insert((r, single), splat);
            }
        }
    }

    fn splat(&mut self, r: Ref, single: bool) -> Value {
        if let Some(splat) = self.pairs.splats.get(&(r, single)) {
            return *splat;
        }
        let (ty, value) = if single { (types::F32X4, self.single(r)) } else { (types::F64X2, self.value(r)) };
        self.b.ins().splat(ty, value)
    }

    /// Stores a pair, if a store is the second of one.
    pub(super) fn store_pair(&mut self, r: Ref, ins: &Ins) -> bool {
        let Some((first, single)) = self.pairs.stores.get(&r).copied() else { return false };
        let first = *self.region.get(first);
        let (scalar, offset) = scalar_of(&first);
        let values = [first.b, ins.b];
        let is_short = scalar == Scalar::F32;
        self.pairs.is_converted = !single && is_converted(ins);
        let pair = self.pair(values, single);
        let data = self.value(first.a);
        if !is_short {
            self.b.ins().store(unaligned(), pair, data, offset);
            return true;
        }
        let singles = if single { pair } else { self.b.ins().fvdemote(pair) };
        let words = self.cast(types::F64X2, singles);
        let both = self.b.ins().extractlane(words, 0);
        self.b.ins().store(unaligned(), both, data, offset);
        true
    }

    /// Two values, as doubles or in single precision.
    fn pair(&mut self, [x, y]: [Ref; 2], single: bool) -> Value {
        if x == y {
            return self.splat(x, single);
        }
        let (one, other) = (*self.region.get(x), *self.region.get(y));
        match one.op {
            IrOp::CLOAD => {
                let data = self.value(one.a);
                let (scalar, offset) = scalar_of(&one);
                if scalar == Scalar::F64 {
                    return self.b.ins().load(types::F64X2, unaligned(), data, offset);
                }
                let both = self.b.ins().load(types::F64, unaligned(), data, offset);
                let words = self.b.ins().scalar_to_vector(types::F64X2, both);
                let singles = self.cast(types::F32X4, words);
                if single { singles } else { self.b.ins().fvpromote_low(singles) }
            }
            IrOp::FROUND => {
                let (x, y) = (*self.region.get(one.a), *self.region.get(other.a));
                self.pair_operation(&x, &y, single)
            }
            _ => self.pair_operation(&one, &other, single),
        }
    }

    fn pair_operation(&mut self, x: &Ins, y: &Ins, single: bool) -> Value {
        let (a, b) = (self.pair([x.a, y.a], single), self.pair([x.b, y.b], single));
        // Bit for bit the same as the sum, and on other units: on Zen those that add are those that convert, which limits such loops; those that multiply wait.
        let ones = self.pairs.ones.filter(|_| self.pairs.is_converted);
        match (x.op, ones) {
            (IrOp::ADD, Some(ones)) => return self.b.ins().fma(a, ones, b),
            (IrOp::SUB, Some(ones)) => {
                let negated = self.b.ins().fneg(b);
                return self.b.ins().fma(a, ones, negated);
            }
            _ => {}
        }
        match x.op {
            IrOp::ADD => self.b.ins().fadd(a, b),
            IrOp::SUB => self.b.ins().fsub(a, b),
            IrOp::MUL => self.b.ins().fmul(a, b),
            IrOp::DIV => self.b.ins().fdiv(a, b),
            op => unreachable!("{} is not computed in pairs", op.name()),
        }
    }

    fn cast(&mut self, ty: Type, vector: Value) -> Value {
        let little = MemFlagsData::new().with_endianness(cranelift_codegen::ir::Endianness::Little);
        self.b.ins().bitcast(ty, little, vector)
    }
}
