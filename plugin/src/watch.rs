//! Noticing saved scripts: `notify` on the asset folder, compiled where it is noticed, handed over through a channel.
//!
//! Bevy's own watcher waits 300 ms for a burst of events to end; here the end of a write is known from the event itself (closed after
//! writing, or renamed into place), and only where a platform does not tell does a quiet time decide.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use bevy_ecs::resource::Resource;
use bevy_platform::collections::HashMap;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use notify::event::{AccessKind, AccessMode, ModifyKind, RenameMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::asset::{self, Compiled};

/// How long a file must be quiet where nothing says that its writing has ended.
const QUIET: Duration = Duration::from_millis(25);

/// A script that was saved.
pub(crate) struct Saved {
    /// Its path under the asset folder.
    pub(crate) path: String,
    /// The compiled file, or why it does not compile.
    pub(crate) result: Result<Compiled, perilune::Error>,
    /// When the end of its writing was noticed.
    pub(crate) noticed: Instant,
}

/// The watcher and what it has found.
#[derive(Resource)]
pub(crate) struct ScriptWatcher {
    pub(crate) saved: Receiver<Saved>,
    // Dropping it ends the events, and with them the compiling thread.
    _watcher: RecommendedWatcher,
}

impl ScriptWatcher {
    /// Watches a folder of assets.
    ///
    /// # Errors
    /// When the folder cannot be watched.
    pub(crate) fn new(root: PathBuf) -> notify::Result<ScriptWatcher> {
        let root = root.canonicalize().unwrap_or(root);
        let (events, incoming) = unbounded::<notify::Result<Event>>();
        let mut watcher = notify::recommended_watcher(events)?;
        watcher.watch(&root, RecursiveMode::Recursive)?;
        let (sender, saved) = unbounded();
        thread::Builder::new()
            .name("perilune-reload".to_owned())
            .spawn(move || compile_saved(&root, &incoming, &sender))
            .map_err(notify::Error::io)?;
        Ok(ScriptWatcher { saved, _watcher: watcher })
    }
}

/// The thread: ends when the watcher is dropped.
fn compile_saved(root: &Path, events: &Receiver<notify::Result<Event>>, saved: &Sender<Saved>) {
    let mut pending: HashMap<PathBuf, Instant> = HashMap::default();
    loop {
        let event = if pending.is_empty() {
            match events.recv() {
                Ok(event) => Some(event),
                Err(_) => return,
            }
        } else {
            match events.recv_timeout(QUIET) {
                Ok(event) => Some(event),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            }
        };
        if let Some(Ok(event)) = event {
            let finished = is_end_of_write(&event.kind);
            if finished || is_write(&event.kind) {
                let mut paths = event.paths;
                // Files put into a new folder may come before the folder is watched.
                for folder in paths.iter().filter(|path| path.is_dir()).cloned().collect::<Vec<_>>() {
                    scripts_in(&folder, &mut pending);
                }
                paths.retain(|path| is_script(path));
                for path in paths {
                    if finished {
                        pending.remove(&path);
                        hand_over(root, &path, saved);
                    } else {
                        pending.insert(path, Instant::now());
                    }
                }
            }
        }
        let quiet: Vec<PathBuf> = pending
            .iter()
            .filter(|(_, since)| since.elapsed() >= QUIET)
            .map(|(path, _)| path.clone())
            .collect();
        for path in quiet {
            pending.remove(&path);
            hand_over(root, &path, saved);
        }
    }
}

/// The file is complete: closed after writing, or renamed to its name.
fn is_end_of_write(kind: &EventKind) -> bool {
    matches!(
        kind,
        EventKind::Access(AccessKind::Close(AccessMode::Write))
            | EventKind::Modify(ModifyKind::Name(RenameMode::To | RenameMode::Both))
    )
}

/// The file is being written.
fn is_write(kind: &EventKind) -> bool {
    matches!(
        kind,
        EventKind::Create(_)
            | EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Any | ModifyKind::Name(RenameMode::Any))
    )
}

/// Adds the scripts of a folder, and of those in it, to what is waited for.
fn scripts_in(folder: &Path, pending: &mut HashMap<PathBuf, Instant>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            scripts_in(&path, pending);
        } else if is_script(&path) {
            pending.insert(path, Instant::now());
        }
    }
}

fn is_script(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "lua")
}

/// Compiles a file and sends the outcome. A file that is gone again is a save under way.
fn hand_over(root: &Path, path: &Path, saved: &Sender<Saved>) {
    let noticed = Instant::now();
    let Ok(bytes) = std::fs::read(path) else { return };
    let Ok(relative) = path.strip_prefix(root) else { return };
    let relative = relative.to_string_lossy().replace('\\', "/");
    let result = asset::compile(&relative, &bytes);
    // Nobody listens any more when the app ends.
    drop(saved.send(Saved { path: relative, result, noticed }));
}
