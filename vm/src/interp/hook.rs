//! Hooks and the instruction limit: what happens before an instruction when somebody looks on.
//!
//! Nothing of this costs anything while nobody does: the VM's handler table is exchanged for one in which every opcode has the same handler
//! (`dispatch.rs`, `watched`). That handler counts down [`Watch::left`]; at zero [`before`] finds out what is due, calls the hook, and the
//! opcode's own handler follows. A hook of lines, calls or returns wants every instruction, so it leaves the count at one.
//!
//! Events are LuaJIT's: `count` and `line` before an instruction, `return` before one that returns, `call` when a function has its frame and has
//! not begun. Natives' returns are not reported, and a tail call is a call. The hook is one for all coroutines, and while it runs no
//! other event is raised. Which line is new depends on the instruction before, which is remembered per entry of the interpreter and per
//! coroutine: LuaJIT has it in its C frames.

use crate::bytecode::{Insn, Op};
use crate::interp::slow::{call, iterate};
use crate::interp::{Go, SlowFn};
use crate::value::RawValue;
use crate::vm::{Raised, Vm};

/// Which events a hook is called for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Events {
    pub(crate) calls: bool,
    pub(crate) returns: bool,
    pub(crate) lines: bool,
    /// Every so many instructions; 0 and less: never.
    pub(crate) count: i32,
}

impl Events {
    fn any(self) -> bool {
        self.each() || self.count > 0
    }

    /// How many instructions lie between two `count` events.
    fn interval(self) -> u32 {
        u32::try_from(self.count).unwrap_or(0)
    }

    /// Whether every instruction has to be looked at.
    fn each(self) -> bool {
        self.calls || self.returns || self.lines
    }
}

/// What is watched, and how far the counts are.
pub(crate) struct Watch {
    /// How many instructions from now `before` is asked again.
    pub(crate) left: u64,
    /// `before` has let the instruction pass.
    pub(crate) passed: bool,
    events: Events,
    /// How many instructions are left until the next `count`.
    count_left: u32,
    /// The hook runs.
    in_hook: bool,
    /// Where the last instruction that was looked at ends, by how deep entries of the interpreter and coroutines are nested. Never followed.
    last: Vec<*const Insn>,
    /// The most instructions a call from the host may take.
    limit: Option<u64>,
    /// How many of them are left.
    fuel: u64,
    /// What `left` was when it was set last.
    interval: u64,
}

impl Watch {
    pub(crate) fn new() -> Watch {
        Watch {
            left: 0,
            passed: false,
            events: Events::default(),
            count_left: 0,
            in_hook: false,
            last: Vec::new(),
            limit: None,
            fuel: 0,
            interval: 0,
        }
    }

    /// The events the hook is called for.
    pub(crate) fn events(&self) -> Events {
        self.events
    }

    /// Whether calls of natives have to be seen.
    #[inline(always)]
    pub(crate) fn sees_calls(&self) -> bool {
        self.events.calls
    }

    pub(crate) fn is_on(&self) -> bool {
        self.events.any() || self.limit.is_some()
    }

    /// Takes account of the instructions since the counter was set, and sets it anew.
    fn settle(&mut self) {
        let passed = self.interval - self.left;
        self.fuel = self.fuel.saturating_sub(passed);
        if !self.in_hook {
            self.count_left = self.count_left.saturating_sub(u32::try_from(passed).unwrap_or(u32::MAX));
        }
    }

    fn rewind(&mut self) {
        let mut next = u64::MAX;
        if self.limit.is_some() {
            next = next.min(self.fuel.max(1));
        }
        if !self.in_hook {
            if self.events.each() {
                next = 1;
            } else if self.events.count > 0 {
                next = next.min(u64::from(self.count_left.max(1)));
            }
        }
        self.left = next;
        self.interval = next;
    }
}

impl Vm {
    /// Has the hook, which is in the registry, called for these events from the next instruction on.
    pub(crate) fn watch_events(&mut self, events: Events) {
        self.watch.settle();
        self.watch.events = events;
        self.watch.last.clear();
        self.watch.count_left = events.interval();
        self.exchange_handlers();
    }

    /// Limits how many instructions a call from the host may take.
    pub(crate) fn limit_instructions(&mut self, limit: Option<u64>) {
        self.watch.settle();
        self.watch.limit = limit;
        self.watch.fuel = limit.unwrap_or(0);
        self.exchange_handlers();
    }

    /// The limit in force.
    pub(crate) fn instruction_limit(&self) -> Option<u64> {
        self.watch.limit
    }

    /// A call from the host begins: it has the whole of the limit.
    #[inline(always)]
    pub(crate) fn refuel(&mut self) {
        if let Some(limit) = self.watch.limit {
            self.watch.settle();
            self.watch.fuel = limit;
            self.watch.rewind();
        }
    }

    fn exchange_handlers(&mut self) {
        self.watch.rewind();
        self.compiled.recording = false;
        self.handlers = if self.watch.is_on() { super::watched_table() } else { super::handler_table() };
    }

    /// Calls the hook with an event; `line` for lines.
    fn call_hook(&mut self, event: &str, line: Option<u32>) -> Result<(), Raised> {
        let registry = self.heap.roots.registry.expect("a VM has a registry from its creation");
        let key = self.heap.intern(HOOK_KEY)?;
        let hook = registry.get_str(&self.heap, key);
        if !hook.is_function() {
            return Ok(());
        }
        let event = self.new_string(event.as_bytes())?;
        let line = line.map_or(RawValue::NIL, |line| f64::from(line).into());
        self.watch.in_hook = true;
        self.watch.rewind();
        let result = self.call(hook, &[event, line]);
        self.watch.settle();
        self.watch.in_hook = false;
        if matches!(result, Err(Raised::Interrupted)) {
            // A hook that had to be stopped would stop the host's next call too.
            self.watch.events = Events::default();
            self.exchange_handlers();
        }
        self.watch.rewind();
        let ret = result?;
        self.top = ret.first;
        Ok(())
    }

    /// The frame of a called function is on top, which has not begun.
    #[inline(always)]
    pub(super) fn hook_call(&mut self) -> Result<(), Raised> {
        if self.watch.sees_calls() { self.call_hook_for_call() } else { Ok(()) }
    }

    #[cold]
    #[inline(never)]
    fn call_hook_for_call(&mut self) -> Result<(), Raised> {
        if self.watch.in_hook {
            return Ok(());
        }
        let top = self.top;
        self.top = self.frame_limit();
        let outcome = self.call_hook("call", None);
        self.top = top;
        outcome
    }
}

/// Where the hook is in the registry.
pub(crate) const HOOK_KEY: &[u8] = b"_HOOK";

/// Before an instruction of the frame on top whose turn it is to be looked at; its `pc` is saved, behind the instruction.
pub(in crate::interp) fn before(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    vm.watch.settle();
    let pc = vm.frame().pc;
    if vm.watch.limit.is_some() && vm.watch.fuel == 0 {
        vm.watch.rewind();
        let limit = vm.watch.limit.unwrap_or_default();
        let _ = vm.error(format!("instruction limit of {limit} exceeded"));
        return Err(Raised::Interrupted);
    }
    if !vm.watch.in_hook && vm.watch.events.any() {
        let top = vm.top;
        let limit = vm.frame_limit();
        // Values up to the top lie above the registers.
        vm.top = if list_is_open(insn, pc) { limit.max(top) } else { limit };
        let outcome = raise_events(vm, insn, pc);
        vm.top = top;
        outcome?;
    }
    vm.watch.rewind();
    vm.watch.passed = true;
    Ok(Go::On)
}

/// Whether an instruction, before which the hook is called, or the one it stands before takes the values up to the top. `next` is behind it.
fn list_is_open(insn: Insn, next: *const Insn) -> bool {
    let (mut insn, mut next) = (insn, next);
    // Nothing else stands between the values and who takes them (bytecode/verify).
    while insn.op() == Op::CLOSEUP {
        // SAFETY: code does not end in a `CLOSEUP`.
        (insn, next) = unsafe { (*next, next.add(1)) };
    }
    matches!(insn.op(), Op::CALL | Op::TAILCALL | Op::RET | Op::SETLIST) && insn.b() == 0
}

fn raise_events(vm: &mut Vm, insn: Insn, pc: *const Insn) -> Result<(), Raised> {
    let events = vm.watch.events;
    let depth = (vm.native_depth + vm.coroutine_depth) as usize;
    vm.watch.last.resize(depth + 1, std::ptr::null());
    let last = std::mem::replace(&mut vm.watch.last[depth], pc);
    let Some(code) = vm.frame().code() else { return Ok(()) };
    // SAFETY: the frame keeps its code alive and in place.
    let code = unsafe { &*code.as_ptr() };
    let start = code.insns.as_ptr();
    // Both are behind their instruction.
    let index = (pc as usize - start as usize) / size_of::<Insn>() - 1;
    let last_index = (last as usize).checked_sub(start as usize).map(|bytes| bytes / size_of::<Insn>());
    let last_index =
        last_index.and_then(|index| index.checked_sub(1)).filter(|index| *index < code.insns.len());
    if events.count > 0 && vm.watch.count_left == 0 {
        vm.watch.count_left = events.interval();
        vm.call_hook("count", None)?;
    }
    if events.lines {
        let lines = &code.draft_proto().lines;
        let line_of = |index: usize| lines.get(index.saturating_sub(code.pc_bias as usize)).copied();
        let line = line_of(index);
        // A new line, a jump back, or another function.
        let is_new = last_index.is_none_or(|last| index <= last || line_of(last) != line);
        if let Some(line) = line.filter(|_| is_new) {
            vm.call_hook("line", Some(line))?;
        }
    }
    if events.returns && matches!(insn.op(), Op::RET | Op::RET0 | Op::RET1) {
        vm.call_hook("return", None)?;
    }
    Ok(())
}

/// The slow path that stands in for an opcode's handler while calls have to be seen: the handler would call natives without a frame.
pub(in crate::interp) fn seen_call(op: Op) -> Option<SlowFn> {
    match op {
        Op::CALL => Some(call::call_op),
        Op::TAILCALL => Some(call::tail_call_op),
        Op::ITERCALL => Some(iterate::seen_iterator),
        _ => None,
    }
}
