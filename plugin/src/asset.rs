//! `.lua` files as assets: read and compiled on the IO task pool, with the modules they require as dependencies.

use std::sync::Arc;

use bevy_asset::io::Reader;
use bevy_asset::{Asset, AssetLoader, Handle, LoadContext};
use bevy_ecs::error::BevyError;
use bevy_reflect::TypePath;
use perilune::Draft;

/// A compiled script. Load one with the asset server; attach it to an entity with [`LuaScript`](crate::LuaScript).
#[derive(Asset, TypePath, Clone, Debug)]
pub struct LuaSource {
    /// Its path under the asset folder.
    pub(crate) path: String,
    /// The compiled chunk.
    pub(crate) draft: Arc<Draft>,
    /// A hash of the file's bytes: a save that changes nothing is ignored.
    pub(crate) hash: u64,
    /// The modules it requires by constant names.
    #[dependency]
    pub(crate) requires: Vec<Handle<LuaSource>>,
}

/// A script's text as it was compiled.
#[derive(Clone, Debug)]
pub(crate) struct Compiled {
    pub(crate) draft: Arc<Draft>,
    pub(crate) hash: u64,
}

/// Compiles a file's bytes.
pub(crate) fn compile(path: &str, bytes: &[u8]) -> Result<Compiled, perilune::Error> {
    let draft = perilune::compile(bytes, format!("@{path}").as_bytes())?;
    Ok(Compiled { draft: Arc::new(draft), hash: hash(bytes) })
}

/// A hash of a file's content (FNV-1a).
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// The asset path of a module: `lib.steering` is `scripts/lib/steering.lua`.
pub(crate) fn module_path(folder: &str, name: &str) -> String {
    format!("{folder}/{}.lua", name.replace('.', "/"))
}

/// Loads [`LuaSource`]s.
#[derive(TypePath)]
pub(crate) struct LuaLoader {
    /// The folder under the asset folder in which `require` looks.
    pub(crate) folder: String,
    /// Modules of the VM, which are no files.
    pub(crate) modules: Vec<String>,
}

impl AssetLoader for LuaLoader {
    type Asset = LuaSource;
    type Settings = ();
    type Error = BevyError;

    async fn load(
        &self,
        reader: &mut dyn Reader,
        (): &(),
        context: &mut LoadContext<'_>,
    ) -> Result<LuaSource, BevyError> {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).await?;
        let path = context.path().path().to_string_lossy().replace('\\', "/");
        let Compiled { draft, hash } = compile(&path, &bytes)?;
        let requires = draft
            .required_modules()
            .iter()
            .map(|name| String::from_utf8_lossy(name))
            .filter(|name| !self.modules.iter().any(|known| known == name))
            .map(|name| context.load(module_path(&self.folder, &name)))
            .collect();
        Ok(LuaSource { path, draft, hash, requires })
    }

    fn extensions(&self) -> &[&str] {
        &["lua"]
    }
}
