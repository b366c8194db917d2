//! The intermediate representation: typed instructions in single assignment form.
//!
//! A [`Region`] is a loop: the trace that was recorded first (the root), and traces that begin where others were left. All traces of a region share one
//! list of instructions; a trace is a list of references into it, in the order of execution, and an [`End`]. Where a trace is left, a guard names a
//! [`Snapshot`]; a trace that begins there goes on with the values the snapshot has. So the traces are a tree, and what is computed before
//! a trace begins dominates it: no value is ever passed on to it. Blocks with parameters are those where the loop begins:
//!
//! ```text
//! entry      loads the slots that any trace reads (SLOT), checks their types
//! preheader  parameters: the slots that some trace changes;   what was hoisted
//! header     parameters: the slots that the root changes;     the root ... side traces ...
//! ```
//!
//! A loop inside is two blocks with parameters too ([`InnerLoop`]), to which all that matters is passed: traces end there, and one begins. A loop with a region of its own
//! is linked to: the trace stores what matters in the stack's slots and leaves the region.
//!
//! A region may begin with a function instead of a loop: that may call itself (`CALL`), and such a trace ends where it returns ([`End::Return`]). Where otherwise the frame in which it was entered returns (`RETURN`), slots are counted from the caller's frame from then on.
//!
//! A trace that ends in the loop jumps to the header if it changes no slot but those that the root changes, and to the preheader otherwise; so does a side trace in
//! which the interpreter executes something, so that what was hoisted need not hold throughout it.
//!
//! A loop over elements may be unrolled ([`Unrolled`]): some turns at once are tried before a turn as it was recorded.
//!
//! Constants and `SLOT`s are in no trace. Types are those of machine values: a `Tab` is an address, an `Any` the eight bytes of a Lua value.
//!
//! To add an operation: a row in `ops.rs`, its lowering in `lower/ops.rs`, and who makes it (`record/`).

mod immediate;
mod ops;
mod overlap;
mod parse;
mod print;
mod snapshot;
#[cfg(any(test, debug_assertions))]
mod verify;

pub(crate) use immediate::{
    ColumnField, LaneField, OWN_SITE, VIRTUAL_REUSED, VIRTUAL_WRITABLE, WIDE_MASK, called_imm, called_site,
    closure_imm, closure_parts, head_mask, made_imm, native_imm, native_parts, reference_imm, rows_imm,
    virtual_kind, wanted_results, wide_head,
};
pub(crate) use ops::{IrOp, Kind, Mem, Ty, WideOp};
pub(crate) use overlap::{is_behind, may_overlap};
#[allow(unused_imports, reason = "tests of passes")]
pub(crate) use parse::parse;
pub(crate) use print::{print, print_instruction, print_snapshot};
pub(crate) use snapshot::{Catch, FrameState, FreshTable, FreshValue, Place, Snapshot, record_count};
#[cfg(any(test, debug_assertions))]
pub(crate) use verify::verify;

use std::collections::HashMap;
use std::fmt;

use crate::bytecode::Insn;
use crate::string::LuaString;
use crate::value::Gc;

/// An instruction of a region.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Ref(pub(crate) u32);

impl Ref {
    /// No operand.
    pub(crate) const NONE: Ref = Ref(u32::MAX);
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Debug for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Ref::NONE { f.write_str("-") } else { write!(f, "%{}", self.0) }
    }
}

/// The number of a snapshot of a region.
pub(crate) type SnapId = u32;
/// No snapshot.
pub(crate) const NO_SNAP: SnapId = u32::MAX;
/// The snapshot of the loop's beginning: nothing has changed.
pub(crate) const ENTRY_SNAP: SnapId = 0;

/// A stack slot, counted from register 0 of the frame in which the region is entered; its function is in slot -1.
pub(crate) type Slot = i32;

/// An instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Ins {
    pub(crate) op: IrOp,
    pub(crate) ty: Ty,
    pub(crate) a: Ref,
    pub(crate) b: Ref,
    pub(crate) c: Ref,
    pub(crate) imm: u64,
    /// Where a guard leaves.
    pub(crate) snap: SnapId,
}

impl Ins {
    pub(crate) fn new(op: IrOp, ty: Ty) -> Ins {
        Ins { op, ty, a: Ref::NONE, b: Ref::NONE, c: Ref::NONE, imm: 0, snap: NO_SNAP }
    }
    pub(crate) fn a(self, a: Ref) -> Ins {
        Ins { a, ..self }
    }
    pub(crate) fn b(self, b: Ref) -> Ins {
        Ins { b, ..self }
    }
    pub(crate) fn c(self, c: Ref) -> Ins {
        Ins { c, ..self }
    }
    pub(crate) fn imm(self, imm: u64) -> Ins {
        Ins { imm, ..self }
    }
    pub(crate) fn snap(self, snap: SnapId) -> Ins {
        Ins { snap, ..self }
    }
    pub(crate) fn operands(&self) -> impl Iterator<Item = Ref> + use<> {
        [self.a, self.b, self.c].into_iter().filter(|r| *r != Ref::NONE)
    }
    /// What tells it from others that give something else: proofs and snapshots do not.
    pub(crate) fn identity(&self) -> Ins {
        let mut identity = Ins { snap: NO_SNAP, ..*self };
        match self.op {
            IrOp::HLOAD
            | IrOp::FUPV
            | IrOp::FENV
            | IrOp::CLOAD
            | IrOp::CDATA
            | IrOp::CTICK
            | IrOp::COLUMN
            | IrOp::CCOUNT
            | IrOp::CEPOCH
            | IrOp::RENTITY
            | IrOp::ROWS => identity.b = Ref::NONE,
            IrOp::ALOAD | IrOp::CBOUND => identity.c = Ref::NONE,
            _ => {}
        }
        identity
    }
    /// Whether it is a view that is made, or brought up to date, once somebody looks.
    pub(crate) fn is_virtual(&self) -> bool {
        matches!(self.op, IrOp::SHOWN | IrOp::PART)
    }
    pub(crate) fn is_constant(&self) -> bool {
        matches!(self.op, IrOp::KNUM | IrOp::KINT | IrOp::KPRI | IrOp::KSTR | IrOp::KTAB | IrOp::KWIDE)
    }
}

/// How a trace ends.
#[derive(Clone, Debug)]
pub(crate) enum End {
    /// At the loop's beginning: the slots it changes, and their values.
    Loop(Vec<(Slot, Ref)>),
    /// At the beginning of an inner loop, which it enters with values for what is passed to it.
    Enter(u32, Vec<Ref>),
    /// At the beginning of an inner loop it is in: what the loop's parameters get.
    Again(u32, Vec<Ref>),
    /// In the interpreter.
    Exit(SnapId),
    /// At the beginning of another region's loop, by the number of its site.
    Link(SnapId, u32),
    /// The function that the region begins with returns these values; where nobody but the interpreter waits for them, it does so from the snapshot.
    Return(SnapId, Vec<Ref>),
}

/// Where a trace begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begin {
    /// At the loop's beginning.
    Root,
    /// Where another one is left.
    At(SnapId),
    /// Where an inner loop begins.
    Inner(u32),
}

/// A loop inside the region's loop: two blocks with parameters, one before it and one where each turn begins.
///
/// All that it needs to know is passed to it, so that every trace that comes there may enter it, and what follows it is recorded once. Only one that is private
/// (a view that is no object cannot be passed) knows what the trace has computed that enters it.
#[derive(Clone, Debug)]
pub(crate) struct InnerLoop {
    /// The instruction it begins with.
    pub(crate) header: *const Insn,
    /// Its back-edge.
    pub(crate) back_edge: *const Insn,
    pub(crate) is_private: bool,
    /// What is passed to it: the slots, and the `PHI` of each. Nothing to one that is private.
    pub(crate) passed: Vec<(Slot, Ref)>,
    /// What is different in each turn: the slots, and the `PHI` of each.
    pub(crate) params: Vec<(Slot, Ref)>,
    /// What they are at first.
    pub(crate) initial: Vec<Ref>,
    /// The state before the first turn.
    pub(crate) snap: SnapId,
    /// Where the value of each slot is, from slot -1 on, when a turn begins.
    pub(crate) places: Vec<Option<Place>>,
    /// What runs before it; by `opt::hoist`.
    pub(crate) hoisted: Vec<Ref>,
    /// What runs in each turn before the trace that begins in it, and in place of it where it can; by `opt::unroll`.
    pub(crate) unrolled: Option<Unrolled>,
}

/// A trace.
#[derive(Clone, Debug)]
pub(crate) struct Trace {
    pub(crate) begin: Begin,
    pub(crate) body: Vec<Ref>,
    pub(crate) end: End,
    /// It goes to the preheader in any case: what was hoisted is computed anew, and may depend on what this trace writes. By `opt::hoist`.
    pub(crate) rehoists: bool,
}

/// Some turns of a loop at once, without an exit among them. By `opt::unroll`.
#[derive(Clone, Debug)]
pub(crate) struct Unrolled {
    /// Guards come first, and have no snapshot: where they do not hold, a turn as it was recorded is next.
    pub(crate) body: Vec<Ref>,
    /// What the loop's parameters get: those of the header, or of an inner loop, in their order.
    pub(crate) values: Vec<Ref>,
}

/// A loop over rows whose back-edge is a region's header. Its variables are not carried from turn to turn: the cursor knows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RowLoop {
    /// Where its step is.
    pub(crate) slot: Slot,
    /// How many variables it has.
    pub(crate) count: u32,
    /// Those that are only indexed, a bit each.
    pub(crate) reused: u32,
}

impl RowLoop {
    /// Whether a slot holds one of its variables, or what the step takes to be the last entity and does not look at.
    pub(crate) fn has(&self, slot: Slot) -> bool {
        (self.slot + 2..self.slot + 3 + self.count as Slot).contains(&slot)
    }
}

/// A value that a loop's parameter is given, and the trace at whose end; none for the first value in an inner loop.
pub(crate) struct Given {
    pub(crate) param: Ref,
    pub(crate) value: Ref,
    pub(crate) trace: Option<usize>,
}

/// A loop. See the module.
#[derive(Clone, Debug, Default)]
pub(crate) struct Region {
    /// It begins where a function does.
    pub(crate) is_function: bool,
    /// The loop over rows that it is.
    pub(crate) rows: Option<RowLoop>,
    pub(crate) ins: Vec<Ins>,
    pub(crate) snaps: Vec<Snapshot>,
    pub(crate) traces: Vec<Trace>,
    /// The `SLOT` of each slot that has one.
    pub(crate) params: Vec<(Slot, Ref)>,
    /// The slots that the root changes; by `opt::settle`.
    pub(crate) header: Vec<Slot>,
    /// The slots that any trace changes; by `opt::settle`.
    pub(crate) preheader: Vec<Slot>,
    /// The tables (`TNEW`), references (`CREF`) and C values (`CNEW`) that only exits make; by `opt::sink`.
    pub(crate) sunk: Vec<Ref>,
    /// What runs before the loop; by `opt::hoist`.
    pub(crate) hoisted: Vec<Ref>,
    /// What runs in each turn before the root, and in place of it where it can; by `opt::unroll`.
    pub(crate) unrolled: Option<Unrolled>,
    /// Loops inside.
    pub(crate) inner: Vec<InnerLoop>,
    /// How many slots above register 0 it may write.
    pub(crate) max_slots: u32,
    /// Nobody gets to see its frames while it runs: they are made when it is left; by `opt::late`.
    pub(crate) makes_frames_late: bool,
    /// Where the regions of the sites are found that it links to or calls.
    pub(crate) entrances: Vec<(u32, usize)>,
    /// Where the fields of tables go that it makes (`TNEW`), as far as that is known; when it is compiled.
    pub(crate) layouts: HashMap<Ref, Layout>,
}

/// Where the fields of a fresh table go.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    /// Its room, as `NEWTABLE` says it: there is enough for the fields.
    pub(crate) hints: u32,
    /// The fields it gets in the trace that makes it, by slot.
    pub(crate) fields: Vec<Placed>,
}

impl Layout {
    /// The shape of the table that has these fields, if they are the first it gets.
    pub(crate) fn shape_of<T>(&self, fields: &[(Gc<LuaString>, T)]) -> Option<u32> {
        let first = self.fields.get(..fields.len())?;
        let is_so = fields.iter().zip(first).all(|((key, _), known)| key.as_ptr() as u64 == known.key);
        first.last().filter(|_| is_so).map(|last| last.shape)
    }
}

/// A field of a fresh table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placed {
    /// The `TINIT` by which the table gets it.
    pub(crate) by: Ref,
    /// The address of its key.
    pub(crate) key: u64,
    /// The shape of the table that has it, and those before it.
    pub(crate) shape: u32,
}

impl Region {
    pub(crate) fn get(&self, r: Ref) -> &Ins {
        &self.ins[r.index()]
    }
    pub(crate) fn ty(&self, r: Ref) -> Ty {
        self.ins[r.index()].ty
    }
    pub(crate) fn param(&self, slot: Slot) -> Option<Ref> {
        self.params.iter().find(|(s, _)| *s == slot).map(|(_, r)| *r)
    }
    pub(crate) fn push(&mut self, ins: Ins) -> Ref {
        self.ins.push(ins);
        Ref(self.ins.len() as u32 - 1)
    }
    /// A constant, made once.
    pub(crate) fn constant(&mut self, op: IrOp, ty: Ty, imm: u64) -> Ref {
        let wanted = Ins::new(op, ty).imm(imm);
        match self.ins.iter().position(|ins| *ins == wanted) {
            Some(at) => Ref(at as u32),
            None => self.push(wanted),
        }
    }
    /// The `SLOT` of a slot, made with the type if there is none.
    pub(crate) fn slot(&mut self, slot: Slot, ty: Ty) -> Ref {
        if let Some(r) = self.param(slot) {
            return r;
        }
        let r = self.push(Ins::new(IrOp::SLOT, ty).imm(slot as i64 as u64));
        self.params.push((slot, r));
        r
    }
    /// The trace whose values another one may use.
    pub(crate) fn parent(&self, trace: usize) -> Option<usize> {
        self.before(self.traces[trace].begin).map(|(trace, _)| trace)
    }
    /// The trace that leads to a beginning, with the snapshot by which it is left; no snapshot where it enters a private loop.
    fn before(&self, begin: Begin) -> Option<(usize, Option<SnapId>)> {
        match begin {
            Begin::Root => None,
            Begin::At(snap) => self.owner(snap).map(|trace| (trace, Some(snap))),
            Begin::Inner(inner) if self.inner[inner as usize].is_private => {
                self.entrances(inner).next().map(|trace| (trace, None))
            }
            Begin::Inner(_) => None,
        }
    }
    /// The traces that enter an inner loop.
    pub(crate) fn entrances(&self, inner: u32) -> impl Iterator<Item = usize> + '_ {
        let enters =
            move |trace: &usize| matches!(&self.traces[*trace].end, End::Enter(other, _) if *other == inner);
        (0..self.traces.len()).filter(enters)
    }
    /// The traces that lead to a beginning, the first one first, each with the snapshot by which it is left; none where it enters a private loop.
    pub(crate) fn path(&self, begin: Begin) -> Vec<(usize, Option<SnapId>)> {
        let steps =
            std::iter::successors(self.before(begin), |(trace, _)| self.before(self.traces[*trace].begin));
        let mut path: Vec<_> = steps.collect();
        path.reverse();
        path
    }
    /// The inner loops that a beginning is in and may go round, the innermost first.
    pub(crate) fn enclosing(&self, begin: Begin) -> Vec<u32> {
        let on_the_way = self.path(begin).into_iter().map(|(trace, _)| self.traces[trace].begin);
        let inner = |begin| if let Begin::Inner(inner) = begin { Some(inner) } else { None };
        on_the_way.chain([begin]).rev().filter_map(inner).collect()
    }
    /// Where the recording that was added last begins.
    pub(crate) fn last_parent(&self) -> Option<SnapId> {
        let begin =
            self.traces.iter().rev().map(|trace| trace.begin).find(|begin| !matches!(begin, Begin::Inner(_)));
        match begin {
            Some(Begin::At(snap)) => Some(snap),
            _ => None,
        }
    }
    /// All instructions but constants, slots and parameters.
    pub(crate) fn bodies(&self) -> impl Iterator<Item = Ref> + '_ {
        let hoisted = self.hoisted.iter().chain(self.inner.iter().flat_map(|inner| &inner.hoisted));
        let unrolled = self.unrolled().flat_map(|(_, unrolled)| &unrolled.body);
        self.traces.iter().flat_map(|trace| &trace.body).chain(hoisted).chain(unrolled).copied()
    }
    /// The values that traces pass on to where they end.
    pub(crate) fn passed(&self) -> impl Iterator<Item = Ref> + '_ {
        let changed = (0..self.traces.len()).flat_map(|trace| self.changes(trace));
        let changed = changed.map(|(_, r)| *r);
        let changed =
            changed.chain(self.unrolled().flat_map(|(_, unrolled)| unrolled.values.iter().copied()));
        let again = self.traces.iter().flat_map(|trace| match &trace.end {
            End::Again(_, values) | End::Enter(_, values) | End::Return(_, values) => values.as_slice(),
            _ => &[],
        });
        changed.chain(again.copied()).chain(self.inner.iter().flat_map(|inner| &inner.initial).copied())
    }
    /// All that its loops' parameters are given, but for what the region is entered with.
    pub(crate) fn given(&self) -> Vec<Given> {
        let mut all = Vec::new();
        for inner in &self.inner {
            let first = inner.params.iter().zip(&inner.initial);
            all.extend(first.map(|((_, param), value)| Given { param: *param, value: *value, trace: None }));
        }
        for (number, trace) in self.traces.iter().enumerate() {
            let mut give = |param: Ref, value: Ref| all.push(Given { param, value, trace: Some(number) });
            match &trace.end {
                End::Loop(values) => {
                    for (slot, value) in values {
                        self.param(*slot).into_iter().for_each(|param| give(param, *value));
                    }
                }
                End::Enter(inner, values) => {
                    let params = &self.inner[*inner as usize].passed;
                    params.iter().zip(values).for_each(|((_, param), value)| give(*param, *value));
                }
                End::Again(inner, values) => {
                    let params = &self.inner[*inner as usize].params;
                    params.iter().zip(values).for_each(|((_, param), value)| give(*param, *value));
                }
                End::Exit(_) | End::Link(..) | End::Return(..) => {}
            }
        }
        for (inner, unrolled) in self.unrolled() {
            let params = self.loop_params(inner).into_iter().zip(&unrolled.values);
            let trace = self.loop_body(inner);
            all.extend(params.map(|((_, param), value)| Given { param, value: *value, trace }));
        }
        all
    }
    /// What is unrolled, and of which inner loop, if it is not the region's.
    pub(crate) fn unrolled(&self) -> impl Iterator<Item = (Option<u32>, &Unrolled)> {
        let inner = (0..).zip(&self.inner).map(|(number, inner)| (Some(number), &inner.unrolled));
        let all = std::iter::once((None, &self.unrolled)).chain(inner);
        all.filter_map(|(number, unrolled)| Some((number, unrolled.as_ref()?)))
    }
    /// The parameters of the header, or of an inner loop.
    pub(crate) fn loop_params(&self, inner: Option<u32>) -> Vec<(Slot, Ref)> {
        match inner {
            Some(inner) => self.inner[inner as usize].params.clone(),
            None => {
                let param = |slot: &Slot| self.param(*slot).expect("a slot that is changed has a parameter");
                self.header.iter().map(|slot| (*slot, param(slot))).collect()
            }
        }
    }
    /// The trace that begins where a turn of the region's loop does, or of an inner one.
    pub(crate) fn loop_body(&self, inner: Option<u32>) -> Option<usize> {
        let begin = inner.map_or(Begin::Root, Begin::Inner);
        self.traces.iter().position(|trace| trace.begin == begin)
    }
    /// The row to come as the root reads it first, and its cursor, if that is known before the loop: it is carried from turn to turn.
    pub(crate) fn carried_row(&self) -> Option<(Ref, Ref)> {
        let moves = |r: &&Ref| {
            let op = self.get(**r).op;
            op == IrOp::RNEXT || op == IrOp::RSTEP || op.kind() == Kind::Call
        };
        let first = *self.traces.first()?.body.iter().find(moves)?;
        let ins = self.get(first);
        (ins.op == IrOp::RNEXT && self.hoisted.contains(&ins.a)).then_some((first, ins.a))
    }
    /// Whether it goes round. A function does not, nor a loop that is left in each turn: what they do is counted instead (`lower::WORK_PER_TURN`).
    pub(crate) fn has_turns(&self) -> bool {
        !self.is_function && !matches!(self.traces[0].end, End::Exit(_))
    }
    /// The sites whose regions it links to or calls.
    pub(crate) fn linked_sites(&self) -> impl Iterator<Item = u32> + '_ {
        let linked = self.traces.iter().filter_map(|trace| match trace.end {
            End::Link(_, site) => Some(site),
            _ => None,
        });
        let calls = self.bodies().map(|r| self.get(r)).filter(|ins| ins.op == IrOp::CALL);
        linked.chain(calls.map(|ins| called_site(ins.imm)))
    }
    /// The trace that may leave by a snapshot.
    pub(crate) fn owner(&self, snap: SnapId) -> Option<usize> {
        let leaves = |trace: &Trace| {
            matches!(trace.end, End::Return(last, _) | End::Exit(last) if last == snap)
                || trace.body.iter().any(|r| self.get(*r).snap == snap)
        };
        self.traces.iter().position(leaves)
    }
    /// The values that a snapshot restores, those in objects that are made there included.
    pub(crate) fn values_of(&self, snap: SnapId) -> impl Iterator<Item = Ref> + '_ {
        let snap = &self.snaps[snap as usize];
        let is_restored = |object: Ref| snap.restored.iter().any(|(_, r)| *r == object);
        let tables = snap.tables.iter().filter(move |(table, _)| is_restored(*table));
        let made = snap.made.iter().filter(move |(value, _)| is_restored(*value));
        let parts = made.flat_map(|(_, value)| value.parts.iter().map(|(_, part)| *part));
        let values = snap.restored.iter().map(|(_, r)| *r);
        values.chain(tables.flat_map(|(_, table)| table.values())).chain(parts)
    }
    /// A table that only exits make, as a snapshot has it.
    pub(crate) fn sunk_table(&self, snap: SnapId, r: Ref) -> Option<&FreshTable> {
        if !self.sunk.contains(&r) {
            return None;
        }
        self.snaps[snap as usize].tables.iter().find(|(table, _)| *table == r).map(|(_, table)| table)
    }
    /// A C value that only exits make, as a snapshot has it.
    pub(crate) fn sunk_value(&self, snap: SnapId, r: Ref) -> Option<&FreshValue> {
        if !self.sunk.contains(&r) {
            return None;
        }
        self.snaps[snap as usize].made.iter().find(|(value, _)| *value == r).map(|(_, value)| value)
    }
    /// Puts other values in place of some, wherever they are named.
    pub(crate) fn replace(&mut self, instead: &HashMap<Ref, Ref>) {
        if instead.is_empty() {
            return;
        }
        let put = |r: &mut Ref| {
            while let Some(other) = instead.get(r) {
                *r = *other;
            }
        };
        for ins in &mut self.ins {
            put(&mut ins.a);
            put(&mut ins.b);
            put(&mut ins.c);
        }
        for snap in &mut self.snaps {
            snap.restored.iter_mut().for_each(|(_, r)| put(r));
            for (_, place) in &mut snap.slots {
                if let Place::Value(r) = place {
                    put(r);
                }
            }
            for (_, table) in &mut snap.tables {
                table.fields.iter_mut().for_each(|(_, r)| put(r));
                table.list.iter_mut().for_each(&put);
                table.meta.iter_mut().for_each(&put);
            }
            for (_, value) in &mut snap.made {
                value.parts.iter_mut().for_each(|(_, r)| put(r));
            }
        }
        for inner in &mut self.inner {
            inner.initial.iter_mut().for_each(&put);
        }
        for trace in &mut self.traces {
            match &mut trace.end {
                End::Loop(values) => values.iter_mut().for_each(|(_, r)| put(r)),
                End::Enter(_, values) | End::Again(_, values) | End::Return(_, values) => {
                    values.iter_mut().for_each(&put);
                }
                End::Exit(_) | End::Link(..) => {}
            }
        }
    }
    /// The slots, each with its value, that a trace's end changes; none for one that leaves.
    pub(crate) fn changes(&self, trace: usize) -> &[(Slot, Ref)] {
        match &self.traces[trace].end {
            End::Loop(values) => values,
            End::Exit(_) | End::Link(..) | End::Enter(..) | End::Again(..) | End::Return(..) => &[],
        }
    }
}
