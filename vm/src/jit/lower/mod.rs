//! From a region to machine code, by way of Cranelift. Safe code: what is emitted rests on the recorder's guards, and on the layouts in `layout.rs`.
//!
//! A region is one function `fn(vm, runtime, base, frame) -> u64` (register 0, and the frame it runs in), which returns the number of the snapshot by which it was left. `ops.rs` lowers instructions; here are the blocks:
//! entry, preheader, header (see [`ir`](super::ir)), one for each side trace, and one, marked cold, for each snapshot: it
//! stores the values to restore in the buffer and returns. Optimising is not Cranelift's task (`opt_level=none`).

mod boxing;
mod calls;
mod cdata;
mod cold;
mod compiler;
mod doubles;
mod late;
mod layout;
mod leave;
mod lookup;
mod ops;
mod pairs;
mod rows;
mod wide;

pub(super) use compiler::{Compiler, is_supported};

use std::collections::HashMap;

use cranelift_codegen::ir::{Block, BlockArg, InstBuilder, MemFlagsData, SigRef, Type, Value, types};
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_frontend::FunctionBuilder;

use super::exit::buffer_places;
use super::helpers::Helper;
use super::ir::{ENTRY_SNAP, End, Ins, IrOp, OWN_SITE, Ref, Region, Slot, SnapId, Trace, Ty, called_site};
use super::memory::Code;
use super::opt::TURNS;
use super::{LINKED, NOT_ENTERED, STORED};

/// So many instructions of a function, or of a loop that is left in each turn, count as a turn of a loop.
const WORK_PER_TURN: usize = 10;

/// What it costs to leave an instruction to the interpreter, but for the slots, in instructions of a trace; nothing for those that are not.
pub(super) fn cost_of_leaving(op: IrOp) -> Option<usize> {
    match op {
        IrOp::EXEC => Some(12),
        IrOp::NATIVE => Some(8),
        _ => None,
    }
}

/// The machine type of a value.
fn clif_type(ty: Ty) -> Type {
    if ty == Ty::Num { types::F64 } else { types::I64 }
}

/// A region on its way.
struct Lowering<'r> {
    region: &'r Region,
    /// Where the runtime is.
    runtime: Value,
    interrupt: usize,
    isa: &'r OwnedTargetIsa,
    b: FunctionBuilder<'r>,
    vm: Value,
    /// Register 0, and the frame in which it runs; what the runtime and the VM have may be those of a caller, if frames are made late.
    base: Value,
    frame: Value,
    values: Vec<Option<Value>>,
    /// What only exits want, who compute it themselves.
    is_cold: Vec<bool>,
    /// What may be a NaN that does not go into a Lua value as it is.
    is_foreign: Vec<bool>,
    /// What is loaded as a double, though it is a Lua value.
    is_loaded: Vec<bool>,
    /// The slots before the loop.
    before: HashMap<Ref, Value>,
    /// The slots that the header has as parameters.
    inside: HashMap<Ref, Value>,
    in_loop: bool,
    /// Doubles, made once.
    constants: HashMap<u64, Value>,
    /// What is of single precision, in that form, where it was computed.
    singles: HashMap<Ref, Value>,
    /// That of the load that was just lowered.
    loaded_single: Option<Value>,
    /// Products of an index and a size that the trace has computed: elements of columns and rows have the same.
    offsets: HashMap<(Ref, u64), Value>,
    /// The row to come where a turn begins, and its cursor, if the loop carries it; memory has it as well.
    row: Option<(Ref, Ref)>,
    /// What is computed in pairs.
    pairs: pairs::Pairs,
    signatures: HashMap<Vec<u8>, SigRef>,
    /// The helpers that keep all registers, and their signatures.
    rare: &'r [(Helper, Code)],
    preserving: HashMap<usize, SigRef>,
    exits: HashMap<SnapId, Block>,
    /// Where a turn as it was recorded begins, while it is tried to take some at once.
    one_turn: Option<Block>,
    /// Exits to be filled, whether they lie in the loop, and how many turns have been taken.
    cold: Vec<(SnapId, Block, bool, Value)>,
    /// Traces to be lowered.
    sides: Vec<Side>,
    /// The values that slots are known to hold in memory, since they have been stored there.
    stored: HashMap<Slot, Ref>,
    /// Where inner loops begin: the block before each, and that of its turns.
    inner: Vec<Option<(Block, Block)>>,
    /// Inner loops to be lowered, with how many turns have been taken, as a parameter of the first block.
    entered: Vec<(u32, Value)>,
    /// How many turns have been taken.
    turns: Value,
    preheader: Block,
    header: Block,
    allocates: bool,
}

/// A trace to be lowered.
struct Side {
    trace: u32,
    block: Block,
    /// How many turns have been taken where it begins.
    turns: Value,
    /// What is known of slots there.
    stored: HashMap<Slot, Ref>,
}

impl<'r> Lowering<'r> {
    fn new(
        region: &'r Region,
        isa: &'r OwnedTargetIsa,
        builder: FunctionBuilder<'r>,
        interrupt: usize,
        rare: &'r [(Helper, Code)],
    ) -> Self {
        Lowering {
            region,
            runtime: Value::from_u32(0),
            interrupt,
            isa,
            b: builder,
            vm: Value::from_u32(0),
            base: Value::from_u32(0),
            frame: Value::from_u32(0),
            values: vec![None; region.ins.len()],
            is_cold: cold::find(region),
            is_foreign: doubles::find_foreign(region),
            is_loaded: doubles::find_loaded(region),
            before: HashMap::new(),
            inside: HashMap::new(),
            in_loop: false,
            constants: HashMap::new(),
            singles: HashMap::new(),
            loaded_single: None,
            offsets: HashMap::new(),
            row: region.carried_row(),
            pairs: pairs::Pairs::of(region),
            signatures: HashMap::new(),
            rare,
            preserving: HashMap::new(),
            exits: HashMap::new(),
            one_turn: None,
            cold: Vec::new(),
            sides: Vec::new(),
            stored: HashMap::new(),
            turns: Value::from_u32(0),
            inner: vec![None; region.inner.len()],
            entered: Vec::new(),
            preheader: Block::from_u32(0),
            header: Block::from_u32(0),
            allocates: false,
        }
    }
}

impl Lowering<'_> {
    fn flags() -> MemFlagsData {
        MemFlagsData::trusted()
    }

    fn run(mut self) {
        let region = self.region;
        let allocates = |r: &Ref| {
            use IrOp::{
                APPEND, CALL, CBOX, CLOSURE, CNEW, CONCAT, CREF, EXEC, NATIVE, NSET, PLACE, SHORT, TNEW, TSET,
            };
            let ins = region.get(*r);
            matches!(
                ins.op,
                SHORT
                    | CONCAT
                    | CLOSURE
                    | APPEND
                    | NSET
                    | TSET
                    | EXEC
                    | NATIVE
                    | TNEW
                    | PLACE
                    | CREF
                    | CNEW
                    | CBOX
            ) || ins.op == CALL && called_site(ins.imm) != OWN_SITE
        };
        self.allocates = region.traces.iter().flat_map(|trace| &trace.body).any(allocates);
        let entry = self.b.create_block();
        self.preheader = self.b.create_block();
        self.header = self.b.create_block();
        self.b.append_block_params_for_function_params(entry);
        self.b.switch_to_block(entry);
        let [vm, runtime, base, frame] = *self.b.block_params(entry) else {
            unreachable!("as of `CODE_ARGUMENTS`")
        };
        (self.vm, self.runtime, self.base, self.frame) = (vm, runtime, base, frame);
        if !region.is_function {
            self.make_constants();
        }
        let refused = self.b.create_block();
        let slots: Vec<(Slot, Ref)> =
            region.params.iter().copied().filter(|(slot, r)| self.needs_slot(*slot, *r)).collect();
        for (slot, r) in slots {
            let raw = self.load_slot(slot);
            let value = self.unboxed(raw, region.ty(r), refused);
            self.before.insert(r, value);
        }
        let mut arguments = self.slot_values(&region.preheader);
        let none = self.b.ins().iconst(types::I64, 0);
        arguments.push(BlockArg::Value(none));
        let preheader = self.preheader;
        self.b.ins().jump(preheader, &arguments);
        self.b.switch_to_block(refused);
        self.b.set_cold_block(refused);
        if region.makes_frames_late {
            self.store_frame_pc(ENTRY_SNAP);
        }
        self.leave(NOT_ENTERED);

        self.b.switch_to_block(preheader);
        for slot in &region.preheader {
            let r = region.param(*slot).expect("a slot that is changed has a parameter");
            let value = self.b.append_block_param(preheader, clif_type(region.ty(r)));
            self.before.insert(r, value);
        }
        self.turns = self.b.append_block_param(preheader, types::I64);
        for r in &region.hoisted {
            self.instruction(*r);
        }
        self.load_again();
        self.make_splats();
        let mut arguments = self.slot_values(&region.header);
        arguments.push(BlockArg::Value(self.turns));
        self.pass_row(None, &mut arguments);
        let header = self.header;
        self.b.ins().jump(header, &arguments);
        self.b.switch_to_block(header);
        for slot in &region.header {
            let r = region.param(*slot).expect("a slot that is changed has a parameter");
            let value = self.b.append_block_param(header, clif_type(region.ty(r)));
            self.inside.insert(r, value);
        }
        self.turns = self.b.append_block_param(header, types::I64);
        self.take_row(header);
        self.in_loop = true;
        self.unrolled(None);
        self.trace(0);
        loop {
            if let Some(side) = self.sides.pop() {
                self.b.switch_to_block(side.block);
                (self.turns, self.stored) = (side.turns, side.stored);
                self.trace(side.trace as usize);
            } else if let Some((inner, turns)) = self.entered.pop() {
                self.turns = turns;
                self.inner_loop(inner);
            } else {
                break;
            }
        }
        for (snap, block, in_loop, turns) in std::mem::take(&mut self.cold) {
            self.stored.clear();
            (self.in_loop, self.turns) = (in_loop, turns);
            self.b.switch_to_block(block);
            self.b.set_cold_block(block);
            self.store_turns();
            if self.is_at_hand(snap) {
                self.store_in_slots(snap);
                self.store_frame_pc(snap);
                let answer = self.word(u64::from(STORED) << 32 | u64::from(snap));
                self.leave_with(answer);
            } else {
                self.store_snapshot(snap);
                self.leave(snap);
            }
        }
        self.b.seal_all_blocks();
        let config = self.isa.frontend_config();
        self.b.finalize(config);
    }

    /// Numbers that the loop does not change are loaded behind a call in the preheader, not kept over it: no register holds them there.
    fn load_again(&mut self) {
        let region = self.region;
        if !region.hoisted.iter().any(|r| region.get(*r).op == IrOp::ROWS) {
            return;
        }
        for (slot, r) in &region.params {
            if region.ty(*r) == Ty::Num && !region.preheader.contains(slot) && self.before.contains_key(r) {
                let raw = self.load_slot(*slot);
                let value = self.b.ins().bitcast(types::F64, MemFlagsData::new(), raw);
                self.before.insert(*r, value);
            }
        }
    }

    /// Whether anything uses the value of a slot, or relies on its type.
    fn needs_slot(&self, slot: Slot, r: Ref) -> bool {
        let region = self.region;
        region.ty(r) != Ty::Any
            || region.preheader.contains(&slot)
            || region.snaps.iter().any(|snap| snap.restored.iter().any(|(_, value)| *value == r))
            || region.bodies().any(|used| region.get(used).operands().any(|operand| operand == r))
            || region.passed().any(|value| value == r)
    }

    fn slot_values(&self, slots: &[Slot]) -> Vec<BlockArg> {
        let value = |slot: &Slot| {
            let r = self.region.param(*slot).expect("a slot that is changed has a parameter");
            BlockArg::Value(self.before[&r])
        };
        slots.iter().map(value).collect()
    }

    fn trace(&mut self, number: usize) {
        let region = self.region;
        let trace = &region.traces[number];
        self.offsets.clear();
        for r in &trace.body {
            self.instruction(*r);
        }
        match &trace.end {
            End::Link(snap, site)
                if self.makes_nothing(*snap) && region.snaps[*snap as usize].top.is_none() =>
            {
                self.store_in_slots(*snap);
                self.call_linked(*snap, *site);
                self.store_turns();
                let result = self.word(u64::from(*snap) << 32 | u64::from(LINKED));
                self.b.ins().return_(&[result]);
            }
            End::Exit(snap) | End::Link(snap, _) | End::Return(snap, _) => {
                let work = (self.work(number) / WORK_PER_TURN) as i64;
                if !region.has_turns() && work > 0 {
                    // By which to tell whether it pays.
                    self.turns = self.b.ins().iadd_imm_s(self.turns, work);
                }
                if let End::Return(snap, values) = &trace.end {
                    return self.return_to_compiled(*snap, values);
                }
                // Another trace may go on from there.
                let block = self.fail_block(*snap);
                self.b.ins().jump(block, &[]);
            }
            End::Enter(inner, values) => {
                let block = self.before_inner(*inner);
                let turns = self.b.ins().iadd_imm_s(self.turns, 1);
                self.jump_with(block, &region.inner[*inner as usize].passed, values, turns);
            }
            End::Again(inner, values) => {
                let (_, block) = self.inner[*inner as usize].expect("it has been entered");
                let turns = self.b.ins().iadd_imm_s(self.turns, 1);
                self.jump_with(block, &region.inner[*inner as usize].params, values, turns);
            }
            End::Loop(changes) => {
                // What only the root changes is all that the header has.
                let stays = !trace.rehoists && changes.iter().all(|(slot, _)| region.header.contains(slot));
                // One that is mostly work for the interpreter saves nothing.
                let turns = i64::from(self.work(number) > 0);
                self.go_round(&trace.body, changes, stays, turns);
            }
        }
    }

    /// Goes to the header, or the preheader, behind so many turns.
    fn go_round(&mut self, body: &[Ref], changes: &[(Slot, Ref)], stays: bool, turns: i64) {
        let region = self.region;
        let (block, slots) =
            if stays { (self.header, &region.header) } else { (self.preheader, &region.preheader) };
        let mut arguments = Vec::with_capacity(slots.len());
        for slot in slots {
            let param = region.param(*slot).expect("a slot that is changed has a parameter");
            let value = changes.iter().find(|(s, _)| s == slot).map_or(param, |(_, value)| *value);
            let value = self.value_as(value, region.ty(param));
            arguments.push(BlockArg::Value(value));
        }
        let turns = self.b.ins().iadd_imm_s(self.turns, turns);
        arguments.push(BlockArg::Value(turns));
        if stays {
            self.pass_row(Some(body), &mut arguments);
        }
        self.b.ins().jump(block, &arguments);
    }

    /// Where a turn of the region's loop begins, or of an inner one: some turns at once, if it has been unrolled. A turn as it was recorded is next where they cannot be taken.
    fn unrolled(&mut self, inner: Option<u32>) {
        let region = self.region;
        let all = inner.map_or(&region.unrolled, |inner| &region.inner[inner as usize].unrolled);
        let Some(unrolled) = all else { return };
        let one_turn = self.b.create_block();
        self.one_turn = Some(one_turn);
        self.offsets.clear();
        for r in &unrolled.body {
            self.instruction(*r);
        }
        let params = region.loop_params(inner);
        match inner {
            Some(inner) => {
                let (_, block) = self.inner[inner as usize].expect("it has been entered");
                let turns = self.b.ins().iadd_imm_s(self.turns, TURNS);
                self.jump_with(block, &params, &unrolled.values, turns);
            }
            None => {
                let changes: Vec<(Slot, Ref)> =
                    params.iter().zip(&unrolled.values).map(|((slot, _), value)| (*slot, *value)).collect();
                let turns = if self.work(0) > 0 { TURNS } else { 0 };
                self.go_round(&unrolled.body, &changes, true, turns);
            }
        }
        self.one_turn = None;
        self.b.switch_to_block(one_turn);
    }

    /// About how many instructions the way to the end of a trace saves the interpreter, without what it costs to leave others to it.
    fn work(&self, trace: usize) -> usize {
        let region = self.region;
        let Trace { begin, body, .. } = &region.traces[trace];
        let before = region.path(*begin).into_iter().map(|(parent, snap)| {
            let body = &region.traces[parent].body;
            let until = |r: &Ref| Some(region.get(*r).snap) == snap;
            &body[..body.iter().position(until).unwrap_or(body.len())]
        });
        let (mut all, mut lost) = (0, 0);
        for body in before.chain([body.as_slice()]) {
            all += body.len();
            let cost = |ins: &Ins| {
                cost_of_leaving(ins.op).map(|cost| cost + region.snaps[ins.snap as usize].restored.len())
            };
            lost += body.iter().filter_map(|r| cost(region.get(*r))).sum::<usize>();
        }
        all.saturating_sub(lost)
    }

    /// The block before an inner loop, which is lowered later.
    fn before_inner(&mut self, number: u32) -> Block {
        if let Some((before, _)) = self.inner[number as usize] {
            return before;
        }
        let (before, turning) = (self.b.create_block(), self.b.create_block());
        self.inner[number as usize] = Some((before, turning));
        let region = self.region;
        let inner = &region.inner[number as usize];
        for (block, params) in [(before, &inner.passed), (turning, &inner.params)] {
            for (_, phi) in params {
                let value = self.b.append_block_param(block, clif_type(region.ty(*phi)));
                self.values[phi.index()] = Some(value);
            }
        }
        let turns = self.b.append_block_param(before, types::I64);
        self.entered.push((number, turns));
        before
    }

    /// An inner loop, and the trace that begins in it.
    fn inner_loop(&mut self, number: u32) {
        let region = self.region;
        let (before, turning) = self.inner[number as usize].expect("it is entered");
        let inner = &region.inner[number as usize];
        self.b.switch_to_block(before);
        // It is entered from several traces.
        self.stored.clear();
        self.offsets.clear();
        for r in &inner.hoisted {
            self.instruction(*r);
        }
        let turns = self.b.append_block_param(turning, types::I64);
        self.jump_with(turning, &inner.params, &inner.initial, self.turns);
        let body = region.loop_body(Some(number)).expect("a loop that is entered has a trace");
        self.b.switch_to_block(turning);
        self.turns = turns;
        self.unrolled(Some(number));
        let block = self.b.current_block().expect("it begins, or goes on, in one");
        self.sides.push(Side { trace: body as u32, block, turns, stored: HashMap::new() });
    }

    fn jump_with(&mut self, block: Block, params: &[(Slot, Ref)], values: &[Ref], turns: Value) {
        let mut arguments = Vec::with_capacity(params.len() + 1);
        for ((_, phi), value) in params.iter().zip(values) {
            let value = self.value_as(*value, self.region.ty(*phi));
            arguments.push(BlockArg::Value(value));
        }
        arguments.push(BlockArg::Value(turns));
        self.b.ins().jump(block, &arguments);
    }

    /// A value of a type: constants are made to fit.
    fn value_as(&mut self, r: Ref, ty: Ty) -> Value {
        match (self.region.ty(r), ty) {
            (from, to) if from == to => self.value(r),
            (_, Ty::Any) => self.boxed(r),
            (Ty::Int, Ty::Num) => {
                let value = self.value(r);
                self.b.ins().fcvt_from_sint(types::F64, value)
            }
            (from, to) => unreachable!("a {from:?} where a {to:?} goes"),
        }
    }

    fn value(&mut self, r: Ref) -> Value {
        let ins = self.region.get(r);
        match ins.op {
            IrOp::KNUM => match self.constants.get(&ins.imm) {
                Some(value) => *value,
                None => self.b.ins().f64const(f64::from_bits(ins.imm)),
            },
            IrOp::KINT | IrOp::KPRI | IrOp::KSTR | IrOp::KTAB | IrOp::KWIDE => {
                self.b.ins().iconst(types::I64, ins.imm as i64)
            }
            IrOp::SLOT => match self.inside.get(&r).filter(|_| self.in_loop) {
                Some(value) => *value,
                None => self.before[&r],
            },
            _ => {
                let value = self.values[r.index()].expect("computed before it is used");
                if self.is_loaded[r.index()] { self.bits_of(value) } else { value }
            }
        }
    }

    /// Doubles are made once, before the loop: as many as there may be registers for.
    fn make_constants(&mut self) {
        let region = self.region;
        let bodies = region.traces.iter().flat_map(|trace| &trace.body);
        for r in bodies {
            for operand in region.get(*r).operands() {
                let ins = region.get(operand);
                if ins.op == IrOp::KNUM && self.constants.len() < 6 && !self.constants.contains_key(&ins.imm)
                {
                    let value = self.b.ins().f64const(f64::from_bits(ins.imm));
                    self.constants.insert(ins.imm, value);
                }
            }
        }
    }
}
