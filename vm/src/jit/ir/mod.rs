//! The intermediate representation: typed instructions in single assignment form.
//!
//! A [`Region`] is a loop: the trace that was recorded first (the root), and traces that begin where others were left. All traces of a region share one
//! list of instructions; a trace is a list of references into it, in the order of execution, and an [`End`]. Where a trace is left, a guard names a
//! [`Snapshot`]; a trace that begins there goes on with the values the snapshot has. So the traces are a tree, and what is computed before
//! a trace begins dominates it: no value is ever passed on to it. Only two blocks have parameters, those where the loop begins:
//!
//! ```text
//! entry      loads the slots that any trace reads (SLOT), checks their types
//! preheader  parameters: the slots that some trace changes;   what was hoisted
//! header     parameters: the slots that the root changes;     the root ... side traces ...
//! ```
//!
//! A trace that ends in the loop jumps to the header if it changes no slot but those that the root changes, and to the preheader otherwise; so does a side trace in
//! which the interpreter executes something, so that what was hoisted need not hold throughout it.
//!
//! Constants and `SLOT`s are in no trace. Types are those of machine values: a `Tab` is an address, an `Any` the eight bytes of a Lua value.
//!
//! To add an operation: a row in [`ops!`], its lowering in `lower/ops.rs`, and who makes it (`record/`).

mod parse;
mod print;
#[cfg(any(test, debug_assertions))]
mod verify;

#[allow(unused_imports, reason = "tests of passes")]
pub(crate) use parse::parse;
pub(crate) use print::print;
#[cfg(any(test, debug_assertions))]
pub(crate) use verify::verify;

use std::fmt;

use crate::bytecode::Insn;
use crate::string::LuaString;
use crate::thread::FrameKind;
use crate::value::{Gc, RawValue};

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

macro_rules! types {
    ($($(#[doc = $doc:literal])+ $name:ident $text:literal,)+) => {
        /// The type of a value.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum Ty { $($(#[doc = $doc])+ $name,)+ }
        impl Ty {
            pub(crate) const ALL: &'static [Ty] = &[$(Ty::$name,)+];
            pub(crate) fn text(self) -> &'static str {
                match self { $(Ty::$name => $text,)+ }
            }
        }
    };
}

types! {
    /// No value.
    Void "-",
    /// A Lua value in its eight bytes.
    Any "any",
    /// A double.
    Num "num",
    /// A number with an integer value well within 2^53, as a 64-bit integer.
    Int "int",
    /// The address of a string.
    Str "str",
    /// The address of a table.
    Tab "tab",
    /// The address of a function.
    Fun "fun",
    /// The address of a userdata.
    Udt "udt",
    /// The address of a coroutine.
    Thr "thr",
    /// The address of a cdata.
    Cdt "cdt",
    /// An address inside a cell.
    Ptr "ptr",
}

impl Ty {
    /// Whether values of it are numbers.
    pub(crate) fn is_number(self) -> bool {
        matches!(self, Ty::Num | Ty::Int)
    }
}

/// What part of memory an instruction reads or writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Mem {
    /// None.
    Pure,
    /// The Lua stack, and variables that closures share.
    Stack,
    /// Values of string keys; the instruction's immediate tells which.
    Field,
    /// Values of arrays.
    Array,
    /// Headers of tables: shapes, metatables, where their values are.
    Head,
    /// Closures: their environments and variables.
    Closure,
    /// Where a loop over rows is.
    Row,
    /// What is lent, and the heads of C values.
    Lent,
    /// The memory of C values.
    Bytes,
    /// Change ticks.
    Tick,
    /// All of it.
    All,
}

/// What an instruction is to the passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A constant, or a slot: in no trace.
    Floating,
    /// Depends on its operands and on what it reads; may be left out.
    Value,
    /// Like a value, but leaves by its snapshot when it does not hold.
    Guard,
    /// Writes.
    Store,
    /// Anything may happen.
    Call,
}

macro_rules! ops {
    ($($(#[doc = $doc:literal])+ $name:ident $kind:ident $mem:ident,)+) => {
        /// An operation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(clippy::upper_case_acronyms, reason = "operations are written as they are printed")]
        pub(crate) enum IrOp { $($(#[doc = $doc])+ $name,)+ }
        impl IrOp {
            pub(crate) const ALL: &'static [IrOp] = &[$(IrOp::$name,)+];
            pub(crate) fn name(self) -> &'static str {
                match self { $(IrOp::$name => stringify!($name),)+ }
            }
            pub(crate) fn kind(self) -> Kind {
                match self { $(IrOp::$name => Kind::$kind,)+ }
            }
            /// Whether it names a snapshot: where it leaves, or what it may need of the interpreter's state.
            pub(crate) fn has_snapshot(self) -> bool {
                self.kind() == Kind::Guard || self.kind() == Kind::Call && self != IrOp::CLOSE
            }
            /// What it reads (values, guards) or writes (stores, calls).
            pub(crate) fn mem(self) -> Mem {
                match self { $(IrOp::$name => Mem::$mem,)+ }
            }
        }
    };
}

ops! {
    /// The double with the bits `imm`.
    KNUM Floating Pure,
    /// The integer `imm`.
    KINT Floating Pure,
    /// The Lua value with the bits `imm`: nil, false or true.
    KPRI Floating Pure,
    /// The string at `imm`, a constant of a prototype that the region keeps.
    KSTR Floating Pure,
    /// The value of stack slot `imm` where the loop begins.
    SLOT Floating Pure,

    /// The value of stack slot `imm` now.
    RELOAD Value Stack,
    /// Stack slot `imm` = `a`.
    VSTORE Store Stack,
    /// `a`, an `Any`, has the type of the instruction.
    GTYPE Guard Pure,
    /// `a`, an `Any`, has the bits `imm`.
    GPRI Guard Pure,
    /// `a`, an `Any`, does not have the bits `imm`.
    GNPRI Guard Pure,
    /// `a`, an `Any`, is a light userdata.
    GLIGHT Guard Pure,
    /// `a` and `b`, objects of one type, are the same.
    GREFEQ Guard Pure,
    /// `a` and `b`, objects of one type, are not the same.
    GREFNE Guard Pure,

    /// `a + b`
    ADD Value Pure,
    /// `a - b`
    SUB Value Pure,
    /// `a * b`
    MUL Value Pure,
    /// `a / b`
    DIV Value Pure,
    /// `a % b`
    MOD Value Pure,
    /// `a ^ b`
    POW Value Pure,
    /// `-a`
    NEG Value Pure,
    /// The square root.
    SQRT Value Pure,
    /// The absolute value.
    ABS Value Pure,
    /// Rounded down.
    FLOOR Value Pure,
    /// Rounded up.
    CEIL Value Pure,
    /// `math.min` of two.
    MIN Value Pure,
    /// `math.max` of two.
    MAX Value Pure,
    /// `a + b` of integers.
    IADD Value Pure,
    /// `a % b` of integers, `b` positive.
    IMOD Value Pure,
    /// An integer as a double.
    I2N Value Pure,
    /// A double that has an integer value (not -0) of 31 bits, as an integer.
    N2I Guard Pure,
    /// A number as the `bit` library sees it: 32 bits with a sign.
    TOBIT Value Pure,
    /// Bit operation `imm` (see `BitOp`) of two such integers.
    BITS Value Pure,
    /// `(a < b) == (imm ~= 0)`, of doubles or integers.
    GLT Guard Pure,
    /// `(a <= b) == (imm ~= 0)`
    GLE Guard Pure,
    /// `(a == b) == (imm ~= 0)`
    GEQ Guard Pure,
    /// `a` as a Lua value.
    BOX Value Pure,

    /// The shape of table `a` is `imm`.
    TSHAPE Guard Head,
    /// The metatable of table `a` is null.
    TNOMETA Guard Head,
    /// The metatable of table `a`, which has one.
    META Guard Head,
    /// The metatable of strings, which have one.
    SMETA Guard Head,
    /// Where table `a` has the values of string keys.
    SLOTS Value Head,
    /// The field with the slot and shape in `imm` of the values at `a`; `b` proves that it is there.
    HLOAD Value Field,
    /// That field = `b`.
    HSTORE Store Field,
    /// Where table `a` has its array.
    ARRAY Value Head,
    /// The length of table `a`'s array.
    ALEN Value Head,
    /// `1 <= a <= b`, integers.
    GBOUND Guard Pure,
    /// The element `b` of the array at `a`; `c` proves that it is there.
    ALOAD Value Array,
    /// That element = `c`.
    ASTORE Store Array,
    /// Appends `b` to table `a`, if that is all there is to do, as element `c`.
    APPEND Call All,
    /// `#a` of a table.
    TLEN Value All,
    /// `rawget(a, b)`, if that is the answer: there is a value, or no metatable.
    TGET Guard All,

    /// The prototype of function `a` is `imm`.
    FPROTO Guard Closure,
    /// Function `a` is a native with the code `imm`.
    FNATIVE Guard Closure,
    /// Variable `imm` of closure `a`; `b` proves that it is there.
    FUPV Value Closure,
    /// The value of the variable at `a`.
    ULOAD Value Stack,
    /// The variable at `a` = `b`.
    USTORE Store Stack,
    /// The environment of closure `a`; `b` proves that it is a closure.
    FENV Value Closure,
    /// The length of string `a`.
    SLEN Value Pure,

    /// `0 <= a < b`, integers.
    GINDEX Guard Pure,
    /// `(a == 0) == (imm ~= 0)`, an address.
    GNULL Guard Pure,
    /// The address `a + b * imm`.
    ADDR Value Pure,
    /// The head of cdata `a` has the bits `imm`, but for those that do not matter (`HEAD_MASK`).
    CHEAD Guard Lent,
    /// The view `a` is of the current epoch.
    CEPOCH Guard Lent,
    /// Where cdata `a` has its bytes; `b` proves what it is.
    CDATA Value Lent,
    /// Where a write through view `a` leaves the tick.
    CTICK Value Lent,
    /// What column `a` has at `imm` (see `ColumnField`); `b` proves that it is one.
    COLUMN Value Lent,
    /// How many elements of `imm` bytes the array at `a` has, which knows its size.
    CCOUNT Value Lent,
    /// The `imm` bytes at `b` are in the extent of the reference or pointer `a`.
    CBOUND Guard Lent,
    /// The scalar and offset in `imm` of the bytes at `a`; `b` proves that they are there.
    CLOAD Value Bytes,
    /// That scalar = `b`.
    CSTORE Store Bytes,
    /// A double without its fraction, as an integer within 2^51.
    TRUNC Guard Pure,
    /// The current tick.
    LTICK Value Lent,
    /// The change tick at `a` = `b`.
    TSTORE Store Tick,
    /// The view `a`, which shows what is at `b`, with its tick at `c`, once somebody looks.
    SHOWN Value Pure,
    /// A view of type `imm` of what is at `b`, with its tick at `c`, otherwise as view `a`; made once somebody looks.
    PART Value Pure,
    /// The cursor of the loop over rows whose step is `a`; its first variable is in the slot, and it is at a row if so it says, in `imm` (see `rows_imm`).
    ROWS Guard Lent,
    /// The row to come, of cursor `a`.
    RNEXT Value Row,
    /// How many rows its segment has.
    RLEN Value Lent,
    /// The row to come = `b`.
    RSTEP Store Row,
    /// The entity whose bits are at `a`; `b` proves that they are there.
    RENTITY Value Lent,
    /// What lane `imm` of cursor `a` has (see `LaneField`).
    LANE Value Lent,

    /// The bytes of what owner `a` has under name `b`, as the host says, whose native `c` proves is asked.
    PLACE Guard Lent,
    /// Where a write there leaves the tick; behind its `PLACE`, `a`, as is `PLIKE`.
    PTICK Value Lent,
    /// A view of the same kind.
    PLIKE Value Lent,

    /// A new table, with room as `NEWTABLE` says in `imm`.
    TNEW Call Pure,
    /// The key at `imm` of table `a`, which nobody else knows, = `b`.
    TINIT Call Pure,
    /// The metatable of table `a`, which nobody else knows and which has none, = `b`.
    TMETA Call Pure,

    /// Argument `b` of a call, behind `a`.
    ARG Value Pure,
    /// The short form at `imm` of native `b`, with the arguments `a`; it gave a value. Short forms write nothing.
    SHORT Call Pure,
    /// The interpreter executes the instruction of the snapshot, and goes on with the one at `imm`.
    EXEC Call All,
    /// Closes the variables from stack slot `imm` on.
    CLOSE Call Stack,
    /// Nobody wants the script to stop, and the collector is not due.
    POLL Guard All,
}

/// Of a cdata's head, the bits that tell how its bytes may be read: not whom it was lent by, nor whether it has a finalizer or, a view, is made to show
/// other things.
pub(crate) fn head_mask(head: u64) -> u64 {
    use crate::ffi::cdata::{REUSED, VIEW};
    use crate::userdata::{FINALIZED, FINALIZER};
    let is_view = head >> 8 & u64::from(VIEW) != 0;
    let flags = FINALIZER | FINALIZED | if is_view { REUSED } else { 0 };
    0xFFFF_FFFF_0000_FFFF & !(u64::from(flags) << 8)
}

/// In the immediate of `SHOWN` and `PART`, beside the C type: it may be written.
pub(crate) const VIRTUAL_WRITABLE: u64 = 1 << 32;
/// It lies in one register, which holds nothing else than such views.
pub(crate) const VIRTUAL_REUSED: u64 = 1 << 33;

/// That immediate.
pub(crate) fn virtual_kind(ctype: u32, is_writable: bool) -> u64 {
    u64::from(ctype) | if is_writable { VIRTUAL_WRITABLE } else { 0 }
}

/// The immediate of `ROWS`.
pub(crate) fn rows_imm(first_variable: Slot, is_at_row: bool) -> u64 {
    u64::from(first_variable as u32) | u64::from(is_at_row) << 32
}

/// What `COLUMN` reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub(crate) enum ColumnField {
    Places,
    Len,
    Stride,
}

/// What `LANE` reads, beside the number of the lane (in bits 8 and above).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub(crate) enum LaneField {
    Data,
    Stride,
    Ticks,
    View,
    /// Of the cursor, not of a lane: the entities.
    Entities,
}

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
    /// Whether it is a view that is made, or brought up to date, once somebody looks.
    pub(crate) fn is_virtual(&self) -> bool {
        matches!(self.op, IrOp::SHOWN | IrOp::PART)
    }
    pub(crate) fn is_constant(&self) -> bool {
        matches!(self.op, IrOp::KNUM | IrOp::KINT | IrOp::KPRI | IrOp::KSTR)
    }
}

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
    /// What it returns to: a call, or an instruction whose metamethod it is.
    pub(crate) kind: FrameKind,
}

/// A table that was made in a trace and that nobody else knows: what it has.
#[derive(Clone, Debug, Default)]
pub(crate) struct FreshTable {
    /// Room, as `NEWTABLE` says.
    pub(crate) hints: u32,
    /// Keys, in order.
    pub(crate) fields: Vec<(Gc<LuaString>, Ref)>,
    pub(crate) meta: Option<Ref>,
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
    /// The top, where the next instruction takes values up to it.
    pub(crate) top: Option<Slot>,
    /// The instruction's place in its function, for listings.
    pub(crate) pc_index: u32,
    /// A side trace may begin here.
    pub(crate) may_grow: bool,
    /// The trace that does.
    pub(crate) side: Option<u32>,
}

/// How a trace ends.
#[derive(Clone, Debug)]
pub(crate) enum End {
    /// At the loop's beginning: the slots it changes, and their values.
    Loop(Vec<(Slot, Ref)>),
    /// In the interpreter.
    Exit(SnapId),
}

/// A trace.
#[derive(Clone, Debug)]
pub(crate) struct Trace {
    /// Where it begins, but for the root.
    pub(crate) parent: Option<SnapId>,
    pub(crate) body: Vec<Ref>,
    pub(crate) end: End,
    /// It goes to the preheader in any case: what was hoisted is computed anew, and may depend on what this trace writes. By `opt::hoist`.
    pub(crate) rehoists: bool,
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

/// A loop. See the module.
#[derive(Clone, Debug, Default)]
pub(crate) struct Region {
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
    /// The tables (`TNEW`) that only exits make; by `opt::sink`.
    pub(crate) sunk: Vec<Ref>,
    /// What runs before the loop; by `opt::hoist`.
    pub(crate) hoisted: Vec<Ref>,
    /// How many slots above register 0 it may write.
    pub(crate) max_slots: u32,
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
    /// The trace in which another one begins.
    pub(crate) fn parent(&self, trace: usize) -> Option<usize> {
        self.owner(self.traces[trace].parent?)
    }
    /// The trace that may leave by a snapshot.
    pub(crate) fn owner(&self, snap: SnapId) -> Option<usize> {
        self.traces.iter().position(|trace| trace.body.iter().any(|r| self.get(*r).snap == snap))
    }
    /// A table that only exits make, as a snapshot has it.
    pub(crate) fn sunk_table(&self, snap: SnapId, r: Ref) -> Option<&FreshTable> {
        if !self.sunk.contains(&r) {
            return None;
        }
        self.snaps[snap as usize].tables.iter().find(|(table, _)| *table == r).map(|(_, table)| table)
    }
    /// The slots, each with its value, that a trace's end changes; none for one that leaves.
    pub(crate) fn changes(&self, trace: usize) -> &[(Slot, Ref)] {
        match &self.traces[trace].end {
            End::Loop(values) => values,
            End::Exit(_) => &[],
        }
    }
}
