//! How one handler leads to the next. The only file that differs between the two drivers.

use super::{Go, run_slow};
use crate::bytecode::{Insn, Op};
use crate::value::RawValue;
use crate::vm::Vm;

/// The registers of the frame on top, from which the handlers go on.
///
/// # Safety
/// The frame on top is a Lua frame.
#[inline(always)]
pub(super) unsafe fn reload(vm: *mut Vm) -> (*const Insn, *mut RawValue, *const RawValue) {
    // SAFETY: a Lua frame's base lies inside its stack.
    unsafe {
        let frame = (*vm).find_frame();
        ((*frame).pc, (*vm).stack.add((*frame).base as usize), (*frame).constants)
    }
}

/// Saves the program counter in the frame on top, and which frame that is: the handlers are left.
///
/// # Safety
/// Handlers run: `vm.frame` is a frame of the running coroutine.
#[inline(always)]
pub(super) unsafe fn save_pc(vm: *mut Vm, pc: *const Insn) {
    // SAFETY: `frame` points into the list of frames, and every frame up to it is initialised.
    unsafe {
        (*(*vm).frame).pc = pc;
        (*vm).keep_frames();
    }
}

/// Where the machine code of each opcode's handler is, for the check of what the compiler makes of them (`tests/assembly.rs`); nothing where they
/// are parts of one loop.
pub fn handler_code() -> Vec<(&'static str, *const u8)> {
    if !cfg!(perilune_tail_calls) {
        return Vec::new();
    }
    let handlers = handler_table();
    Op::ALL.iter().map(|op| (op.name(), handlers[*op as usize] as *const u8)).collect()
}

/// The handlers while somebody looks on (`hook.rs`): the same for every opcode.
pub(crate) fn watched_table() -> Handlers {
    [watched; Op::COUNT]
}

/// The handlers while a trace is recorded (`compiled.rs`): the same for every opcode.
pub(crate) fn recording_table() -> Handlers {
    [recorded; Op::COUNT]
}

/// The handlers, in the order of the opcodes; kept in the VM so that a dispatch is one indirect jump and a table can be
/// exchanged.
pub(crate) type Handlers = [Handler; Op::COUNT];

macro_rules! table {
    ($($name:ident)+) => {
        /// The handlers of the interpreter.
        pub(crate) const fn handler_table() -> Handlers {
            [$(super::handlers::$name),+]
        }
    };
}
crate::bytecode::opcode::for_each_opcode!(table);

#[cfg(perilune_tail_calls)]
mod tail {
    use super::*;
    use crate::interp::{SlowFn, hook};

    /// What a handler returns, once the interpreter is left: 0 on exit, 1 on an error.
    pub(crate) type Ret = u32;

    #[cfg(target_arch = "x86_64")]
    macro_rules! extern_fn {
        ($(#[$meta:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),*) -> $ret:ty $body:block) => {
            $(#[$meta])* $vis unsafe extern "sysv64" fn $name($($arg: $ty),*) -> $ret $body
        };
    }
    #[cfg(not(target_arch = "x86_64"))]
    macro_rules! extern_fn {
        ($(#[$meta:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),*) -> $ret:ty $body:block) => {
            $(#[$meta])* $vis unsafe extern "C" fn $name($($arg: $ty),*) -> $ret $body
        };
    }
    pub(in crate::interp) use extern_fn;

    #[cfg(target_arch = "x86_64")]
    pub(crate) type Handler =
        unsafe extern "sysv64" fn(*const Insn, *mut Vm, Insn, *mut RawValue, *const RawValue) -> Ret;
    #[cfg(not(target_arch = "x86_64"))]
    pub(crate) type Handler =
        unsafe extern "C" fn(*const Insn, *mut Vm, Insn, *mut RawValue, *const RawValue) -> Ret;

    // What is no opcode's handler may be given a value beside the registers of the frame.
    macro_rules! handler {
        ($(#[$attr:meta])* $name:ident($pc:ident, $vm:ident, $insn:ident, $base:ident, $k:ident $(, $value:ident: $ty:ty)?) $body:block) => {
            $crate::interp::dispatch::extern_fn! {
                $(#[$attr])*
                #[allow(non_snake_case, unused_unsafe, unused_variables, reason = "named after the opcode; one signature for all")]
                pub(in crate::interp) fn $name(
                    $pc: *const $crate::bytecode::Insn,
                    $vm: *mut $crate::vm::Vm,
                    $insn: $crate::bytecode::Insn,
                    $base: *mut $crate::value::RawValue,
                    $k: *const $crate::value::RawValue
                    $(, $value: $ty)?
                ) -> $crate::interp::dispatch::Ret {
                    // SAFETY: bytecode is built by the compiler and verified (bytecode/verify.rs): operands name registers of the
                    // frame, constants and caches of the code; the driver hands over the state of the frame on top.
                    unsafe { $body }
                }
            }
        };
    }
    pub(in crate::interp) use handler;

    macro_rules! next {
        ($pc:expr, $vm:expr, $base:expr, $k:expr) => {{
            let pc = $pc;
            let insn = *pc;
            return (*(&raw const (*$vm).handlers)
                .cast::<$crate::interp::dispatch::Handler>()
                .add(insn.code() as usize))(pc.add(1), $vm, insn, $base, $k);
        }};
    }
    pub(in crate::interp) use next;

    macro_rules! slow {
        ($slow:expr, $pc:expr, $vm:expr, $insn:expr, $base:expr, $k:expr) => {
            return $crate::interp::dispatch::trampoline($pc, $vm, $insn, $base, $k, $slow)
        };
    }
    pub(in crate::interp) use slow;

    // The frame on top, an `Entry` frame, returns `count` values from `first` on.
    macro_rules! leave {
        ($vm:expr, $frame:expr, $first:expr, $count:expr) => {{
            let first = $first.offset_from_unsigned((*$vm).stack) as u32;
            (*$vm).exit = $crate::vm::Ret { first, count: $count as u32 };
            (*$vm).drop_frames_from($frame);
            return 0;
        }};
    }
    pub(in crate::interp) use leave;

    extern_fn! {
        #[inline(never)]
        #[allow(improper_ctypes_definitions, reason = "called from Rust only; the convention is for the sibling calls")]
        pub(in crate::interp) fn trampoline(
            pc: *const Insn,
            vm: *mut Vm,
            insn: Insn,
            _base: *mut RawValue,
            _k: *const RawValue,
            slow: SlowFn
        ) -> Ret {
            // SAFETY: called by handlers with the state of the frame on top; no other reference to the VM is live.
            unsafe {
                save_pc(vm, pc);
                if !run_slow(&mut *vm, insn, slow) {
                    return u32::from((*vm).failed.is_some());
                }
                let (pc, base, k) = reload(vm);
                next!(pc, vm, base, k)
            }
        }
    }

    /// The handlers nobody looks on.
    static PLAIN: Handlers = handler_table();

    extern_fn! {
        /// Stands for every opcode while somebody looks on.
        #[inline(never)]
        #[allow(improper_ctypes_definitions, reason = "called from Rust only; the convention is for the sibling calls")]
        pub(in crate::interp) fn watched(
            pc: *const Insn,
            vm: *mut Vm,
            insn: Insn,
            base: *mut RawValue,
            k: *const RawValue
        ) -> Ret {
            // SAFETY: as for a handler; no other reference to the VM is live.
            unsafe {
                let left = (*vm).watch.left - 1;
                (*vm).watch.left = left;
                if left > 0 {
                    return (PLAIN[usize::from(insn.code())])(pc, vm, insn, base, k);
                }
                save_pc(vm, pc);
                if !run_slow(&mut *vm, insn, hook::before) {
                    return u32::from((*vm).failed.is_some());
                }
                let (pc, base, k) = reload(vm);
                if !std::mem::take(&mut (*vm).watch.passed) {
                    next!(pc, vm, base, k)
                }
                if (*vm).watch.sees_calls()
                    && let Some(slow) = hook::seen_call(insn.op())
                {
                    slow!(slow, pc, vm, insn, base, k)
                }
                return (PLAIN[usize::from(insn.code())])(pc, vm, insn, base, k);
            }
        }
    }

    extern_fn! {
        /// Stands for every opcode while a trace is recorded.
        #[inline(never)]
        #[allow(improper_ctypes_definitions, reason = "called from Rust only; the convention is for the sibling calls")]
        pub(in crate::interp) fn recorded(
            pc: *const Insn,
            vm: *mut Vm,
            insn: Insn,
            _base: *mut RawValue,
            _k: *const RawValue
        ) -> Ret {
            // SAFETY: as for a handler; no other reference to the VM is live.
            unsafe {
                save_pc(vm, pc);
                if !run_slow(&mut *vm, insn, (*vm).compiled.record) {
                    return u32::from((*vm).failed.is_some());
                }
                let (pc, base, k) = reload(vm);
                // A `JLOOP` may have got a site.
                let insn = *pc.sub(1);
                return (PLAIN[usize::from(insn.code())])(pc, vm, insn, base, k);
            }
        }
    }

    /// Runs the frame on top. See [`super::super::run`].
    pub(in crate::interp) fn drive(vm: &mut Vm) -> Go {
        let vm: *mut Vm = vm;
        // SAFETY: the frame on top is a Lua frame (the callers in slow/call.rs push one first).
        let code = unsafe {
            let (pc, base, k) = reload(vm);
            let insn = *pc;
            ((*vm).handlers[usize::from(insn.code())])(pc.add(1), vm, insn, base, k)
        };
        if code == 0 { Go::Exit } else { Go::On }
    }
}
#[cfg(perilune_tail_calls)]
pub(in crate::interp) use tail::*;

#[cfg(not(perilune_tail_calls))]
mod matched {
    use super::*;
    use crate::interp::{SlowFn, hook};

    /// What a handler asks the loop to do.
    pub(crate) enum Ret {
        Next(*const Insn, *mut RawValue, *const RawValue),
        Slow(SlowFn, *const Insn, Insn),
    }

    pub(crate) type Handler = unsafe fn(*const Insn, *mut Vm, Insn, *mut RawValue, *const RawValue) -> Ret;

    macro_rules! handler {
        ($(#[$attr:meta])* $name:ident($pc:ident, $vm:ident, $insn:ident, $base:ident, $k:ident $(, $value:ident: $ty:ty)?) $body:block) => {
            #[inline]
            #[allow(
                non_snake_case,
                unused_unsafe,
                unused_variables,
                reason = "named after the opcode; one signature for all"
            )]
            pub(in crate::interp) unsafe fn $name(
                $pc: *const $crate::bytecode::Insn,
                $vm: *mut $crate::vm::Vm,
                $insn: $crate::bytecode::Insn,
                $base: *mut $crate::value::RawValue,
                $k: *const $crate::value::RawValue
                $(, $value: $ty)?
            ) -> $crate::interp::dispatch::Ret {
                // SAFETY: as for the other driver: verified bytecode, the state of the frame on top.
                unsafe { $body }
            }
        };
    }
    pub(in crate::interp) use handler;

    macro_rules! next {
        ($pc:expr, $vm:expr, $base:expr, $k:expr) => {
            return $crate::interp::dispatch::Ret::Next($pc, $base, $k)
        };
    }
    pub(in crate::interp) use next;

    macro_rules! slow {
        ($slow:expr, $pc:expr, $vm:expr, $insn:expr, $base:expr, $k:expr) => {
            return $crate::interp::dispatch::Ret::Slow($slow, $pc, $insn)
        };
    }
    pub(in crate::interp) use slow;

    // Left to the slow path.
    macro_rules! leave {
        ($vm:expr, $frame:expr, $first:expr, $count:expr) => {};
    }
    pub(in crate::interp) use leave;

    /// The loop itself looks whether somebody looks on: the table is only the sign of it.
    pub(in crate::interp) unsafe fn watched(
        pc: *const Insn,
        _vm: *mut Vm,
        _insn: Insn,
        base: *mut RawValue,
        k: *const RawValue,
    ) -> Ret {
        Ret::Next(pc, base, k)
    }

    /// Likewise while a trace is recorded.
    pub(in crate::interp) unsafe fn recorded(
        pc: *const Insn,
        _vm: *mut Vm,
        _insn: Insn,
        base: *mut RawValue,
        k: *const RawValue,
    ) -> Ret {
        Ret::Next(pc, base, k)
    }

    macro_rules! step {
        ($($name:ident)+) => {
            /// One instruction.
            ///
            /// # Safety
            /// As for a handler.
            #[inline(always)]
            unsafe fn step(
                op: Op,
                pc: *const Insn,
                vm: *mut Vm,
                insn: Insn,
                base: *mut RawValue,
                k: *const RawValue,
            ) -> Ret {
                // SAFETY: by contract.
                unsafe {
                    match op { $(Op::$name => crate::interp::handlers::$name(pc, vm, insn, base, k),)+ }
                }
            }
        };
    }
    crate::bytecode::opcode::for_each_opcode!(step);

    /// Runs the frame on top. See [`super::super::run`].
    pub(in crate::interp) fn drive(vm: &mut Vm) -> Go {
        let vm: *mut Vm = vm;
        // SAFETY: the frame on top is a Lua frame (the callers in slow/call.rs push one first), and every handler hands over the
        // state of the frame on top.
        unsafe {
            let (mut pc, mut base, mut k) = reload(vm);
            loop {
                let insn = *pc;
                if (*vm).watch.is_on() {
                    (*vm).watch.left -= 1;
                    if (*vm).watch.left == 0 {
                        save_pc(vm, pc.add(1));
                        if !run_slow(&mut *vm, insn, hook::before) {
                            return if (*vm).failed.is_some() { Go::On } else { Go::Exit };
                        }
                        let passed = std::mem::take(&mut (*vm).watch.passed);
                        (pc, base, k) = reload(vm);
                        if !passed {
                            continue;
                        }
                        pc = pc.sub(1);
                        if (*vm).watch.sees_calls()
                            && let Some(slow) = hook::seen_call(insn.op())
                        {
                            if !run_slow(&mut *vm, insn, slow) {
                                return if (*vm).failed.is_some() { Go::On } else { Go::Exit };
                            }
                            (pc, base, k) = reload(vm);
                            continue;
                        }
                    }
                }
                if (*vm).compiled.recording && !(*vm).watch.is_on() {
                    save_pc(vm, pc.add(1));
                    if !run_slow(&mut *vm, insn, (*vm).compiled.record) {
                        return if (*vm).failed.is_some() { Go::On } else { Go::Exit };
                    }
                    (pc, base, k) = reload(vm);
                    pc = pc.sub(1);
                }
                // A `JLOOP` may have got a site.
                let insn = *pc;
                match step(insn.op(), pc.add(1), vm, insn, base, k) {
                    Ret::Next(next_pc, next_base, next_k) => (pc, base, k) = (next_pc, next_base, next_k),
                    Ret::Slow(slow, at, insn) => {
                        save_pc(vm, at);
                        if !run_slow(&mut *vm, insn, slow) {
                            return if (*vm).failed.is_some() { Go::On } else { Go::Exit };
                        }
                        (pc, base, k) = reload(vm);
                    }
                }
            }
        }
    }
}
#[cfg(not(perilune_tail_calls))]
pub(in crate::interp) use matched::*;
