//! [`Lua`]: a virtual machine and who owns it.

#![allow(unsafe_code, reason = "a VM may move between threads")]

use std::io::{self, Write};
use std::ops::{Deref, DerefMut};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use crate::context::Context;
use crate::gc::{Budget, Clock, MemoryLimit, Policy, SliceRecord, Stress};
use crate::hooks::{FullCollection, ModuleSource};
use crate::limits::InterruptHandle;
use crate::stdlib::{self, Libraries};
use crate::thread::MAX_STACK;
use crate::vm::Vm;

/// A virtual machine: its heap, its globals, its scripts.
///
/// It may move between threads but is used by one at a time. Most of what it does it does as a [`Context`], which is also
/// what Rust functions called by scripts are given.
///
/// ```
/// # fn main() -> Result<(), perilune::Error> {
/// use perilune::Lua;
///
/// let mut lua = Lua::new();
/// let greet = lua.create_function("greet", |_, name: String| Ok(format!("hello, {name}")))?;
/// lua.globals().set(&mut lua, "greet", &greet)?;
/// let text: String = lua.load("return greet('moon')").eval(&mut lua)?;
/// assert_eq!(text, "hello, moon");
/// # Ok(())
/// # }
/// ```
pub struct Lua {
    vm: Box<Vm>,
}

/// What a new VM is given.
#[derive(Clone, Debug)]
pub struct LuaOptions {
    /// Its libraries; by default those that can do no harm.
    pub libraries: Libraries,
    /// The seed of its string hashes: two VMs with the same seed, scripts and inputs do the same. By default it is random.
    pub seed: Option<u64>,
    /// Whether it loads bytecode that `string.dump` has written, where it loads source text. Bytecode is verified first: no bytes
    /// can do more than a script could. By default it does not, as few hosts have a use for it.
    pub bytecode: bool,
    /// The capability `UnsafeFfi`: scripts may follow raw pointers, call C functions and load C libraries through the `ffi` library, and
    /// so do anything the process can do, crashing it included. Without it, which is the default, `ffi` has C types and values of its own
    /// and what the host lends, every access checked.
    pub unsafe_ffi: bool,
    /// Whether hot loops are compiled to machine code. Where that is not possible (the crate's feature `jit` is off, or the machine is none that code
    /// can be made for) the interpreter does everything, with the same results. On by default; scripts switch it off for themselves or single functions with `jit.off`.
    pub jit: bool,
}

impl Default for LuaOptions {
    fn default() -> LuaOptions {
        LuaOptions {
            libraries: Libraries::default(),
            seed: None,
            bytecode: false,
            unsafe_ffi: false,
            jit: true,
        }
    }
}

// SAFETY: a VM's heap, stacks and code are reached through it alone, or through handles, which need it to do anything but being dropped. What
// the host put in (closures, userdata, hooks) is `Send`.
unsafe impl Send for Lua {}

impl Default for Lua {
    fn default() -> Lua {
        Lua::new()
    }
}

impl Lua {
    /// A VM with the libraries that can do no harm: no files, no processes, no access to other functions' variables.
    pub fn new() -> Lua {
        Lua::with_options(LuaOptions::default())
    }

    /// A VM as wanted.
    ///
    /// # Panics
    /// When there is no memory for its libraries.
    pub fn with_options(options: LuaOptions) -> Lua {
        let seed = options.seed.unwrap_or_else(random_seed);
        let mut vm = Vm::new(seed).expect("a new VM fits in memory");
        if options.jit {
            crate::jit::install(&mut vm);
        }
        stdlib::open_libraries(&mut vm, options.libraries).expect("a new VM's libraries fit in memory");
        vm.hooks.loads_bytecode = options.bytecode;
        vm.ffi.c.is_unrestricted = options.unsafe_ffi;
        Lua { vm }
    }

    /// Sends what scripts print somewhere else than to standard output.
    pub fn set_output(&mut self, output: impl Write + Send + 'static) {
        self.vm.hooks.output = Box::new(Guarded(output));
    }

    /// Sets what finds the modules that scripts `require`: given a name, it returns the source, or in a few lines, each begun by
    /// `"\n\t"`, where it has looked.
    pub fn set_module_loader(
        &mut self,
        loader: impl Fn(&str) -> Result<ModuleSource, String> + Send + Sync + 'static,
    ) {
        self.vm.hooks.module_loader = Some(Arc::new(move |name: &str| {
            let found = catch_unwind(AssertUnwindSafe(|| loader(name)));
            found.unwrap_or_else(|_| Err(format!("\n\tthe host's module loader panicked at '{name}'")))
        }));
    }

    /// The frame's slice of collecting, for a host that has frames: to be called once a frame. It takes no longer than the budget, whatever
    /// the heap holds; finalizers of scripts may take half of it again. Allocation then leaves collecting to the frames as far as it can.
    ///
    /// ```
    /// # fn main() -> Result<(), perilune::Error> {
    /// use std::time::Duration;
    /// use perilune::{Budget, Lua};
    ///
    /// let mut lua = Lua::new();
    /// let update = lua.load("local junk = { ... }").into_function(&mut lua)?;
    /// for frame in 0..100 {
    ///     update.call::<()>(&mut lua, frame)?;
    ///     lua.gc_frame(Budget::Time(Duration::from_micros(500)));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn gc_frame(&mut self, budget: Budget) -> SliceRecord {
        self.gc_frame_with_slack(budget, Duration::ZERO)
    }

    /// [`Lua::gc_frame`] for a host that knows how much time is left in the frame beyond the budget. It is used when allocation outruns
    /// the budget, before the budget is raised, and under every policy.
    pub fn gc_frame_with_slack(&mut self, budget: Budget, slack: Duration) -> SliceRecord {
        self.vm.collect_in_frame(budget, slack)
    }

    /// Has the next [`Lua::gc_frame`] start a collection if none is under way, whether one is due or not: while a level loads, say.
    pub fn gc_request(&mut self) {
        self.vm.heap.request_cycle();
    }

    /// Sets what stalls are measured with, and the gaps between looks at the clock (see [`CollectorStats`](crate::CollectorStats)).
    pub fn set_gc_clocks(&mut self, stalls: Clock, gaps: Clock) {
        self.vm.heap.stats.stall_clock = stalls;
        self.vm.heap.stats.gap_clock = gaps;
    }

    /// Sets how much the collector may exceed its budget when allocation outruns it.
    pub fn set_gc_policy(&mut self, policy: Policy) {
        self.vm.heap.set_policy(policy);
    }

    /// Sets who is told when a script has all garbage collected at once: with `collectgarbage()`, or with a step so large that a whole
    /// collection fits in it. A host with frames may want to say so to whoever wrote the script.
    ///
    /// ```
    /// # fn main() -> Result<(), perilune::Error> {
    /// let mut lua = perilune::Lua::new();
    /// lua.set_full_collection_hook(|full| eprintln!("{:?} stopped the game for {:?}", full.caller, full.time));
    /// lua.load("collectgarbage()").name("@rules.lua").exec(&mut lua)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_full_collection_hook(&mut self, hook: impl Fn(&FullCollection) + Send + Sync + 'static) {
        self.vm.hooks.full_collection = Some(Arc::new(move |full: &FullCollection| {
            // A panic must not unwind through the interpreter, and there is nobody to tell.
            drop(catch_unwind(AssertUnwindSafe(|| hook(full))));
        }));
    }

    /// Makes every allocation a step of a collection and checks the heap all along: for tests.
    pub fn set_gc_stress(&mut self, stress: Stress) {
        self.vm.heap.set_stress(stress);
    }

    /// Sets something of the compiler of hot loops that only its tests want: `force` and a number, to have every guard of compiled code fail in its turn;
    /// `seed` and a number, to have loops recorded at random times.
    #[doc(hidden)]
    pub fn set_compiler_test_parameter(&mut self, name: &str, value: u32) {
        let control = crate::interp::compiled::Control::Parameter(name.as_bytes(), value.cast_signed());
        (self.vm.compiled.control)(&mut self.vm, control);
    }

    /// Forgets the slices measured so far, for a measurement that starts now.
    pub fn reset_slice_stats(&mut self) {
        self.vm.heap.stats.reset_slices();
    }

    /// Limits the memory of the heap, Rust-side buffers included. Above the soft limit a collection is made at once; a host with frames
    /// ([`Lua::gc_frame`]) gets longer slices instead, as its policy allows, and allocation helps. At the hard limit a collection under way is
    /// finished, and then scripts get the error "not enough memory". `None` is no limit but the machine's.
    pub fn set_memory_limit(&mut self, limit: Option<MemoryLimit>) {
        self.vm.heap.set_memory_limit(limit.unwrap_or(MemoryLimit::NONE));
    }

    /// Limits how many values the stack of a coroutine may hold, at most and by default about 65,000: a recursion that needs more ends
    /// in [`ErrorKind::StackOverflow`](crate::ErrorKind::StackOverflow).
    pub fn set_stack_limit(&mut self, values: u32) {
        self.vm.set_max_stack(values.clamp(LEAST_STACK, MAX_STACK));
    }

    /// Sets the longest a call from the host may take, scripts and the Rust functions they call together; calls within calls share
    /// the time of the outermost. A script that takes longer is stopped with [`ErrorKind::Interrupted`](crate::ErrorKind::Interrupted), an
    /// eighth of the limit late at most. Scripts cannot catch that.
    ///
    /// The first limit starts a thread that watches this VM.
    pub fn set_time_limit(&mut self, limit: Option<Duration>) {
        self.vm.interrupts.set_time_limit(limit);
    }

    /// The time limit in force.
    pub fn time_limit(&self) -> Option<Duration> {
        self.vm.interrupts.time_limit()
    }

    /// Sets the most instructions of the virtual machine a call from the host may take; calls within calls share them. A script that needs
    /// more is stopped with [`ErrorKind::Interrupted`](crate::ErrorKind::Interrupted), always at the same place, which makes this the
    /// limit for tests and replays; a library function counts as the one instruction that calls it. Scripts take a third to a half longer under the limit:
    /// [`Lua::set_time_limit`] costs nothing.
    ///
    /// ```
    /// let mut lua = perilune::Lua::new();
    /// lua.set_instruction_limit(Some(10_000));
    /// let error = lua.load("while true do end").exec(&mut lua).unwrap_err();
    /// assert_eq!(error.kind(), perilune::ErrorKind::Interrupted);
    /// assert!(error.to_string().contains("instruction limit of 10000 exceeded"));
    /// ```
    pub fn set_instruction_limit(&mut self, limit: Option<u64>) {
        self.vm.limit_instructions(limit);
    }

    /// Has a thread look, at this interval, whether scripts run as machine code, in the interpreter or otherwise:
    /// [`CompilerStats::share`](crate::CompilerStats::share). What scripts do pays one store for it whenever they change between these, looked at or not.
    pub fn set_sampling(&mut self, interval: Option<Duration>) {
        self.vm.sample_activity(interval.map(|interval| interval.max(Duration::from_micros(100))));
    }

    /// The instruction limit in force.
    pub fn instruction_limit(&self) -> Option<u64> {
        self.vm.instruction_limit()
    }

    /// A handle with which any thread can stop the scripts of this VM.
    pub fn interrupt_handle(&self) -> InterruptHandle {
        self.vm.interrupts.handle()
    }
}

impl Deref for Lua {
    type Target = Context;

    #[inline(always)]
    fn deref(&self) -> &Context {
        Context::of_ref(&self.vm)
    }
}

impl DerefMut for Lua {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut Context {
        Context::of(&mut self.vm)
    }
}

/// A writer whose panics are errors: they must not unwind through the interpreter.
struct Guarded<W>(W);

impl<W: Write> Write for Guarded<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        catch_unwind(AssertUnwindSafe(|| self.0.write(bytes))).unwrap_or_else(|_| Err(panicked()))
    }

    fn flush(&mut self) -> io::Result<()> {
        catch_unwind(AssertUnwindSafe(|| self.0.flush())).unwrap_or_else(|_| Err(panicked()))
    }
}

fn panicked() -> io::Error {
    io::Error::other("the host's output panicked")
}

/// The stack with which the libraries still work.
const LEAST_STACK: u32 = 1_000;

/// A seed that differs from run to run.
fn random_seed() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0)
}
