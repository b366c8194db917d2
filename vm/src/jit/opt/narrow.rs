//! Narrowing: what a loop carries as a number, and uses as an index or with `%`, is carried as an integer where it always is one.
//!
//! The recorder takes a number that a loop carries for a double, unless the loop counts it itself. An index the program computes (`at = at % 4096 + 1`,
//! `i = i + 1`) is then made an integer, and checked to be one, in each turn, and `%` is a division of doubles. Here such parameters become integers
//! of 31 bits, with what is computed from them. The induction: each value that a parameter gets is one if those before were, by its
//! range, by a check the trace makes anyway, or by one added in front of its last `POLL`. The first value is checked where the loop is entered.
//!
//! It works on the whole region, each time it is compiled: what is recorded knows nothing of it.

use std::collections::{HashMap, HashSet};

use super::super::ir::{End, Given, Ins, IrOp, NO_SNAP, Ref, Region, SnapId, Ty};
use crate::bytecode::BitOp;

/// What integers are carried: those a loop is entered with.
const CARRIED: Range = Range { from: -(1 << 31), to: (1 << 31) - 1 };

/// Beyond it, nothing is computed in integers: well within what a double holds.
const MOST: i64 = 1 << 50;

/// From, to; both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    from: i64,
    to: i64,
}

impl Range {
    fn one(n: i64) -> Range {
        Range { from: n, to: n }
    }

    fn is_carried(self) -> bool {
        self.from >= CARRIED.from && self.to <= CARRIED.to
    }

    fn within_most(self) -> Option<Range> {
        (self.from >= -MOST && self.to <= MOST).then_some(self)
    }
}

pub(super) fn narrow(region: &mut Region) {
    let edges = region.given();
    let mut narrowing = Narrowing { carried: candidates(region, &edges), ranges: HashMap::new() };
    narrowing.keep_what_holds(region, &edges);
    narrowing.keep_what_pays(region, &edges);
    if !narrowing.carried.is_empty() {
        narrowing.ranges.clear();
        narrowing.rewrite(region);
    }
}

/// The doubles that loops are given, and those they are given first.
fn candidates(region: &Region, edges: &[Given]) -> HashSet<Ref> {
    let ends = edges.iter().flat_map(|edge| [edge.param, edge.value]);
    let is_param = |r: &Ref| matches!(region.get(*r).op, IrOp::SLOT | IrOp::PHI);
    ends.filter(|r| region.ty(*r) == Ty::Num && is_param(r)).collect()
}

/// The instructions that have run where a trace ends.
fn on_the_way(region: &Region, trace: usize) -> Vec<Ref> {
    let mut all = Vec::new();
    for (parent, snap) in region.path(region.traces[trace].begin) {
        let body = &region.traces[parent].body;
        let left = body.iter().position(|r| snap.is_some_and(|snap| region.get(*r).snap == snap));
        all.extend(&body[..left.unwrap_or(body.len())]);
    }
    all.extend(&region.traces[trace].body);
    all
}

/// A number that is an integer, and not -0.
fn integral(ins: &Ins) -> Option<i64> {
    let n = f64::from_bits(ins.imm);
    let is_integral = n.trunc() == n && n.abs() < (1u64 << 31) as f64 && ins.imm != (-0.0f64).to_bits();
    (ins.op == IrOp::KNUM && is_integral).then_some(n as i64)
}

struct Narrowing {
    /// The parameters that are to be integers.
    carried: HashSet<Ref>,
    /// The ranges of numbers that are integers by that; none of others.
    ranges: HashMap<Ref, Option<Range>>,
}

impl Narrowing {
    /// The range of a number, if it is an integer.
    fn range(&mut self, region: &Region, r: Ref) -> Option<Range> {
        if let Some(known) = self.ranges.get(&r) {
            return *known;
        }
        let range = self.find_range(region, r);
        self.ranges.insert(r, range);
        range
    }

    fn find_range(&mut self, region: &Region, r: Ref) -> Option<Range> {
        if self.carried.contains(&r) {
            return Some(CARRIED);
        }
        let ins = *region.get(r);
        match ins.op {
            IrOp::KNUM => integral(&ins).map(Range::one),
            IrOp::KINT => Range::one(ins.imm as i64).within_most(),
            IrOp::I2N => self.range(region, ins.a),
            IrOp::ADD | IrOp::IADD => {
                let (x, y) = (self.range(region, ins.a)?, self.range(region, ins.b)?);
                Range { from: x.from + y.from, to: x.to + y.to }.within_most()
            }
            IrOp::SUB => {
                let (x, y) = (self.range(region, ins.a)?, self.range(region, ins.b)?);
                Range { from: x.from - y.to, to: x.to - y.from }.within_most()
            }
            IrOp::MOD => {
                self.range(region, ins.a)?;
                let by = integral(region.get(ins.b)).filter(|by| *by > 0)?;
                Some(Range { from: 0, to: by - 1 })
            }
            IrOp::IMOD => Some(Range { from: 0, to: region.get(ins.b).imm as i64 - 1 }),
            IrOp::BITS if ins.imm == BitOp::And as u64 => {
                let mask = region.get(ins.b);
                let mask = (mask.op == IrOp::KINT).then_some(mask.imm as i64);
                Some(mask.filter(|mask| *mask >= 0).map_or(CARRIED, |to| Range { from: 0, to }))
            }
            IrOp::TOBIT | IrOp::BITS | IrOp::BSWAP | IrOp::ROL | IrOp::N2I => Some(CARRIED),
            _ => None,
        }
    }

    /// The parameters that a number is computed from.
    fn sources(&self, region: &Region, r: Ref, found: &mut Vec<Ref>) {
        let mut todo = vec![r];
        let mut seen = HashSet::new();
        while let Some(r) = todo.pop() {
            if !seen.insert(r) {
                continue;
            }
            let ins = region.get(r);
            if self.carried.contains(&r) {
                found.push(r);
            } else if matches!(
                ins.op,
                IrOp::ADD | IrOp::SUB | IrOp::MOD | IrOp::I2N | IrOp::IADD | IrOp::IMOD
            ) {
                todo.extend(ins.operands());
            }
        }
    }

    /// Drops parameters until all that they are given are integers.
    fn keep_what_holds(&mut self, region: &Region, edges: &[Given]) {
        let ways: Vec<Vec<Ref>> = (0..region.traces.len()).map(|trace| on_the_way(region, trace)).collect();
        let mut again = true;
        while again {
            again = false;
            self.ranges.clear();
            for edge in edges {
                let wrong = if self.carried.contains(&edge.param) {
                    let holds = self.is_integer(region, edge, &ways);
                    (!holds).then_some(edge.param)
                } else if edge.trace.is_none() && self.carried.contains(&edge.value) {
                    // It is passed on as it is.
                    Some(edge.value)
                } else {
                    None
                };
                if let Some(wrong) = wrong {
                    self.carried.remove(&wrong);
                    again = true;
                }
            }
        }
    }

    fn is_integer(&mut self, region: &Region, edge: &Given, ways: &[Vec<Ref>]) -> bool {
        let has_form = self.has_integer_form(region, edge.value);
        let range = self.range(region, edge.value).filter(|_| has_form);
        if range.is_some_and(Range::is_carried) {
            return true;
        }
        let Some(trace) = edge.trace else { return false };
        checked(region, &ways[trace], edge.value).is_some()
            || range.is_some() && place_of_check(region, trace, edge.value).is_some()
    }

    /// Whether `rewrite` makes an integer of a number that is one.
    fn has_integer_form(&mut self, region: &Region, r: Ref) -> bool {
        let ins = *region.get(r);
        match ins.op {
            _ if ins.ty == Ty::Int || self.carried.contains(&r) => true,
            IrOp::KNUM => integral(&ins).is_some(),
            IrOp::I2N => true,
            IrOp::ADD | IrOp::SUB | IrOp::MOD => {
                self.is_narrowed(region, r)
                    && (ins.op != IrOp::SUB || region.get(ins.b).is_constant())
                    && self.has_integer_form(region, ins.a)
                    && self.has_integer_form(region, ins.b)
            }
            _ => false,
        }
    }

    /// Drops parameters that are not used as integers, nor what they are computed from or go to.
    fn keep_what_pays(&mut self, region: &Region, edges: &[Given]) {
        let mut groups: Vec<Vec<Ref>> = Vec::new();
        for edge in edges.iter().filter(|edge| self.carried.contains(&edge.param)) {
            let mut group = vec![edge.param];
            self.sources(region, edge.value, &mut group);
            groups.push(group);
        }
        self.ranges.clear();
        let mut pays: HashSet<Ref> = HashSet::new();
        for r in region.bodies() {
            let ins = *region.get(r);
            if matches!(ins.op, IrOp::N2I | IrOp::MOD) && self.range(region, ins.a).is_some() {
                let mut sources = Vec::new();
                self.sources(region, ins.a, &mut sources);
                pays.extend(sources);
            }
        }
        let mut again = true;
        while again {
            again = false;
            for group in &groups {
                if group.iter().any(|r| pays.contains(r)) {
                    let before = pays.len();
                    pays.extend(group);
                    again |= pays.len() > before;
                }
            }
        }
        self.carried.retain(|r| pays.contains(r));
    }

    fn rewrite(&mut self, region: &mut Region) {
        for r in &self.carried {
            region.ins[r.index()].ty = Ty::Int;
        }
        // The checks that are there anyway, before they are taken out.
        let checks: Vec<HashMap<Ref, Ref>> = (0..region.traces.len())
            .map(|trace| {
                let way = on_the_way(region, trace);
                let is_check = |r: &&Ref| region.get(**r).op == IrOp::N2I;
                way.iter().filter(is_check).map(|r| (region.get(*r).a, *r)).collect()
            })
            .collect();
        let mut order: Vec<usize> = (0..region.traces.len()).collect();
        order.sort_by_key(|trace| region.path(region.traces[*trace].begin).len());
        let mut instead: HashMap<Ref, Ref> = HashMap::new();
        for trace in order {
            self.rewrite_trace(region, trace, &mut instead);
            self.rewrite_end(region, trace, &checks[trace]);
        }
        region.replace(&instead);
    }

    fn rewrite_trace(&mut self, region: &mut Region, trace: usize, instead: &mut HashMap<Ref, Ref>) {
        let mut doubles: HashMap<Ref, Ref> = HashMap::new();
        let body = std::mem::take(&mut region.traces[trace].body);
        let mut new = Vec::with_capacity(body.len());
        for r in body {
            let ins = *region.get(r);
            match ins.op {
                IrOp::ADD | IrOp::SUB | IrOp::MOD => {
                    if self.is_narrowed(region, r)
                        && let Some(integer) = self.as_integer(region, &ins)
                    {
                        new.push(integer);
                        region.ins[r.index()] = Ins::new(IrOp::I2N, Ty::Num).a(integer);
                        new.push(r);
                        continue;
                    }
                }
                IrOp::N2I => {
                    let range = self.range(region, ins.a);
                    if let Some(integer) = integer_of(region, ins.a)
                        && let Some(range) = range
                    {
                        instead.insert(r, integer);
                        if !range.is_carried() {
                            let check = check(region, integer, ins.snap, &mut new);
                            new.push(check);
                        }
                        continue;
                    }
                }
                IrOp::GLT | IrOp::GLE | IrOp::GEQ => {
                    if let (Some(x), Some(y)) = (integer_of(region, ins.a), integer_of(region, ins.b)) {
                        region.ins[r.index()] = Ins { a: x, b: y, ..ins };
                        new.push(r);
                        continue;
                    }
                }
                IrOp::BOX | IrOp::TOBIT => {
                    new.push(r);
                    continue;
                }
                _ => {}
            }
            let mut double = |region: &mut Region, operand: Ref| {
                if !self.carried.contains(&operand) {
                    return operand;
                }
                *doubles.entry(operand).or_insert_with(|| {
                    let made = region.push(Ins::new(IrOp::I2N, Ty::Num).a(operand));
                    new.push(made);
                    made
                })
            };
            let (a, b, c) = (double(region, ins.a), double(region, ins.b), double(region, ins.c));
            region.ins[r.index()] = Ins { a, b, c, ..ins };
            new.push(r);
        }
        region.traces[trace].body = new;
    }

    /// Whether a number is an integer that comes from a parameter.
    fn is_narrowed(&mut self, region: &Region, r: Ref) -> bool {
        let mut sources = Vec::new();
        self.sources(region, r, &mut sources);
        !sources.is_empty() && self.range(region, r).is_some()
    }

    /// The same operation on integers, pushed but not placed.
    fn as_integer(&self, region: &mut Region, ins: &Ins) -> Option<Ref> {
        let (x, y) = (integer_of(region, ins.a)?, integer_of(region, ins.b)?);
        let other = |op: IrOp, y: Ref| Ins::new(op, Ty::Int).a(x).b(y);
        let ins = match ins.op {
            IrOp::ADD => other(IrOp::IADD, y),
            IrOp::MOD => other(IrOp::IMOD, y),
            _ => {
                let by = *region.get(y);
                if by.op != IrOp::KINT {
                    return None;
                }
                let back = region.constant(IrOp::KINT, Ty::Int, (by.imm as i64).wrapping_neg() as u64);
                other(IrOp::IADD, back)
            }
        };
        Some(region.push(ins))
    }

    fn rewrite_end(&mut self, region: &mut Region, trace: usize, checks: &HashMap<Ref, Ref>) {
        let mut end = region.traces[trace].end.clone();
        let (params, values): (Vec<Ref>, Vec<&mut Ref>) = match &mut end {
            End::Loop(changes) => {
                let param = |slot: &_| region.param(*slot).expect("a slot that is changed has a parameter");
                changes.iter_mut().map(|(slot, value)| (param(slot), value)).unzip()
            }
            End::Enter(inner, values) => {
                let params = region.inner[*inner as usize].passed.iter().map(|(_, param)| *param);
                params.zip(values).unzip()
            }
            End::Again(inner, values) => {
                let params = region.inner[*inner as usize].params.iter().map(|(_, param)| *param);
                params.zip(values).unzip()
            }
            End::Exit(_) | End::Link(..) | End::Return(..) => return,
        };
        for (param, value) in params.into_iter().zip(values) {
            if self.carried.contains(&param) {
                let range = self.range(region, *value);
                *value = match integer_of(region, *value) {
                    Some(integer) => {
                        let is_checked = range.is_some_and(Range::is_carried) || checks.contains_key(value);
                        if !is_checked {
                            add_check(region, trace, integer);
                        }
                        integer
                    }
                    None => checks[value],
                };
            } else if self.carried.contains(value) && region.ty(param) == Ty::Num {
                let double = region.push(Ins::new(IrOp::I2N, Ty::Num).a(*value));
                region.traces[trace].body.push(double);
                *value = double;
            }
        }
        region.traces[trace].end = end;
    }
}

/// The check that has been made of a number.
fn checked(region: &Region, way: &[Ref], value: Ref) -> Option<Ref> {
    let checks = way.iter().filter(|r| region.get(**r).op == IrOp::N2I);
    checks.copied().find(|r| region.get(*r).a == value)
}

/// Where in a trace a value may be checked: in front of its last `POLL`, if it has been computed by then.
fn place_of_check(region: &Region, trace: usize, value: Ref) -> Option<usize> {
    let body = &region.traces[trace].body;
    let last = body.iter().rposition(|r| region.get(*r).op == IrOp::POLL)?;
    let computed = body.iter().position(|r| *r == value);
    computed.is_none_or(|at| at < last).then_some(last)
}

fn add_check(region: &mut Region, trace: usize, integer: Ref) {
    let at = place_of_check(region, trace, integer).expect("asked for before");
    let snap = region.get(region.traces[trace].body[at]).snap;
    let mut added = Vec::new();
    let check = check(region, integer, snap, &mut added);
    added.push(check);
    region.traces[trace].body.splice(at..at, added);
}

/// A guard that an integer is one of 31 bits, with what it needs placed before it.
fn check(region: &mut Region, integer: Ref, snap: SnapId, placed: &mut Vec<Ref>) -> Ref {
    debug_assert!(snap != NO_SNAP);
    let bias = region.constant(IrOp::KINT, Ty::Int, CARRIED.from.unsigned_abs());
    let count = region.constant(IrOp::KINT, Ty::Int, (CARRIED.to - CARRIED.from + 1) as u64);
    let from_zero = region.push(Ins::new(IrOp::IADD, Ty::Int).a(integer).b(bias));
    placed.push(from_zero);
    region.push(Ins::new(IrOp::GINDEX, Ty::Void).a(from_zero).b(count).snap(snap))
}

/// The integer that a number is, if it is there as one.
fn integer_of(region: &mut Region, r: Ref) -> Option<Ref> {
    let ins = *region.get(r);
    match ins.op {
        _ if ins.ty == Ty::Int => Some(r),
        IrOp::KNUM => integral(&ins).map(|n| region.constant(IrOp::KINT, Ty::Int, n as u64)),
        IrOp::I2N => Some(ins.a),
        _ => None,
    }
}
