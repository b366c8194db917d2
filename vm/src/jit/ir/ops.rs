//! The tables of types and operations.

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
    /// The value of an `int64_t`, without the C value around it.
    I64 "i64",
    /// That of a `uint64_t`.
    U64 "u64",
}

impl Ty {
    /// Whether values of it are numbers.
    pub(crate) fn is_number(self) -> bool {
        matches!(self, Ty::Num | Ty::Int)
    }

    /// Whether values of it are 64-bit integers of C.
    pub(crate) fn is_wide(self) -> bool {
        matches!(self, Ty::I64 | Ty::U64)
    }
}

/// What a `WARITH` computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as in C")]
pub(crate) enum WideOp {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Pow,
    And,
    Or,
    Xor,
    Shl,
    Shr,
    Sar,
    Rol,
    Ror,
}

impl WideOp {
    pub(crate) const ALL: &'static [WideOp] = {
        use WideOp::{Add, And, Div, Mod, Mul, Or, Pow, Rol, Ror, Sar, Shl, Shr, Sub, Xor};
        &[Add, Sub, Mul, Div, Mod, Pow, And, Or, Xor, Shl, Shr, Sar, Rol, Ror]
    };
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
    /// Headers of tables: shapes, metatables, where the values of string keys are.
    Head,
    /// Where tables have their arrays, and how long those are.
    Extent,
    /// What keys that are numbers lead to: arrays, and dictionaries.
    Numbers,
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
    /// All that tables have.
    Tables,
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
            /// Whether others get to see the stack while it runs: all that matters is in its slot before.
            pub(crate) fn shows_slots(self) -> bool {
                matches!(self, IrOp::EXEC | IrOp::NATIVE | IrOp::CALL)
            }
            /// Whether it is how a branch of the program is recorded, whose other way is its opposite.
            pub(crate) fn is_branch(self) -> bool {
                matches!(self, IrOp::GLT | IrOp::GLE | IrOp::GEQ)
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
    /// The 64-bit integer `imm`.
    KWIDE Floating Pure,
    /// The string at `imm`, a constant of a prototype that the region keeps.
    KSTR Floating Pure,
    /// The table at `imm`, which lives as long as the VM, or until all code is flushed: the metatable of a C type.
    KTAB Floating Pure,
    /// The value of stack slot `imm` where the loop begins.
    SLOT Floating Pure,
    /// The value of stack slot `imm` where an inner loop begins.
    PHI Floating Pure,

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
    /// Rounded to single precision.
    FROUND Value Pure,
    /// Rounded down.
    FLOOR Value Pure,
    /// Rounded up.
    CEIL Value Pure,
    /// `math.min` of two, doubles or integers.
    MIN Value Pure,
    /// `math.max` of two, doubles or integers.
    MAX Value Pure,
    /// `a + b` of integers.
    IADD Value Pure,
    /// `a % b` of integers, `b` positive.
    IMOD Value Pure,
    /// `a - imm` of integers, 0 if that is less.
    SUBSAT Value Pure,
    /// An integer as a double.
    I2N Value Pure,
    /// A double that has an integer value (not -0) of 31 bits, as an integer.
    N2I Guard Pure,
    /// A number as the `bit` library sees it: 32 bits with a sign.
    TOBIT Value Pure,
    /// Bit operation `imm` (see `BitOp`) of two such integers.
    BITS Value Pure,
    /// Such an integer with its bytes in the other order.
    BSWAP Value Pure,
    /// Such an integer `a` rotated left by `b`.
    ROL Value Pure,
    /// `(a < b) == (imm ~= 0)`, of doubles or integers.
    GLT Guard Pure,
    /// `(a <= b) == (imm ~= 0)`
    GLE Guard Pure,
    /// `(a == b) == (imm ~= 0)`
    GEQ Guard Pure,
    /// The integer `a` is `imm`. No branch of the program: it may be asked before a loop.
    GINT Guard Pure,
    /// `a` as a Lua value.
    BOX Value Pure,

    /// The shape of table `a` is `imm`.
    TSHAPE Guard Head,
    /// The metatable of table `a` is null.
    TNOMETA Guard Head,
    /// The metatable of table `a`, which has one.
    META Guard Head,
    /// The metatable of userdata `a`, which has one.
    UMETA Guard Head,
    /// The metatable of strings, which have one.
    SMETA Guard Head,
    /// Where table `a` has the values of string keys.
    SLOTS Value Head,
    /// The field with the slot and shape in `imm` of the values at `a`; `b` proves that it is there.
    HLOAD Value Field,
    /// That field = `b`.
    HSTORE Store Field,
    /// Where table `a` has its array.
    ARRAY Value Extent,
    /// The length of table `a`'s array.
    ALEN Value Extent,
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
    /// What table `a` itself has at the double `b`, nil if nothing.
    NGET Value Numbers,
    /// Table `a`, which has no metatable, gets `c` at the double `b`, if neither its shape nor its metatable changes by that.
    NSET Call Numbers,
    /// `a[b] = c`, whatever key that is, without asking a metatable.
    TSET Call Tables,
    /// The key behind `b` in table `a`: nil behind the last.
    NEXT Guard All,
    /// Its value; right behind its `NEXT`, `a`.
    NVALUE Value All,

    /// The prototype of function `a` is `imm`.
    FPROTO Guard Closure,
    /// Function `a` is a native as `imm` says (see `native_imm`).
    FNATIVE Guard Closure,
    /// Variable `imm` of closure `a`; `b` proves that it is there.
    FUPV Value Closure,
    /// The value of the variable at `a`.
    ULOAD Value Stack,
    /// The same of one that is never assigned to once it has a value.
    UCONST Value Closure,
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
    /// The address `a` is none of the first page.
    CPAGE Guard Pure,
    /// A new reference to what is at `b`, of the type in `imm` (see `reference_imm`), in the memory of cdata `a`; `c` proves that it is there.
    CREF Call Pure,
    /// The integer `a` as one of 64 bits.
    WIDEN Value Pure,
    /// Operation `imm` (see `WideOp`) of two 64-bit integers.
    WARITH Value Pure,
    /// A 64-bit integer as the nearest double.
    W2N Value Pure,
    /// A new C value that is the 64-bit integer `a`.
    CBOX Call Pure,
    /// A new C value of the type, size and kind in `imm` (see `made_imm`), zero.
    CNEW Call Pure,
    /// The scalar and offset in `imm` of the new C value `a`, which nobody else knows, = `b`.
    CINIT Store Pure,
    /// The interpreter gets to see the cdata `a`: it is an object from where it was made on.
    KEEP Store Pure,
    /// The scalar and offset in `imm` of the bytes at `a`; `b` proves that they are there.
    CLOAD Value Bytes,
    /// That scalar = `b`.
    CSTORE Store Bytes,
    /// A double without its fraction, as an integer within 2^51.
    TRUNC Guard Pure,
    /// An integer as it is read back from a scalar `imm`.
    CWRAP Value Pure,
    /// The current tick.
    LTICK Value Lent,
    /// The change tick `imm` bytes behind `a` = `b`.
    TSTORE Store Tick,
    /// The tick `a` in both halves of a word.
    TPAIR Value Pure,
    /// The change tick `imm` bytes behind `a`, and the next one, = `b`, both in a word.
    TSTORE2 Store Tick,
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
    /// Element `imm` of table `a`, which nobody else knows and has those before it, = `b`.
    TLIST Call Pure,
    /// The metatable of table `a`, which nobody else knows and which has none, = `b`.
    TMETA Call Pure,

    /// Argument `b` of a call, behind `a`.
    ARG Value Pure,
    /// The short form at `imm` of native `b`, with the arguments `a`; it gave a value. Short forms write nothing.
    SHORT Call Pure,
    /// The string that the arguments `a`, strings and numbers, make together.
    CONCAT Call Pure,
    /// A closure of one of the children of function `a`, which one and where that function's registers begin says `closure_imm`.
    CLOSURE Call Pure,
    /// The interpreter executes the instruction of the snapshot, and goes on with the one at `imm`.
    EXEC Call All,
    /// The native is called that the `CALL` of the snapshot calls, and a plain one is, and the instruction at `imm` is next.
    NATIVE Call All,
    /// The region of a function is called, in the frames of the snapshot: the first result. See `called_imm`.
    CALL Call All,
    /// Result `imm` of `CALL` `a`, right behind it.
    RESULT Value All,
    /// The frame the region runs in was called by a Lua function that goes on at `imm`: it returns there, and slots are counted from that frame's register 0.
    RETURN Call All,
    /// The top, which the interpreter has set, is stack slot `imm`.
    GTOP Guard All,
    /// Closes the variables from stack slot `imm` on.
    CLOSE Call Stack,
    /// Nobody wants the script to stop, and the collector is not due.
    POLL Guard All,
}
