//! [`Lua`]: a virtual machine and who owns it.

#![allow(unsafe_code, reason = "a VM may move between threads")]

use std::io::Write;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use crate::context::Context;
use crate::hooks::ModuleSource;
use crate::limits::InterruptHandle;
use crate::stdlib::{self, Libraries};
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
#[derive(Clone, Debug, Default)]
pub struct LuaOptions {
    /// Its libraries; by default those that can do no harm.
    pub libraries: Libraries,
    /// The seed of its string hashes: two VMs with the same seed, scripts and inputs do the same. By default it is random.
    pub seed: Option<u64>,
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
        stdlib::open_libraries(&mut vm, options.libraries).expect("a new VM's libraries fit in memory");
        Lua { vm }
    }

    /// Sends what scripts print somewhere else than to standard output.
    pub fn set_output(&mut self, output: impl Write + Send + 'static) {
        self.vm.hooks.output = Box::new(output);
    }

    /// Sets what finds the modules that scripts `require`: given a name, it returns the source, or in a few lines, each begun by
    /// `"\n\t"`, where it has looked.
    pub fn set_module_loader(
        &mut self,
        loader: impl Fn(&str) -> Result<ModuleSource, String> + Send + Sync + 'static,
    ) {
        self.vm.hooks.module_loader = Some(Arc::new(loader));
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

/// A seed that differs from run to run.
fn random_seed() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0)
}
