//! The state of a virtual machine, and what native functions may do with it.
//!
//! # Writing a native function
//!
//! A native is `fn(&mut Vm, Args) -> NativeResult`. Its arguments are stack slots `args.base..args.base + args.count`; it
//! returns where its results lie ([`Ret`]): `vm.ret0()`, `vm.ret1(v)`, or push any number and `vm.ret_top(n)`.
//! The stack may move: hold indices, never addresses. [`Gc`] references and [`RawValue`]s may be kept in Rust locals as long as the native does not call
//! back into Lua ([`Vm::call`] and everything that may run a metamethod); what must survive that is on the stack (arguments
//! are, results of `vm.push` are).
//!
//! Errors are values: `Err(vm.error("..."))` raises a string with the position of the caller, `Err(vm.arg_error(args, 0, "..."))` one about
//! an argument. Long loops call [`Vm::poll`].

#![allow(unsafe_code, reason = "reads and writes the running stack")]

mod arguments;
mod stack;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use crate::activity::ActivityCell;
use crate::error::ErrorKind;
use crate::gc::{Heap, OutOfMemory};
use crate::interp::compiled::CompilerLink;
use crate::interp::hook::Watch;
use crate::interp::{self, Handlers, Lookups};
use crate::limits::Interrupts;
use crate::profile::{Profiler, Sampler};
use crate::reload;

use crate::rt::meta::Meta;
use crate::stdlib::Patterns;
use crate::string::LuaString;
use crate::table::Table;
use crate::thread::{self, CallInfo, MAX_STACK, Thread, ThreadStatus};
use crate::userdata::UserData;
use crate::value::{Gc, RawValue, Type};

/// Where the arguments of a native lie on the stack.
#[derive(Clone, Copy, Debug)]
pub struct Args {
    /// The stack index of the first.
    pub base: u32,
    /// How many there are.
    pub count: u32,
}

impl Args {
    /// What a caller has written of the arguments of `__call`: all but what is called. Messages count from there.
    pub(crate) fn of_call(self) -> Args {
        Args { base: self.base + 1, count: self.count.saturating_sub(1) }
    }
}

/// Where the results of a native lie on the stack.
#[derive(Clone, Copy, Debug)]
pub struct Ret {
    /// The stack index of the first.
    pub first: u32,
    /// How many there are.
    pub count: u32,
}

/// An error is under way. The value of a Lua error is in `heap.roots.raised`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Raised {
    /// A Lua error, caught by `pcall`.
    Error,
    /// The memory limit: "not enough memory", caught by `pcall`.
    Memory,
    /// A time or instruction limit: not caught by scripts.
    Interrupted,
}

impl From<OutOfMemory> for Raised {
    fn from(_: OutOfMemory) -> Raised {
        Raised::Memory
    }
}

/// What a native returns.
pub type NativeResult = Result<Ret, Raised>;

/// The results of a function of the host.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub enum Given {
    /// None.
    Nothing,
    /// One, which nothing keeps alive yet.
    One(RawValue),
    /// So many, the last ones pushed.
    Pushed(u32),
}

/// What a function of the host comes to, in one word: the value that is its one result, or a word that is no value. In a register it costs
/// nothing; structures are stored and read again, which stalls the processor where they are read as a whole, as behind a `catch_unwind`.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub struct Answer(u64);

impl Answer {
    const NOTHING: u64 = u64::MAX;
    /// The number of a [`Raised`] below this,
    const RAISED: u64 = u64::MAX - 1;
    /// how many values were pushed.
    const PUSHED: u64 = u64::MAX - 16;

    /// The answer that an outcome comes to.
    #[inline(always)]
    pub(crate) fn new(outcome: Result<Given, Raised>) -> Answer {
        Answer(match outcome {
            Ok(Given::One(value)) => value.bits(),
            Ok(Given::Nothing) => Answer::NOTHING,
            Ok(Given::Pushed(count)) => Answer::PUSHED - u64::from(count),
            Err(raised) => Answer::RAISED - raised as u64,
        })
    }

    /// The outcome again.
    #[inline(always)]
    pub(crate) fn outcome(self) -> Result<Given, Raised> {
        const ERROR: u64 = Answer::RAISED - Raised::Error as u64;
        const MEMORY: u64 = Answer::RAISED - Raised::Memory as u64;
        const INTERRUPTED: u64 = Answer::RAISED - Raised::Interrupted as u64;
        match self.0 {
            Answer::NOTHING => Ok(Given::Nothing),
            ERROR => Err(Raised::Error),
            MEMORY => Err(Raised::Memory),
            INTERRUPTED => Err(Raised::Interrupted),
            word if word >= RawValue::NO_VALUE => Ok(Given::Pushed((Answer::PUSHED - word) as u32)),
            // SAFETY: the bits of a value.
            word => Ok(Given::One(unsafe { RawValue::from_bits(word) })),
        }
    }

    /// Its only result, nil for none; `None` for several and for errors.
    #[inline(always)]
    pub(crate) fn only(self) -> Option<RawValue> {
        if self.0 < RawValue::NO_VALUE {
            // SAFETY: the bits of a value.
            Some(unsafe { RawValue::from_bits(self.0) })
        } else if self.0 == Answer::NOTHING {
            Some(RawValue::NIL)
        } else {
            None
        }
    }
}

/// A virtual machine.
///
/// The fields the handlers read come first, at fixed offsets.
#[repr(C)]
pub struct Vm {
    /// The handlers of the opcodes.
    pub(crate) handlers: Handlers,
    /// Hooks and the instruction limit.
    pub(crate) watch: Watch,
    /// Not zero when somebody wants the running script to stop; looked at by back-edges and calls.
    pub(crate) interrupt: Arc<AtomicU32>,
    /// What this VM is doing, for those who look.
    pub(crate) activity: ActivityCell,
    /// The running stack.
    pub(crate) stack: *mut RawValue,
    /// Where its usable part ends.
    pub(crate) stack_limit: *mut RawValue,
    /// The frame on top while handlers run; the length of the running coroutine's list of frames is only brought up to date when they are
    /// left (`dispatch::save_pc`).
    pub(crate) frame: *mut CallInfo,
    /// The last place for a frame in that list.
    pub(crate) last_frame: *mut CallInfo,
    /// The running coroutine.
    pub thread: Gc<Thread>,
    /// The stack, the list of frames or the frame on top may be elsewhere than when this was set to `false`: a handler sets it before it calls
    /// out, and if it stays so, what the handler has in registers is good.
    pub(crate) moved: bool,
    /// The compiler.
    pub(crate) compiled: CompilerLink,
    /// The heap.
    pub heap: Heap,
    /// The first free stack slot of the running native; the end of the values after a multi-value instruction.
    pub top: u32,
    /// Where the results lie with which the interpreter was last left.
    pub(crate) exit: Ret,
    /// The error with which the interpreter was last left.
    pub(crate) failed: Option<Raised>,
    /// The handler or host has seen the error under way.
    pub(crate) raise_prepared: bool,
    /// How many error handlers run inside each other.
    pub(crate) handlers_running: u32,
    /// The stack may use the room reserved for error handling.
    pub(crate) extra_stack: bool,
    /// The longest a value stack may get, in slots.
    pub(crate) max_stack: u32,
    /// How deep calls from Rust into Lua are nested.
    pub(crate) native_depth: u32,
    /// How deep coroutines that resume coroutines are nested.
    pub(crate) coroutine_depth: u32,
    /// The frames at the point where an error was raised that went to the host.
    pub(crate) traceback: Option<String>,
    /// The last error raised that is not an ordinary one: its kind and the bits of its value.
    pub(crate) marked_error: Option<(ErrorKind, u64)>,
    /// "not enough memory", made beforehand.
    pub(crate) out_of_memory_message: Gc<LuaString>,
    /// A buffer for concatenation.
    pub(crate) scratch: Vec<u8>,
    /// A list for the upvalues of a closure being made.
    pub(crate) captured: Vec<Gc<crate::function::Upvalue>>,
    /// Where string keys were found, behind the inline caches.
    pub(crate) lookups: Lookups,
    /// Patterns of the string library, read.
    pub(crate) patterns: Patterns,
    /// The variables of a main function that is being loaded reloadably.
    pub(crate) capture: Option<reload::Capture>,
    /// The top-level variables of reloadable modules.
    pub(crate) modules: Vec<reload::ModuleCells>,
    /// Counts what the VM is doing, if it was asked to.
    pub(crate) sampler: Option<Sampler>,
    /// The profiler of a script.
    pub(crate) profiler: Option<Profiler>,
    /// Time limit and requests to stop.
    pub(crate) interrupts: Interrupts,
    /// What is kept for the host: its handles, its types.
    pub(crate) host: crate::host::HostState,
    /// The host's side of the libraries.
    pub hooks: crate::hooks::Hooks,
    /// C types and the lending of host memory.
    pub ffi: crate::ffi::host::Ffi,
}

/// Slots of a new main stack.
const MAIN_STACK: u32 = 256;

impl Vm {
    /// A VM with empty globals and no libraries. `seed` goes into the hash of strings.
    ///
    /// # Errors
    /// When there is not even memory for that.
    pub fn new(seed: u64) -> Result<Box<Vm>, OutOfMemory> {
        let mut heap = Heap::new(seed);
        for event in Meta::ALL {
            let name = heap.intern(event.name().as_bytes())?;
            heap.roots.meta_names.push(name);
        }
        heap.roots.globals = Some(crate::table::new_table(&mut heap, 0, 64)?);
        heap.roots.registry = Some(crate::table::new_table(&mut heap, 0, 8)?);
        let thread = thread::new_thread(&mut heap, MAIN_STACK)?;
        heap.roots.main_thread = Some(thread);
        heap.roots.current_thread = Some(thread);
        // SAFETY: a fresh, live cell.
        unsafe { (*thread.as_ptr()).status = ThreadStatus::Running };
        let out_of_memory_message = heap.intern(b"not enough memory")?;
        heap.roots.pinned.push(out_of_memory_message.into());
        let interrupt = Arc::new(AtomicU32::new(0));
        let mut vm = Box::new(Vm {
            handlers: interp::handler_table(),
            watch: Watch::new(),
            interrupt: Arc::clone(&interrupt),
            activity: heap.activity.clone(),
            sampler: None,
            profiler: None,
            stack: std::ptr::null_mut(),
            stack_limit: std::ptr::null_mut(),
            frame: std::ptr::null_mut(),
            last_frame: std::ptr::null_mut(),
            thread,
            moved: true,
            compiled: CompilerLink::none(),
            heap,
            top: 1,
            exit: Ret { first: 0, count: 0 },
            failed: None,
            raise_prepared: false,
            handlers_running: 0,
            extra_stack: false,
            max_stack: MAX_STACK,
            native_depth: 0,
            coroutine_depth: 0,
            traceback: None,
            marked_error: None,
            out_of_memory_message,
            scratch: Vec::new(),
            captured: Vec::new(),
            lookups: Lookups::new(),
            patterns: Patterns::default(),
            capture: None,
            modules: Vec::new(),
            interrupts: Interrupts::new(interrupt),
            host: crate::host::HostState::default(),
            hooks: crate::hooks::Hooks::default(),
            ffi: crate::ffi::host::Ffi::default(),
        });
        vm.update_stack_limit();
        Ok(vm)
    }

    /// A new coroutine that will call a function.
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn new_coroutine(&mut self, function: RawValue) -> Result<Gc<Thread>, Raised> {
        let coroutine = thread::new_thread(&mut self.heap, 40)?;
        // SAFETY: a fresh, live cell with room for the function.
        unsafe {
            *(*coroutine.as_ptr()).stack = function;
            (*coroutine.as_ptr()).top = 1;
        }
        Ok(coroutine)
    }

    // ---- errors ----------------------------------------------------------------------------------------

    /// Raises a value.
    pub fn throw(&mut self, value: RawValue) -> Raised {
        self.raise_prepared = false;
        self.heap.roots.raised = Some(value);
        Raised::Error
    }

    /// The value of an error a native has caught (an `Err` it does not pass on).
    pub(crate) fn catch(&mut self, raised: Raised) -> RawValue {
        self.raise_prepared = false;
        interp::resume_error_value(self, raised)
    }

    // ---- strings and tables ----------------------------------------------------------------------------

    /// A new string value.
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn new_string(&mut self, bytes: &[u8]) -> Result<RawValue, Raised> {
        Ok(RawValue::string(self.heap.new_string(bytes)?))
    }

    /// A new table with room for `array` elements and `keys` keys.
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn new_table(&mut self, array: usize, keys: usize) -> Result<Gc<Table>, Raised> {
        Ok(crate::table::new_table(&mut self.heap, array, keys)?)
    }

    /// `rawset`, refusals as Lua errors.
    ///
    /// # Errors
    /// "table index is nil", "table index is NaN", "table overflow", or the memory limit.
    pub fn raw_set(&mut self, table: Gc<Table>, key: RawValue, value: RawValue) -> Result<(), Raised> {
        table.set(&mut self.heap, key, value).map_err(|e| self.set_error(e))
    }

    /// `rawset` with a string key.
    ///
    /// # Errors
    /// "table overflow", or the memory limit.
    pub fn raw_set_name(&mut self, table: Gc<Table>, key: &str, value: RawValue) -> Result<(), Raised> {
        let key = self.heap.intern(key.as_bytes())?;
        self.raw_set(table, key.into(), value)
    }

    // ---- calls -----------------------------------------------------------------------------------------

    /// Calls a value from Rust with arguments; the results lie on top of the stack, and `vm.top` is past them: the caller sets it
    /// back to `ret.first` when done. `__call` is honoured.
    ///
    /// # Errors
    /// Those the function raises; the stack is then as it was.
    pub fn call(&mut self, function: RawValue, args: &[RawValue]) -> NativeResult {
        interp::call(self, function, args, false)
    }

    /// Calls a value and keeps the first result only; the stack is left as it was.
    ///
    /// # Errors
    /// Those the function raises.
    pub fn call1(&mut self, function: RawValue, args: &[RawValue]) -> Result<RawValue, Raised> {
        let ret = self.call(function, args)?;
        let value = if ret.count > 0 { self.slot(ret.first) } else { RawValue::NIL };
        self.top = ret.first;
        Ok(value)
    }

    /// The metatable of any value.
    #[inline]
    pub fn metatable_of(&self, value: RawValue) -> Option<Gc<Table>> {
        match value.type_of() {
            Type::Table => value.as_table().and_then(Gc::<Table>::metatable),
            Type::UserData => value.as_userdata().and_then(Gc::<UserData>::metatable),
            Type::CData => value.as_cdata().and_then(|cdata| {
                if cdata.ctype().is_declared() {
                    self.ffi.c.base
                } else {
                    self.ffi.metatable(&self.heap, cdata.ctype())
                }
            }),
            other => self.heap.roots.type_metatables[other as usize],
        }
    }

    /// A metamethod of any value, nil when absent.
    #[inline]
    pub fn metamethod(&self, value: RawValue, event: Meta) -> RawValue {
        self.metatable_of(value).map_or(RawValue::NIL, |meta| meta.meta(&self.heap, event))
    }

    // ---- the host --------------------------------------------------------------------------------------

    /// What `print` writes with.
    pub fn write_output(&mut self, bytes: &[u8]) {
        // A closed output is no reason to stop a script, and `print` has no way to report it.
        drop(self.hooks.output.write_all(bytes));
        if self.hooks.is_unbuffered {
            drop(self.hooks.output.flush());
        }
    }

    // ---- limits and the collector ----------------------------------------------------------------------

    /// Whether somebody wants the running script to stop.
    #[inline(always)]
    pub(crate) fn interrupt_requested(&self) -> bool {
        self.interrupt.load(Relaxed) != 0
    }

    /// To be called every few thousand steps of a long library loop: the time limit and requests to stop are honoured here.
    ///
    /// # Errors
    /// When the script is to be stopped.
    #[inline]
    pub fn poll(&mut self) -> Result<(), Raised> {
        if self.interrupt_requested() { self.honour_interrupt() } else { Ok(()) }
    }

    /// Stops the script, if there is a reason to.
    ///
    /// # Errors
    /// When the script is to be stopped.
    #[cold]
    pub(crate) fn honour_interrupt(&mut self) -> Result<(), Raised> {
        match self.interrupts.reason() {
            None => {
                self.keep_sample();
                Ok(())
            }
            Some(reason) => {
                let _ = self.error(reason);
                Err(Raised::Interrupted)
            }
        }
    }

    /// The safe point between two instructions: `insn`, of the frame on top, has just been finished.
    #[inline(always)]
    pub(crate) fn check_collector(&mut self, insn: crate::bytecode::Insn) {
        if self.heap.debt > 0 {
            self.collect_between(insn);
        }
    }

    #[cold]
    #[inline(never)]
    fn collect_between(&mut self, insn: crate::bytecode::Insn) {
        let top = self.top;
        let limit = self.frame_limit();
        // Results of a multi-value call lie above the frame's registers.
        let is_call = matches!(insn.op(), crate::bytecode::Op::CALL | crate::bytecode::Op::TAILCALL);
        self.top = if is_call && insn.c() == 0 { limit.max(top) } else { limit };
        self.save_top();
        self.safe_point();
        self.top = top;
    }
}
