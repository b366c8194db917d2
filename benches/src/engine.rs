//! The engines that are compared, each with a state of its own per program.

use crate::embed;
use crate::program::Program;

/// An engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Our interpreter.
    Perilune,
    /// Ours with its compiler.
    PeriluneCompiled,
    /// LuaJIT's interpreter.
    LuaJitInterpreter,
    /// LuaJIT with its compiler.
    LuaJit,
}

/// A program made ready in one engine. A run returns its checksum.
pub struct Ready {
    run: Box<dyn FnMut() -> String>,
    collect: Box<dyn FnMut()>,
}

impl Ready {
    /// Does the work once.
    pub fn run(&mut self) -> String {
        (self.run)()
    }

    /// Leaves no garbage of the last run to the next.
    pub fn collect(&mut self) {
        (self.collect)();
    }
}

/// Wraps a program's function so that its checksum is text in every engine.
const WRAPPER: &str = "local work, size = ... return function() return tostring(work(size)) end";

impl Engine {
    /// In the order of the columns.
    pub const ALL: [Engine; 4] =
        [Engine::Perilune, Engine::PeriluneCompiled, Engine::LuaJitInterpreter, Engine::LuaJit];

    /// Heading of its column.
    pub fn heading(self) -> &'static str {
        match self {
            Engine::Perilune => "perilune",
            Engine::PeriluneCompiled => "compiled",
            Engine::LuaJitInterpreter => "luajit -joff",
            Engine::LuaJit => "luajit",
        }
    }

    /// Loads a program.
    ///
    /// # Panics
    /// When the program fails.
    pub fn prepare(self, program: &Program) -> Ready {
        match self {
            Engine::Perilune | Engine::PeriluneCompiled => {
                let mut lua = perilune(self == Engine::PeriluneCompiled);
                let run = prepare_perilune(&mut lua, program)
                    .unwrap_or_else(|error| panic!("{}: {error}", program.name));
                ready_perilune(lua, move |lua| run.call(lua, ()))
            }
            Engine::LuaJitInterpreter | Engine::LuaJit => {
                let lua = self.luajit();
                let run =
                    prepare_luajit(&lua, program).unwrap_or_else(|error| panic!("{}: {error}", program.name));
                ready_luajit(lua, move |_| run.call(()))
            }
        }
    }

    /// Loads the packet server of the `embed` example, called once per packet by the host.
    ///
    /// # Panics
    /// When the server fails.
    pub fn prepare_embed(self, packets: u32) -> Ready {
        match self {
            Engine::Perilune | Engine::PeriluneCompiled => {
                let mut lua = perilune(self == Engine::PeriluneCompiled);
                let mut server = embed::Server::in_perilune(&mut lua).expect("the server starts");
                ready_perilune(lua, move |lua| server.run_perilune(lua, packets))
            }
            Engine::LuaJitInterpreter | Engine::LuaJit => {
                let lua = self.luajit();
                let mut server = embed::Server::in_luajit(&lua).expect("the server starts");
                ready_luajit(lua, move |_| server.run_luajit(packets))
            }
        }
    }

    fn luajit(self) -> mlua::Lua {
        let lua =
            mlua::Lua::new_with(mlua::StdLib::ALL_SAFE, mlua::LuaOptions::new()).expect("a LuaJIT state");
        if self == Engine::LuaJitInterpreter {
            lua.load("jit.off()").exec().expect("jit.off");
        }
        lua
    }
}

/// A state as the benches use it.
pub(crate) fn perilune(jit: bool) -> perilune::Lua {
    perilune::Lua::with_options(perilune::LuaOptions { seed: Some(1), jit, ..Default::default() })
}

/// A program's function without arguments.
pub(crate) fn prepare_perilune(
    lua: &mut perilune::Lua,
    program: &Program,
) -> Result<perilune::Function, perilune::Error> {
    let work: perilune::Function = lua.load(&program.source).name(&program.name).eval(lua)?;
    let wrapper = lua.load(WRAPPER).into_function(lua)?;
    wrapper.call(lua, (work, program.size))
}

fn prepare_luajit(lua: &mlua::Lua, program: &Program) -> mlua::Result<mlua::Function> {
    let work: mlua::Function = lua.load(&program.source).set_name(&program.name).eval()?;
    lua.load(WRAPPER).call((work, program.size))
}

fn ready_perilune(
    lua: perilune::Lua,
    mut run: impl FnMut(&mut perilune::Lua) -> Result<String, perilune::Error> + 'static,
) -> Ready {
    let lua = std::rc::Rc::new(std::cell::RefCell::new(lua));
    let collected = lua.clone();
    Ready {
        run: Box::new(move || run(&mut lua.borrow_mut()).unwrap_or_else(|error| panic!("perilune: {error}"))),
        collect: Box::new(move || collected.borrow_mut().gc_collect()),
    }
}

fn ready_luajit(lua: mlua::Lua, mut run: impl FnMut(&mlua::Lua) -> mlua::Result<String> + 'static) -> Ready {
    // Never dropped: collecting once more at the end of the packet loop crashes inside LuaJIT (mlua 0.12.2).
    let lua = std::mem::ManuallyDrop::new(lua);
    let collected = lua.clone();
    Ready {
        run: Box::new(move || run(&lua).unwrap_or_else(|error| panic!("luajit: {error}"))),
        collect: Box::new(move || collected.gc_collect().expect("a collection")),
    }
}
