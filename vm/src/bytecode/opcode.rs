//! The opcode table.
//!
//! Notation: `R[x]` register, `K[x]` constant, `U[x]` upvalue, `IC[x]` inline cache slot (it names a string
//! constant as its key). Jump targets are relative to the *next* instruction: `pc` already points past the
//! instruction when `D` is added. Every backward jump goes through `LOOP`, `FORLOOP`, `FORLOOP1` or
//! `ITERLOOP`, which are where the interpreter looks at its interrupt flag and its hot counters.
//!
//! To add an opcode: a row here, a handler in `interp/`, an emit site in `compiler/`.

use std::fmt;

/// How an instruction's operands are laid out and printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// No operands.
    None,
    /// `A`.
    A,
    /// `A B`.
    AB,
    /// `A B C`.
    ABC,
    /// `A D`, `D` a signed integer.
    AInt,
    /// `A D`, `D` an index of a constant.
    AK,
    /// `A B D`, `D` an index of a constant.
    ABK,
    /// `A C D`, `D` an index of a constant.
    ACK,
    /// `A D`, `D` an inline cache slot.
    ACache,
    /// `A B D`, `D` an inline cache slot.
    ABCache,
    /// `A D`, `D` an index of a child prototype.
    AChild,
    /// `A B D`, `D` an unsigned integer.
    ABInt,
    /// `A B C D`, `D` a bit operator.
    ABCBit,
    /// `D`, a jump distance.
    Jump,
    /// `A D`, `D` a jump distance.
    AJump,
    /// `A B D`, `D` a jump distance.
    ABJump,
    /// `A B C D`, `D` a jump distance.
    ABCJump,
    /// `A B C D`, `B` an index of a constant, `D` a jump distance.
    AKCJump,
}

impl Format {
    /// Whether `D` is a jump distance.
    pub const fn is_jump(self) -> bool {
        matches!(self, Format::Jump | Format::AJump | Format::ABJump | Format::ABCJump | Format::AKCJump)
    }

    /// Whether `D` names an inline cache.
    pub const fn has_cache(self) -> bool {
        matches!(self, Format::ACache | Format::ABCache)
    }
}

/// The primitive values an instruction can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Pri {
    /// `nil`
    Nil = 0,
    /// `false`
    False = 1,
    /// `true`
    True = 2,
}

/// What the compiler knows of the use of a value that is read. When it is a part of a C value, its place in memory may do instead of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Part {
    /// Nothing.
    Kept = 0,
    /// The next instruction, a `GETFIELD`, reads a field of it, and nothing else is done with it.
    ReadNext = 1,
    /// It is in a register that holds nothing else than such values, one at a time, and is only indexed.
    Indexed = 2,
}

macro_rules! bit_ops {
    ($($(#[doc = $doc:literal])+ $name:ident $text:literal,)+) => {
        /// What a [`BITOP`](Op::BITOP) computes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum BitOp { $($(#[doc = $doc])+ $name,)+ }

        impl BitOp {
            /// All of them, in the order of their numbers.
            pub const ALL: &'static [BitOp] = &[$(BitOp::$name,)+];

            /// The operator as it is written.
            pub fn text(self) -> &'static str {
                match self { $(BitOp::$name => $text,)+ }
            }
        }
    };
}

impl BitOp {
    /// The operation on two 32-bit integers; only the low bits of a count matter.
    #[inline(always)]
    pub fn on_integers(self, x: i32, y: i32) -> i32 {
        match self {
            BitOp::And => x & y,
            BitOp::Or => x | y,
            BitOp::Xor => x ^ y,
            BitOp::Shl => x.wrapping_shl(y as u32),
            BitOp::Shr => (x as u32).wrapping_shr(y as u32) as i32,
            BitOp::Sar => x.wrapping_shr(y as u32),
            BitOp::Not => !x,
        }
    }
}

bit_ops! {
    /// Both bits.
    And "&",
    /// Either bit.
    Or "|",
    /// One of the bits.
    Xor "~",
    /// To the left.
    Shl "<<",
    /// To the right, filled with zeros.
    Shr ">>",
    /// To the right, filled with the sign.
    Sar "~>>",
    /// All bits inverted; the second operand is the first.
    Not "~",
}

macro_rules! opcodes {
    ($($(#[doc = $doc:literal])+ $name:ident $format:ident,)+) => {
        /// An operation of the virtual machine.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        #[allow(clippy::upper_case_acronyms, reason = "opcodes are written as the disassembler prints them")]
        pub enum Op { $($(#[doc = $doc])+ $name,)+ }

        impl Op {
            /// Every operation, in the order of its code.
            pub const ALL: &'static [Op] = &[$(Op::$name,)+];
            /// How many operations there are.
            pub const COUNT: usize = Self::ALL.len();

            /// The operation with this code, if there is one.
            pub fn decode(code: u8) -> Option<Op> {
                Self::ALL.get(usize::from(code)).copied()
            }

            /// The name as the disassembler prints it.
            pub fn name(self) -> &'static str {
                match self { $(Op::$name => stringify!($name),)+ }
            }

            /// The layout of the operands.
            pub fn format(self) -> Format {
                match self { $(Op::$name => Format::$format,)+ }
            }
        }

        /// Calls `$callback! { extra... ; MOV LOADK ... }` with every opcode name, for tables that must
        /// list them all (the interpreter's handlers).
        #[macro_export]
        #[doc(hidden)]
        macro_rules! for_each_opcode {
            ($callback:ident) => { $callback! { $($name)+ } };
        }
        #[allow(unused_imports, reason = "the handler table uses it")]
        pub(crate) use for_each_opcode;
    };
}

opcodes! {
    /// `R[A] = R[B]`
    MOV AB,
    /// `R[A] = K[D]`
    LOADK AK,
    /// `R[A] = D` as a number
    LOADINT AInt,
    /// `R[A] = nil, false or true` by `B` (see [`Pri`])
    LOADPRI AB,
    /// `R[A] ..= R[B] = nil`
    LOADNIL AB,
    /// `R[A] = U[B]`
    GETUPVAL AB,
    /// `U[A] = R[B]`
    SETUPVAL AB,
    /// Close all open upvalues at `R[A]` and above. Emitted before a scope with captured locals is left by
    /// any way: falling out, `break`, `goto`, `return` and at the end of each loop iteration.
    CLOSEUP A,
    /// `R[A] = closure of child prototype D`
    CLOSURE AChild,
    /// `R[A] = environment[key of IC[D]]`
    GETGLOBAL ACache,
    /// `environment[key of IC[D]] = R[A]`
    SETGLOBAL ACache,
    /// `R[A] = {}` with room for `D & 0xFFFF` array elements and `D >> 16` keys
    NEWTABLE AInt,
    /// `R[A] = R[B][key of IC[D]]`; `C` is what is known of the value's use (see [`Part`])
    GETFIELD ABCache,
    /// `R[A][key of IC[D]] = R[B]`
    SETFIELD ABCache,
    /// `R[A][key of IC[D]] = R[B]` where `R[A]` is a table under construction: no metamethod is asked, and a nil keeps its key's place
    INITFIELD ABCache,
    /// `R[A] = R[B][R[C]]`; `D` is what is known of the value's use (see [`Part`])
    GETINDEX ABC,
    /// `R[A][R[B]] = R[C]`
    SETINDEX ABC,
    /// `R[A] = R[B][C]`, `C` a small integer key 0..=255
    GETINT ABC,
    /// `R[A][B] = R[C]`, `B` a small integer key 0..=255
    SETINT ABC,
    /// `R[A+1] = R[B]; R[A] = R[B][key of IC[D]]`
    SELF ABCache,
    /// `R[A][D + i] = R[A+1+i]` for `i` in `0..B-1`; `B = 0`: all values up to the top
    SETLIST ABInt,
    /// `R[A] = R[B] + R[C]`
    ADD ABC,
    /// `R[A] = R[B] - R[C]`
    SUB ABC,
    /// `R[A] = R[B] * R[C]`
    MUL ABC,
    /// `R[A] = R[B] / R[C]`
    DIV ABC,
    /// `R[A] = R[B] % R[C]`
    MOD ABC,
    /// `R[A] = R[B] ^ R[C]`
    POW ABC,
    /// `R[A] = R[B] + K[D]` (`K[D]` a number, here and below)
    ADDVK ABK,
    /// `R[A] = R[B] - K[D]`
    SUBVK ABK,
    /// `R[A] = R[B] * K[D]`
    MULVK ABK,
    /// `R[A] = R[B] / K[D]`
    DIVVK ABK,
    /// `R[A] = R[B] % K[D]`
    MODVK ABK,
    /// `R[A] = R[B] ^ K[D]`
    POWVK ABK,
    /// `R[A] = K[D] + R[C]`
    ADDKV ACK,
    /// `R[A] = K[D] - R[C]`
    SUBKV ACK,
    /// `R[A] = K[D] * R[C]`
    MULKV ACK,
    /// `R[A] = K[D] / R[C]`
    DIVKV ACK,
    /// `R[A] = K[D] % R[C]`
    MODKV ACK,
    /// `R[A] = K[D] ^ R[C]`
    POWKV ACK,
    /// `R[A] = R[B] op R[C]`, the operator by `D` (see [`BitOp`])
    BITOP ABCBit,
    /// `R[A] = -R[B]`
    UNM AB,
    /// `R[A] = not R[B]`
    NOT AB,
    /// `R[A] = #R[B]`
    LEN AB,
    /// `R[A] = R[B] .. R[B+1] .. ... .. R[C]`. The registers `R[B]..=R[C]` are temporaries and may be overwritten.
    CONCAT ABC,
    /// `pc += D`, forward
    JMP Jump,
    /// `pc += D`, backward: the back-edge of `while`, `repeat` and backward `goto`
    LOOP Jump,
    /// `if R[A] then pc += D`
    ISTRUE AJump,
    /// `if not R[A] then pc += D`
    ISFALSE AJump,
    /// `if R[B] then R[A] = R[B]; pc += D`
    COPYTRUE ABJump,
    /// `if not R[B] then R[A] = R[B]; pc += D`
    COPYFALSE ABJump,
    /// `if (R[A] == R[B]) == (C ~= 0) then pc += D`
    EQ ABCJump,
    /// `if (R[A] < R[B]) == (C ~= 0) then pc += D`
    LT ABCJump,
    /// `if (R[A] <= R[B]) == (C ~= 0) then pc += D`
    LE ABCJump,
    /// `if (R[A] == K[B]) == (C ~= 0) then pc += D`, `K[B]` a number or string
    EQK AKCJump,
    /// `if (R[A] == Pri[B]) == (C ~= 0) then pc += D`
    EQPRI ABCJump,
    /// `if (R[A] < K[B]) == (C ~= 0) then pc += D`, `K[B]` a number (here and below)
    LTVK AKCJump,
    /// `if (R[A] <= K[B]) == (C ~= 0) then pc += D`
    LEVK AKCJump,
    /// `if (K[B] < R[A]) == (C ~= 0) then pc += D`
    GTVK AKCJump,
    /// `if (K[B] <= R[A]) == (C ~= 0) then pc += D`
    GEVK AKCJump,
    /// Call `R[A]` with `B-1` arguments from `R[A+1]` (`B = 0`: up to the top), keep `C-1` results from `R[A]`
    /// (`C = 0`: all, and they set the top)
    CALL ABC,
    /// `return R[A](...)` with arguments as in `CALL`; upvalues were closed by a `CLOSEUP` before
    TAILCALL AB,
    /// Return `B-1` values from `R[A]` (`B = 0`: up to the top)
    RET AB,
    /// Return nothing
    RET0 None,
    /// Return `R[A]`
    RET1 A,
    /// `R[A], ... = ...`: `B-1` values (`B = 0`: all, and they set the top)
    VARARG AB,
    /// Numeric loop set-up: `R[A]` initial value, `R[A+1]` limit, `R[A+2]` step, `R[A+3]` the visible variable;
    /// checks the types, then enters the body with `R[A+3] = R[A]`, or `pc += D` past the loop
    FORPREP AJump,
    /// `R[A] += R[A+2]`; if still within the limit `R[A+3] = R[A]; pc += D` (backward)
    FORLOOP AJump,
    /// `FORLOOP` for a step that is a positive constant
    FORLOOP1 AJump,
    /// `R[A+3], ..., R[A+2+C] = R[A](R[A+1], R[A+2])`; uses `R[A+3]..=R[A+5]` for the call, so the frame has
    /// at least three registers there. Entered by a `JMP` from the loop's start. Bit `i` of `D`: the body only ever indexes variable `i`,
    /// so that an iterator may give it the same object in every turn
    ITERCALL ABC,
    /// `if R[A+3] ~= nil then R[A+2] = R[A+3]; pc += D` (backward)
    ITERLOOP AJump,
    /// Stands for the instruction of site `D` at a back-edge, in code that may be compiled; the other operands are that instruction's. Never
    /// emitted by the compiler.
    JLOOP ABInt,
    /// First instruction of reloaded code: brings a closure made before the reload up to date. Never emitted
    /// by the compiler.
    REMAP None,
}

/// One instruction: `A | opcode << 8 | B << 16 | C << 24 | D << 32`. Only one free register of x86-64 can be loaded from the second byte of another
/// in one step, and at the end of a handler it is free for the opcode; with `A` there, most handlers had to save a register.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Insn(pub u64);

impl Insn {
    /// An instruction with operands `A`, `B`, `C`.
    pub fn abc(op: Op, a: u8, b: u8, c: u8) -> Insn {
        Insn::abcd(op, a, b, c, 0)
    }

    /// An instruction with operands `A` and `D`.
    pub fn ad(op: Op, a: u8, d: i32) -> Insn {
        Insn::abcd(op, a, 0, 0, d)
    }

    /// An instruction with all operands.
    pub fn abcd(op: Op, a: u8, b: u8, c: u8, d: i32) -> Insn {
        let low = u64::from(a) | u64::from(op as u8) << 8 | u64::from(b) << 16 | u64::from(c) << 24;
        Insn(low | u64::from(d as u32) << 32)
    }

    /// The operation.
    pub fn op(self) -> Op {
        Op::decode(self.code()).expect("instructions are built from an Op or verified")
    }

    /// The code of the operation.
    #[inline(always)]
    pub fn code(self) -> u8 {
        (self.0 >> 8) as u8
    }
    /// Operand `A`.
    #[inline(always)]
    pub fn a(self) -> usize {
        self.0 as u8 as usize
    }
    /// Operand `B`.
    #[inline(always)]
    pub fn b(self) -> usize {
        (self.0 >> 16) as u8 as usize
    }
    /// Operand `C`.
    #[inline(always)]
    pub fn c(self) -> usize {
        (self.0 >> 24) as u8 as usize
    }
    /// Operand `D`, signed.
    #[inline(always)]
    pub fn d(self) -> i32 {
        (self.0 >> 32) as i32
    }
    /// Operand `D` as an index.
    #[inline(always)]
    pub fn index(self) -> usize {
        (self.0 >> 32) as usize
    }
    /// The same instruction with another `D`.
    pub fn with_d(self, d: i32) -> Insn {
        Insn(self.0 & 0xFFFF_FFFF | u64::from(d as u32) << 32)
    }
}

impl fmt::Debug for Insn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Op::decode(self.code()) {
            Some(op) => write!(f, "{} {} {} {} {}", op.name(), self.a(), self.b(), self.c(), self.d()),
            None => write!(f, "?{:#018x}", self.0),
        }
    }
}
