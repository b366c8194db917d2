//! Unrolling: loops over elements (rows, columns, arrays of C) take two turns at once while both are known to come to their end.
//!
//! What a turn of `p.x = p.x + v.x * dt` may be left by depends on nothing but the loop's own counting: the index is below a bound, nobody interrupts. So all of it is asked
//! for two turns in advance, and what is left are loads, arithmetic and stores of two turns without an exit among them: no snapshots, half of the questions, and neighbours in memory
//! that a single turn does not have (three floats are a pair and one, six are three pairs; `lower/pairs.rs`). Where the answer is no, the turn is taken as it was recorded.
//!
//! It is the last pass: the copies are no part of any trace, and nothing else has to know of them.

use std::collections::{HashMap, HashSet};

use super::super::ir::{End, InnerLoop, Ins, IrOp, Kind, Mem, NO_SNAP, Ref, Region, Slot, Ty, Unrolled};

/// So many turns are taken at once.
pub(crate) const TURNS: i64 = 2;

/// The longest turn, in instructions that are copied: a long one gains little.
const LONGEST: usize = 64;

/// Offsets from one address, in bytes: well within what an instruction holds.
const FARTHEST: u64 = 1 << 16;

/// The size of a change tick.
const TICK_SIZE: u64 = 4;

/// Fills in what is unrolled of the region's loop and of those inside.
pub(super) fn unroll(region: &mut Region) {
    for inner in std::iter::once(None).chain((0..region.inner.len() as u32).map(Some)) {
        let Some(turn) = Turn::of(region, inner) else { continue };
        let known = region.ins.len();
        let mut unrolling = Unrolling::new(region, &turn);
        let Some(values) = unrolling.copy_all() else {
            region.ins.truncate(known);
            continue;
        };
        let Unrolling { asked, copied, bounds, .. } = unrolling;
        let unrolled = Some(Unrolled { body: asked.into_iter().chain(copied).collect(), values });
        match inner {
            None => {
                region.hoisted.extend(bounds);
                region.unrolled = unrolled;
            }
            Some(inner) => {
                let inner = &mut region.inner[inner as usize];
                inner.hoisted.extend(bounds);
                inner.unrolled = unrolled;
            }
        }
    }
}

/// A turn of a loop that may be unrolled, as far as that can be told from each instruction.
struct Turn {
    params: Vec<(Slot, Ref)>,
    /// What the parameters get at its end.
    values: Vec<Ref>,
    /// All instructions.
    inside: HashSet<Ref>,
    /// Those that are needed apart from exits.
    needed: Vec<Ref>,
    /// Parameters that are always the same as another one.
    same: HashMap<Ref, Ref>,
    /// The row to come where it begins, and its cursor.
    row: Option<(Ref, Ref)>,
}

impl Turn {
    fn of(region: &Region, inner: Option<u32>) -> Option<Turn> {
        let body = &region.traces[region.loop_body(inner)?];
        let params = region.loop_params(inner);
        let values: Vec<Ref> = match (&body.end, inner) {
            (End::Loop(changes), None) if !body.rehoists && !region.is_function => {
                let values = params.iter().map(|(slot, param)| {
                    changes.iter().find(|(changed, _)| changed == slot).map_or(*param, |(_, value)| *value)
                });
                let stays = changes.iter().all(|(slot, _)| region.header.contains(slot));
                stays.then(|| values.collect())?
            }
            (End::Again(round, values), Some(inner)) if *round == inner => values.clone(),
            _ => return None,
        };
        let is_of_type = |((_, param), value): (&(Slot, Ref), &Ref)| region.ty(*param) == region.ty(*value);
        if !params.iter().zip(&values).all(is_of_type) {
            return None;
        }
        let mut live: HashSet<Ref> = HashSet::new();
        let mut todo = values.clone();
        for r in &body.body {
            let ins = region.get(*r);
            match ins.op.kind() {
                Kind::Store => todo.push(*r),
                // What a guard compares is worked out for all turns at once.
                Kind::Guard => todo.extend(ins.operands()),
                Kind::Call => return None,
                Kind::Value | Kind::Floating => {}
            }
        }
        while let Some(r) = todo.pop() {
            if live.insert(r) {
                todo.extend(region.get(r).operands());
            }
        }
        let needed: Vec<Ref> =
            body.body.iter().filter(|r| live.contains(r) || is_guard(region, **r)).copied().collect();
        let stores = needed.iter().any(|r| region.get(*r).op == IrOp::CSTORE);
        if !stores || needed.len() > LONGEST {
            return None;
        }
        let inside = body.body.iter().copied().collect();
        let same = inner.map_or_else(HashMap::new, |inner| same_params(region, inner));
        let row = if inner.is_none() { region.carried_row() } else { None };
        Some(Turn { params, values, inside, needed, same, row })
    }
}

fn is_guard(region: &Region, r: Ref) -> bool {
    region.get(r).op.kind() == Kind::Guard
}

/// The parameters of an inner loop that get the same values as another one: a numeric loop's count, and the variable that shows it.
fn same_params(region: &Region, inner: u32) -> HashMap<Ref, Ref> {
    let InnerLoop { params, initial, passed, .. } = &region.inner[inner as usize];
    let entered = |x: Ref, y: Ref| {
        let place = |r: Ref| passed.iter().position(|(_, phi)| *phi == r);
        let (Some(x), Some(y)) = (place(x), place(y)) else { return x == y };
        let gives_same = |trace: usize| match &region.traces[trace].end {
            End::Enter(_, values) => values[x] == values[y],
            _ => false,
        };
        region.entrances(inner).all(gives_same)
    };
    let again = |x: usize, y: usize| {
        region.traces.iter().all(|trace| match &trace.end {
            End::Again(round, values) if *round == inner => values[x] == values[y],
            _ => true,
        })
    };
    let mut same = HashMap::new();
    for (y, (_, param)) in params.iter().enumerate() {
        let is_same = |x: &usize| {
            region.ty(params[*x].1) == region.ty(*param) && again(*x, y) && entered(initial[*x], initial[y])
        };
        if let Some(x) = (0..y).find(is_same) {
            same.insert(*param, params[x].1);
        }
    }
    same
}

/// Whether an operation gives the same for the same operands, and is no more than an instruction or two.
fn is_plain(op: IrOp) -> bool {
    use IrOp::{
        ABS, ADD, BITS, BSWAP, CEIL, CWRAP, DIV, FLOOR, FROUND, I2N, IADD, MAX, MIN, MUL, NEG, ROL, SQRT,
        SUB, TOBIT,
    };
    matches!(
        op,
        ADD | SUB
            | MUL
            | DIV
            | NEG
            | SQRT
            | ABS
            | FROUND
            | FLOOR
            | CEIL
            | MIN
            | MAX
            | IADD
            | I2N
            | TOBIT
            | BITS
            | BSWAP
            | ROL
            | CWRAP
    )
}

/// An integer as the sum of another one and a constant.
type Sum = (Ref, i64);

/// What has to hold of indices that are counted from the same integer.
struct Indices {
    from: Ref,
    /// The first of them, which is 0 at least.
    first: i64,
    /// Those that are less than integers known before the loop.
    below: Vec<(i64, Ref)>,
}

struct Unrolling<'r, 't> {
    region: &'r mut Region,
    turn: &'t Turn,
    /// So many instructions there were before: those behind are copies, and what is computed for them.
    known: usize,
    /// The row to come where the next turn begins, in a loop over rows.
    next_row: Option<Ref>,
    /// What stands for each value in the turn that is copied.
    copies: HashMap<Ref, Ref>,
    /// How many bytes an address lies behind what stands for it.
    behind: HashMap<Ref, u64>,
    /// The integers that are sums, and what is made of them.
    sums: HashMap<Ref, Sum>,
    made: HashMap<Sum, Ref>,
    /// Addresses of elements, by base, size and what their index is counted from; each with the index.
    elements: HashMap<(Ref, u64, Ref), (Ref, i64)>,
    indices: Vec<Indices>,
    /// Other integers that are below some known before the loop, or not above them: the greatest of each.
    limits: Vec<(IrOp, Sum, Ref)>,
    asked: Vec<Ref>,
    copied: Vec<Ref>,
    /// What is computed before the loop.
    bounds: Vec<Ref>,
    /// It stores side by side what turns store one after another: nothing else gains by it.
    stores_elements: bool,
}

impl<'r, 't> Unrolling<'r, 't> {
    fn new(region: &'r mut Region, turn: &'t Turn) -> Self {
        Unrolling {
            known: region.ins.len(),
            region,
            turn,
            next_row: turn.row.map(|(row, _)| row),
            copies: turn.same.clone(),
            behind: HashMap::new(),
            sums: HashMap::new(),
            made: HashMap::new(),
            elements: HashMap::new(),
            indices: Vec::new(),
            limits: Vec::new(),
            asked: Vec::new(),
            copied: Vec::new(),
            bounds: Vec::new(),
            stores_elements: false,
        }
    }

    /// Copies all turns; what the parameters get at the end of the last one.
    fn copy_all(&mut self) -> Option<Vec<Ref>> {
        let turn = self.turn;
        let mut values = Vec::new();
        for number in 0..TURNS {
            for r in &turn.needed {
                let ins = *self.region.get(*r);
                let proof = if ins.op == IrOp::CLOAD { ins.b } else { Ref::NONE };
                let mut wanted = ins.operands().filter(|operand| *operand != proof);
                if !wanted.all(|r| self.has(r)) {
                    return None;
                }
                self.copy(*r, &ins, number)?;
            }
            if !turn.values.iter().all(|value| self.has(*value)) {
                return None;
            }
            // What the next turn begins with.
            values = turn.values.iter().map(|value| self.plain_value(*value)).collect::<Option<_>>()?;
            self.copies = turn.params.iter().map(|(_, param)| *param).zip(values.iter().copied()).collect();
            self.behind.clear();
        }
        self.ask_for_indices();
        self.stores_elements.then_some(values)
    }

    /// Whether there is something that stands for a value: what is in the loop, and not copied, nobody may ask for.
    fn has(&self, r: Ref) -> bool {
        self.copies.contains_key(&r) || !self.turn.inside.contains(&r)
    }

    fn value(&self, r: Ref) -> Ref {
        self.copies.get(&r).copied().unwrap_or(r)
    }

    /// What stands for a value that is no address of its own.
    fn plain_value(&self, r: Ref) -> Option<Ref> {
        (!self.behind.contains_key(&r)).then(|| self.value(r))
    }

    fn sum(&self, r: Ref) -> Sum {
        let r = self.value(r);
        self.sums.get(&r).copied().unwrap_or((r, 0))
    }

    /// The integer that a sum is.
    fn integer(&mut self, (from, add): Sum) -> Ref {
        if add == 0 {
            return from;
        }
        if let Some(made) = self.made.get(&(from, add)) {
            return *made;
        }
        let constant = self.region.constant(IrOp::KINT, Ty::Int, add as u64);
        let made = self.region.push(Ins::new(IrOp::IADD, Ty::Int).a(from).b(constant));
        self.sums.insert(made, (from, add));
        self.made.insert((from, add), made);
        // It may be asked for in advance.
        self.asked.push(made);
        made
    }

    fn push(&mut self, ins: Ins) -> Ref {
        let r = self.region.push(ins);
        self.copied.push(r);
        r
    }

    fn copy(&mut self, r: Ref, ins: &Ins, turn: i64) -> Option<()> {
        let copy = match ins.op {
            op if op.kind() == Kind::Guard => return self.ask(ins, turn),
            IrOp::RNEXT | IrOp::RSTEP if self.turn.row.is_none_or(|(_, cursor)| ins.a != cursor) => {
                return None;
            }
            IrOp::RNEXT => self.next_row?,
            IrOp::RSTEP => {
                let next = self.value(ins.b);
                self.next_row = Some(next);
                if turn == TURNS - 1 {
                    self.push(ins.b(next));
                }
                return Some(());
            }
            IrOp::IADD if self.region.get(ins.b).op == IrOp::KINT => {
                let (from, add) = self.sum(ins.a);
                let by = self.region.get(ins.b).imm as i64;
                if self.is_counted(from) {
                    self.integer((from, add.checked_add(by)?))
                } else {
                    let a = self.value(ins.a);
                    self.push(ins.a(a))
                }
            }
            IrOp::ADDR if ins.b == Ref::NONE => {
                let behind = self.behind.get(&ins.a).copied().unwrap_or(0).checked_add(ins.imm)?;
                (behind < FARTHEST).then(|| self.behind.insert(r, behind))?;
                self.value(ins.a)
            }
            IrOp::ADDR => {
                let (base, (from, index)) = (self.plain_value(ins.a)?, self.sum(ins.b));
                match self.elements.get(&(base, ins.imm, from)) {
                    Some((address, first)) => {
                        let behind = u64::try_from(index - first).ok()?.checked_mul(ins.imm)?;
                        if behind > 0 {
                            (behind < FARTHEST).then(|| self.behind.insert(r, behind))?;
                        }
                        *address
                    }
                    None => {
                        let at = self.integer((from, index));
                        let address = self.push(ins.a(base).b(at));
                        self.elements.insert((base, ins.imm, from), (address, index));
                        address
                    }
                }
            }
            IrOp::TSTORE => return self.store_tick(ins),
            IrOp::CLOAD | IrOp::CSTORE => {
                let behind = self.behind.get(&ins.a).copied().unwrap_or(0);
                let is_load = ins.op == IrOp::CLOAD;
                self.stores_elements |= !is_load && turn > 0 && behind > 0;
                let b = if is_load { Ref::NONE } else { self.plain_value(ins.b)? };
                let is_near = u64::from(ins.imm as u32) < FARTHEST;
                is_near.then(|| self.push(ins.a(self.value(ins.a)).b(b).imm(ins.imm + behind)))?
            }
            op if is_plain(op) => {
                let [a, b] = [ins.a, ins.b].map(|operand| self.value(operand));
                self.push(ins.a(a).b(b))
            }
            _ => return None,
        };
        self.copies.insert(r, copy);
        Some(())
    }

    /// Nobody reads change ticks in a loop: two side by side are stored where the first is.
    fn store_tick(&mut self, ins: &Ins) -> Option<()> {
        let imm = ins.imm + self.behind.get(&ins.a).copied().unwrap_or(0);
        let (place, tick) = (self.value(ins.a), self.plain_value(ins.b)?);
        let in_front = Ins { a: place, b: tick, imm: imm.wrapping_sub(TICK_SIZE), ..*ins };
        match self.copied.iter().rev().find(|r| *self.region.get(**r) == in_front) {
            Some(first) if self.is_before_loop(tick) => {
                let first = *first;
                let both = self.before_loop(Ins::new(IrOp::TPAIR, Ty::Int).a(tick));
                self.region.ins[first.index()] = Ins { op: IrOp::TSTORE2, b: both, ..in_front };
            }
            _ => drop(self.push(Ins { a: place, b: tick, imm, ..*ins })),
        }
        Some(())
    }

    /// Notes what a guard asks; it is asked for all turns in advance.
    fn ask(&mut self, ins: &Ins, turn: i64) -> Option<()> {
        if ins.op == IrOp::POLL {
            if turn == 0 {
                let poll = self.region.push(ins.snap(NO_SNAP));
                self.asked.insert(0, poll);
            }
            return Some(());
        }
        if ins.op.mem() == Mem::Pure && ins.operands().all(|r| self.is_before_loop(r)) {
            // A branch that goes the same way in all turns.
            if turn == 0 {
                self.ask_now(*ins);
            }
            return Some(());
        }
        let is_foreseen = ins.op == IrOp::GINDEX || matches!(ins.op, IrOp::GLE | IrOp::GLT) && ins.imm != 0;
        if !is_foreseen || self.region.ty(ins.a) != Ty::Int || self.region.ty(ins.b) != Ty::Int {
            return None;
        }
        let ((from, index), (bound, more)) = (self.sum(ins.a), self.sum(ins.b));
        if !self.is_counted(from) || more != 0 || !self.is_before_loop(bound) {
            return None;
        }
        if ins.op != IrOp::GINDEX {
            match self
                .limits
                .iter_mut()
                .find(|(op, (of, _), than)| (*op, *of, *than) == (ins.op, from, bound))
            {
                Some((_, (_, most), _)) => *most = index.max(*most),
                None => self.limits.push((ins.op, (from, index), bound)),
            }
            return Some(());
        }
        let Some(indices) = self.indices.iter_mut().find(|indices| indices.from == from) else {
            self.indices.push(Indices { from, first: index, below: vec![(index, bound)] });
            return Some(());
        };
        indices.first = indices.first.min(index);
        match indices.below.iter_mut().find(|(_, than)| *than == bound) {
            Some((most, _)) => *most = index.max(*most),
            None => indices.below.push((index, bound)),
        }
        Some(())
    }

    /// Asks for indices and limits: one question for all that are counted from the same integer, whose bounds are brought together before the loop.
    fn ask_for_indices(&mut self) {
        let mut all = std::mem::take(&mut self.indices);
        for (op, (from, last), bound) in std::mem::take(&mut self.limits) {
            let below = if op == IrOp::GLE { last - 1 } else { last };
            match all.iter_mut().find(|indices| indices.from == from && indices.first <= below) {
                Some(indices) => indices.below.push((below, bound)),
                None => {
                    let a = self.integer((from, last));
                    self.ask_now(Ins::new(op, Ty::Void).a(a).b(bound).imm(1));
                }
            }
        }
        for Indices { from, first, below } in all {
            let mut least: Option<Ref> = None;
            for (last, bound) in below {
                let rest = Ins::new(IrOp::SUBSAT, Ty::Int).a(bound).imm((last - first) as u64);
                let rest = self.before_loop(rest);
                least =
                    Some(least.map_or(rest, |least| {
                        self.before_loop(Ins::new(IrOp::MIN, Ty::Int).a(least).b(rest))
                    }));
            }
            let Some(bound) = least else { continue };
            let index = self.integer((from, first));
            self.ask_now(Ins::new(IrOp::GINDEX, Ty::Void).a(index).b(bound));
        }
    }

    fn before_loop(&mut self, ins: Ins) -> Ref {
        let r = self.region.push(ins);
        self.bounds.push(r);
        r
    }

    fn ask_now(&mut self, ins: Ins) {
        let guard = self.region.push(ins.snap(NO_SNAP));
        self.asked.push(guard);
    }

    /// Whether a value is the same in all turns, and known before the loop.
    fn is_before_loop(&self, r: Ref) -> bool {
        self.was_there(r) && !self.turn.params.iter().any(|(_, param)| *param == r)
    }

    /// Whether a value is known where the first turn begins: what the loop carries, or what was before it.
    fn is_counted(&self, r: Ref) -> bool {
        self.was_there(r) || self.turn.row.is_some_and(|(row, _)| row == r)
    }

    fn was_there(&self, r: Ref) -> bool {
        let is_old = r.index() < self.known && !self.turn.inside.contains(&r);
        is_old || self.region.get(r).is_constant()
    }
}
