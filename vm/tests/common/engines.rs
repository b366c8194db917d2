//! LuaJIT and Perilune, each as a function from a program to its output.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use perilune::{Context, Error, Libraries, Lua, LuaOptions, LuaString, Stress};

use super::{DRIVER, Program};

/// No test program takes nearly as long, in any mode, on a machine that has other things to do as well.
const TIME_LIMIT: Duration = Duration::from_secs(300);

/// What a program prints when LuaJIT runs it, with its compiler off.
pub(crate) fn luajit(program: &Program) -> Vec<u8> {
    let output = Output::default();
    let result = run_luajit(program, output.clone());
    output.finish(result.map_err(|error| error.to_string()))
}

fn run_luajit(program: &Program, output: Output) -> mlua::Result<()> {
    // The programs use `debug`, which the safe constructor leaves out.
    // SAFETY: the test programs call only functions of the C library, as C wants them called.
    #[allow(unsafe_code, reason = "a whole LuaJIT, as its own command line offers it")]
    let lua = unsafe { mlua::Lua::unsafe_new() };
    lua.load("jit.off()").exec()?;
    let emit = lua.create_function(move |_, text: mlua::LuaString| {
        output.push(&text.as_bytes());
        Ok(())
    })?;
    let source = lua.create_string(&program.source)?;
    lua.load(DRIVER).set_name("=driver").call::<()>((emit, source, chunk_name(program)))
}

/// What a program prints when Perilune runs it.
pub(crate) fn perilune(program: &Program, mode: Mode) -> Vec<u8> {
    let output = Output::default();
    let result = run_perilune(program, mode, output.clone());
    output.finish(result.map_err(|error| error.to_string()))
}

/// How Perilune runs a program.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mode {
    /// As a host would.
    Plain,
    /// A step of a collection at every allocation, a new collection at every safe point, the heap verified.
    CollectorStress,
    /// After `string.dump` and back.
    Dumped,
    /// Every loop compiled in its second turn, every exit recorded.
    Compiled,
    /// The same under collector stress.
    CompiledStress,
    /// Compiled, and each guard fails when it is its turn, whether it holds or not.
    Forced,
    /// Compiled, and loops and exits become hot after random numbers of turns.
    OddlyHot,
    /// As a host would, but hot soon: compiled by another thread while the program runs, and only where that pays.
    Background,
}

impl Mode {
    fn compiles(self) -> bool {
        match self {
            Mode::Plain | Mode::CollectorStress | Mode::Dumped => false,
            Mode::Compiled | Mode::CompiledStress | Mode::Forced | Mode::OddlyHot | Mode::Background => true,
        }
    }
}

fn run_perilune(program: &Program, mode: Mode, output: Output) -> Result<(), Error> {
    let options = LuaOptions {
        libraries: Libraries::ALL,
        seed: Some(1),
        bytecode: true,
        unsafe_ffi: true,
        jit: mode.compiles(),
    };
    let mut lua = Lua::with_options(options);
    lua.set_time_limit(Some(TIME_LIMIT));
    if mode.compiles() {
        lua.load("jit.opt.start('hotloop=1', 'hotexit=1')").exec(&mut lua)?;
    }
    // Other guards and other numbers for each program, the same in each run; others with another seed.
    let seed =
        std::env::var("PERILUNE_SEED").map_or(0, |text| text.parse().expect("PERILUNE_SEED is a number"));
    let number = program.source.iter().fold(seed, |n: u32, byte| n.wrapping_mul(31) ^ u32::from(*byte)) >> 8;
    match mode {
        Mode::Forced => lua.set_compiler_test_parameter("force", number),
        Mode::OddlyHot => lua.set_compiler_test_parameter("seed", number),
        Mode::Background => {
            let options =
                format!("jit.opt.start('hotloop={}', 'hotexit={}')", 2 + number % 11, 1 + number % 3);
            lua.load(&options).exec(&mut lua)?;
        }
        _ => {}
    }
    if matches!(mode, Mode::CollectorStress | Mode::CompiledStress) {
        lua.set_gc_stress(Stress::EveryAllocation);
    }
    let emit = lua.create_function("emit", move |cx: &mut Context, text: LuaString| {
        output.push(text.as_bytes(cx)?);
        Ok(())
    })?;
    let source = match mode {
        Mode::Plain
        | Mode::CollectorStress
        | Mode::Compiled
        | Mode::CompiledStress
        | Mode::Forced
        | Mode::OddlyHot
        | Mode::Background => lua.create_string(&program.source)?,
        Mode::Dumped => {
            let dump = "local source, name = ... return string.dump(assert(loadstring(source, name)))";
            let dump = lua.load(dump).into_function(&mut lua)?;
            let source = lua.create_string(&program.source)?;
            dump.call(&mut lua, (source, chunk_name(program)))?
        }
    };
    let driver = lua.load(DRIVER).name("=driver").into_function(&mut lua)?;
    driver.call(&mut lua, (emit, source, chunk_name(program)))
}

fn chunk_name(program: &Program) -> String {
    format!("={}", program.name)
}

/// Collects what a program prints.
#[derive(Clone, Default)]
struct Output(Arc<Mutex<Vec<u8>>>);

impl Output {
    fn push(&self, text: &[u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(text);
    }

    /// All of it, with the failure of the driver itself, which no program should cause, at the end.
    fn finish(self, result: Result<(), String>) -> Vec<u8> {
        if let Err(message) = result {
            self.push(format!("driver failed: {message}\n").as_bytes());
        }
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
