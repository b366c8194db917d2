//! The interpreter's state, as a trace knows it before an instruction: frames, where the value of each slot is, what is made in exits.

use super::{Ref, Slot};
use crate::bytecode::Insn;
use crate::string::LuaString;
use crate::thread::{CallInfo, FrameKind};
use crate::value::{Gc, RawValue};

/// Where the value of a slot is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// It is this value.
    Value(Ref),
    /// It is in the slot.
    Memory,
}

/// A frame of a snapshot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FrameState {
    /// Register 0, as a slot.
    pub(crate) base: Slot,
    /// The instruction with which it goes on.
    pub(crate) pc: *const Insn,
    /// The constants of its code.
    pub(crate) constants: *const RawValue,
    /// How many extra arguments lie below it.
    pub(crate) varargs: u32,
    /// What it returns to: a call, or an instruction whose metamethod it is.
    pub(crate) kind: FrameKind,
    /// The frame of the `pcall` that has called it.
    pub(crate) catch: Option<Catch>,
}

impl FrameState {
    /// Its records, the lowest first, where slots are counted from stack index `base`: that of the `pcall` that has called it, and its own.
    pub(crate) fn records(&self, base: u32) -> impl Iterator<Item = CallInfo> + use<> {
        let own = CallInfo {
            pc: self.pc,
            constants: self.constants,
            base: base.wrapping_add_signed(self.base),
            varargs: self.varargs,
            kind: self.kind,
            flags: 0,
        };
        self.catch.map(|catch| catch.record(base)).into_iter().chain([own])
    }
}

/// The frame of a `pcall` or `xpcall`, where errors stop. It lies right below that of the function it has called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Catch {
    /// The first of its arguments, as a slot.
    pub(crate) base: Slot,
    /// The `FRAME_*` flags.
    pub(crate) flags: u16,
}

impl Catch {
    fn record(self, base: u32) -> CallInfo {
        CallInfo {
            pc: std::ptr::null(),
            constants: std::ptr::null(),
            base: base.wrapping_add_signed(self.base),
            varargs: 0,
            kind: FrameKind::Lua,
            flags: self.flags,
        }
    }
}

/// How many records frames take: each its own, and one for each `pcall`.
pub(crate) fn record_count(frames: &[FrameState]) -> usize {
    frames.len() + frames.iter().filter(|frame| frame.catch.is_some()).count()
}

/// A table that was made in a trace and that nobody else knows: what it has.
#[derive(Clone, Debug, Default)]
pub(crate) struct FreshTable {
    /// Room, as `NEWTABLE` says.
    pub(crate) hints: u32,
    /// Keys, in order.
    pub(crate) fields: Vec<(Gc<LuaString>, Ref)>,
    /// The elements, from 1 on.
    pub(crate) list: Vec<Ref>,
    pub(crate) meta: Option<Ref>,
}

impl FreshTable {
    /// All it has, as exits store it.
    pub(crate) fn values(&self) -> impl Iterator<Item = Ref> + '_ {
        let fields = self.fields.iter().map(|(_, value)| *value);
        fields.chain(self.list.iter().copied()).chain(self.meta)
    }
}

/// A C value that was made in a trace and that nobody else knows: its scalars, each with its offset, as in `CINIT`.
#[derive(Clone, Debug, Default)]
pub(crate) struct FreshValue {
    pub(crate) parts: Vec<(u64, Ref)>,
}

/// The interpreter's state before an instruction.
#[derive(Clone, Debug, Default)]
pub(crate) struct Snapshot {
    /// The frames, the one in which the region was entered first.
    pub(crate) frames: Vec<FrameState>,
    /// The slots that were read or changed so far, in order.
    pub(crate) slots: Vec<(Slot, Place)>,
    /// The slots whose value matters from here on, of those that may differ from what is on the stack; by `opt::settle`.
    pub(crate) restored: Vec<(Slot, Ref)>,
    /// The slots that matter, as a list of what the frames read or show.
    pub(crate) live: Vec<Slot>,
    /// The fresh tables among the values.
    pub(crate) tables: Vec<(Ref, FreshTable)>,
    /// The fresh C values among the values.
    pub(crate) made: Vec<(Ref, FreshValue)>,
    /// The top, where the next instruction takes values up to it.
    pub(crate) top: Option<Slot>,
    /// The interpreter leaves the slots below this one alone when it executes the instruction.
    pub(crate) kept_below: Slot,
    /// The instruction's place in its function, for listings.
    pub(crate) pc_index: u32,
    /// A side trace may begin here.
    pub(crate) may_grow: bool,
    /// The trace that does.
    pub(crate) side: Option<u32>,
    /// The frame in which the region was entered has returned: slots are counted from the one that it has returned to.
    pub(crate) has_returned: bool,
    /// A tail call has put another function in place of the one in which the region was entered.
    pub(crate) has_tail_called: bool,
}
