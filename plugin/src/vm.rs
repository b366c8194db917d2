//! The VM as a resource.

use bevy_ecs::resource::Resource;
use bevy_platform::cell::SyncCell;
use perilune::{Lua, LuaOptions, Table, Value};

use crate::collect::FullCollectionWarnings;
use crate::library::Library;
use crate::settings::LuaSettings;

/// The virtual machine that runs the app's scripts.
///
/// Systems that use it run one after another. Between frames, and in systems of one's own, it can be called directly:
///
/// ```
/// # use bevy_ecs::prelude::*;
/// # use bevy_perilune::LuaVm;
/// fn count_scores(mut vm: ResMut<LuaVm>) -> Result {
///     let lua = vm.lua();
///     let total: f64 = lua.load("return (score or 0) + 1").eval(lua)?;
///     println!("{total}");
///     Ok(())
/// }
/// ```
#[derive(Resource)]
pub struct LuaVm {
    lua: SyncCell<Lua>,
    pub(crate) library: Library,
    /// The settings it was given last.
    pub(crate) applied: Option<LuaSettings>,
}

impl LuaVm {
    pub(crate) fn new(library: Library, options: LuaOptions) -> Result<LuaVm, perilune::Error> {
        let mut lua = Lua::with_options(options);
        lua.set_output(crate::output::LogOutput::default());
        let warned = FullCollectionWarnings::default();
        lua.set_full_collection_hook(move |full| warned.warn(full));
        library.install(&mut lua)?;
        Ok(LuaVm { lua: SyncCell::new(lua), library, applied: None })
    }

    /// The modules that `require` knows without a file: `ffi`, `bit`, `string.buffer` and so on.
    pub(crate) fn modules(&mut self) -> Result<Vec<String>, perilune::Error> {
        let lua = self.lua();
        let package: Table = lua.globals().get(lua, "package")?;
        let mut names = Vec::new();
        for table in ["loaded", "preload"] {
            let table: Table = package.get(lua, table)?;
            table.for_each(lua, |_, name: String, _: Value| {
                names.push(name);
                Ok(())
            })?;
        }
        Ok(names)
    }

    /// The virtual machine.
    pub fn lua(&mut self) -> &mut Lua {
        self.lua.get()
    }
}
