//! The scripts a VM knows: their compiled text, what they returned, and `require` between them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bevy_platform::collections::HashMap;
use perilune::{Context, Draft, Error, Lua, Module, Value};

use crate::asset::{Compiled, module_path};
use crate::world::driver;

/// Shared by the plugin's systems and the VM's `require`.
#[derive(Clone)]
pub(crate) struct Library(Arc<Mutex<Inner>>);

struct Inner {
    /// The folder `require` looks in.
    folder: String,
    scripts: HashMap<String, Script>,
    /// Paths being loaded, innermost last: who asks.
    loading: Vec<String>,
    /// Where assets come from, for messages.
    asset_root: String,
    /// Scripts that were asked for by no script's top level, and stay.
    kept: Vec<String>,
}

struct Script {
    draft: Arc<Draft>,
    hash: u64,
    /// Once it has run. Taken out while it reloads.
    module: Option<Module>,
    /// The scripts it has asked for by names that its text does not show.
    required: Vec<String>,
}

impl Library {
    pub(crate) fn new(folder: &str, asset_root: &str) -> Library {
        Library(Arc::new(Mutex::new(Inner {
            folder: folder.to_owned(),
            scripts: HashMap::default(),
            loading: Vec::new(),
            asset_root: asset_root.to_owned(),
            kept: Vec::new(),
        })))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a compiled script known, unless one is already.
    pub(crate) fn add(&self, path: &str, compiled: Compiled) {
        let script =
            || Script { draft: compiled.draft, hash: compiled.hash, module: None, required: Vec::new() };
        self.lock().scripts.entry(path.to_owned()).or_insert_with(script);
    }

    /// The hash of the text a script has now, if it is known.
    pub(crate) fn hash(&self, path: &str) -> Option<u64> {
        self.lock().scripts.get(path).map(|script| script.hash)
    }

    /// Forgets the scripts that have run and that none of `roots` requires any more, directly or through others. Gives their paths.
    pub(crate) fn unload_unused(&self, cx: &mut Context, roots: &[String]) -> Result<Vec<String>, Error> {
        let mut modules = Vec::new();
        let unused = {
            let mut inner = self.lock();
            let mut used: Vec<String> = Vec::new();
            let mut queue: Vec<String> = roots.iter().chain(&inner.kept).cloned().collect();
            while let Some(path) = queue.pop() {
                if used.contains(&path) {
                    continue;
                }
                if let Some(script) = inner.scripts.get(&path) {
                    for name in
                        script.draft.required_modules().iter().map(|name| String::from_utf8_lossy(name))
                    {
                        queue.push(module_path(&inner.folder, &name));
                        modules.push(name.into_owned());
                    }
                    queue.extend(script.required.iter().cloned());
                }
                used.push(path);
            }
            let unused: Vec<String> = inner
                .scripts
                .iter()
                .filter(|(path, script)| script.module.is_some() && !used.contains(path))
                .map(|(path, _)| path.clone())
                .collect();
            for path in &unused {
                if let Some(script) = inner.scripts.get_mut(path) {
                    // Its text stays known: whoever requires it again runs it anew.
                    script.module = None;
                    script.required.clear();
                }
            }
            unused
        };
        if unused.is_empty() {
            return Ok(unused);
        }
        let package: perilune::Table = cx.globals().get(cx, "package")?;
        let loaded: perilune::Table = package.get(cx, "loaded")?;
        let folder = self.lock().folder.clone();
        let mut gone = Vec::new();
        loaded.for_each(cx, |_, name: Value, _: Value| {
            if let Value::String(name) = name {
                gone.push(name);
            }
            Ok(())
        })?;
        for name in gone {
            let text = name.to_string_lossy(cx)?;
            if unused.contains(&module_path(&folder, &text)) {
                loaded.set(cx, &name, Value::Nil)?;
            }
        }
        Ok(unused)
    }

    /// Puts the `require` of this library into a VM.
    pub(crate) fn install(&self, lua: &mut Lua) -> Result<(), Error> {
        let library = self.clone();
        let require = lua.create_function("require", move |cx, name: String| library.require(cx, &name))?;
        lua.globals().set(lua, "require", &require)
    }

    fn require(&self, cx: &mut Context, name: &str) -> Result<Value, Error> {
        let package: perilune::Table = cx.globals().get(cx, "package")?;
        let loaded: perilune::Table = package.get(cx, "loaded")?;
        let known: Value = loaded.get(cx, name)?;
        if !known.is_nil() {
            return Ok(known);
        }
        let preload: perilune::Table = package.get(cx, "preload")?;
        if let Value::Function(loader) = preload.get(cx, name)? {
            let value = match loader.call(cx, name)? {
                Value::Nil => Value::Boolean(true),
                value => value,
            };
            loaded.set(cx, name, &value)?;
            return Ok(value);
        }
        let path = module_path(&self.lock().folder, name);
        {
            let mut inner = self.lock();
            let asking = inner.loading.last().cloned();
            let Inner { scripts, kept, .. } = &mut *inner;
            let required = match asking.and_then(|asking| scripts.get_mut(&asking)) {
                Some(script) => &mut script.required,
                // Asked for while a hook or the game's own code runs: who knows for how long.
                None => kept,
            };
            if !required.contains(&path) {
                required.push(path.clone());
            }
        }
        let value = match self.run(cx, &path)? {
            Value::Nil => Value::Boolean(true),
            value => value,
        };
        loaded.set(cx, name, &value)?;
        Ok(value)
    }

    /// Runs a script, unless it has been, and gives what it returned.
    ///
    /// # Errors
    /// The script is not there, is loading already, or fails.
    pub(crate) fn run(&self, cx: &mut Context, path: &str) -> Result<Value, Error> {
        let draft = {
            let mut inner = self.lock();
            let asking = inner.loading.last().cloned();
            let root = inner.asset_root.clone();
            let Some(script) = inner.scripts.get(path) else {
                let by = asking.map_or_else(String::new, |by| format!(", asked for by {by}"));
                return Err(Error::runtime(format!("there is no script '{root}/{path}'{by}")));
            };
            if let Some(module) = &script.module {
                return Ok(module.result().clone());
            }
            let draft = Arc::clone(&script.draft);
            if inner.loading.iter().any(|loading| loading == path) {
                let chain = inner.loading.join(" -> ");
                return Err(Error::runtime(format!(
                    "scripts require each other in a circle: {chain} -> {path}; move what they share into a script of its own"
                )));
            }
            inner.loading.push(path.to_owned());
            draft
        };
        driver::begin_script(cx, path);
        let outcome = cx.load_module(&draft);
        driver::end_script(cx, outcome.is_ok());
        let mut inner = self.lock();
        inner.loading.pop();
        let module = outcome?;
        let result = module.result().clone();
        if let Some(script) = inner.scripts.get_mut(path) {
            script.module = Some(module);
        }
        Ok(result)
    }

    /// Gives a script a new text. One that has run is reloaded; when that fails the old version stays.
    ///
    /// # Errors
    /// Those of the new version's top level.
    pub(crate) fn reload(&self, cx: &mut Context, path: &str, compiled: Compiled) -> Result<(), Error> {
        let required;
        let module = {
            let mut inner = self.lock();
            let Some(script) = inner.scripts.get_mut(path) else { return Ok(()) };
            // The new top level says anew what it requires.
            required = std::mem::take(&mut script.required);
            match script.module.take() {
                Some(module) => module,
                None => {
                    // It has not run, or its first version failed: the next attempt takes the new text.
                    script.draft = compiled.draft;
                    script.hash = compiled.hash;
                    return Ok(());
                }
            }
        };
        let mut module = module;
        self.lock().loading.push(path.to_owned());
        driver::begin_script(cx, path);
        let outcome = cx.reload_module(&mut module, &compiled.draft);
        driver::end_script(cx, outcome.is_ok());
        let mut inner = self.lock();
        inner.loading.pop();
        if let Some(script) = inner.scripts.get_mut(path) {
            script.module = Some(module);
            if outcome.is_ok() {
                script.draft = compiled.draft;
                script.hash = compiled.hash;
            } else {
                script.required = required;
            }
        }
        outcome.map(|_| ())
    }
}
