//! Script errors as the game sees them: one [`LuaError`] message and one line in the log per cause.

use bevy_ecs::entity::Entity;
use bevy_ecs::message::{Message, Messages};
use bevy_ecs::world::World;
use perilune::ErrorKind;

/// Something went wrong in a script. Written once per cause; what failed is paused until its script is reloaded.
///
/// ```
/// use bevy_ecs::prelude::*;
/// use bevy_perilune::LuaError;
///
/// fn show_errors(mut errors: MessageReader<LuaError>) {
///     for error in errors.read() {
///         println!("{error}");
///     }
/// }
/// ```
#[derive(Message, Clone, Debug)]
pub struct LuaError {
    /// The script's asset path, `scripts/ship.lua`.
    pub script: String,
    /// What was running: a system's name, a behaviour's hook, "loading".
    pub doing: String,
    /// The entity whose behaviour failed.
    pub entity: Option<Entity>,
    /// What kind of error it is.
    pub kind: ErrorKind,
    /// The message, with file and line where it has a position.
    pub message: String,
    /// The stack of Lua functions at the point of the error.
    pub traceback: Option<String>,
}

impl LuaError {
    /// An error of the VM, in a script.
    pub(crate) fn new(script: &str, doing: impl Into<String>, error: &perilune::Error) -> LuaError {
        LuaError {
            script: script.to_owned(),
            doing: doing.into(),
            entity: None,
            kind: error.kind(),
            message: error.message().to_owned(),
            traceback: error.traceback().map(str::to_owned),
        }
    }

    /// An error with a message only.
    pub(crate) fn text(
        script: &str,
        doing: impl Into<String>,
        kind: ErrorKind,
        message: impl Into<String>,
    ) -> LuaError {
        LuaError {
            script: script.to_owned(),
            doing: doing.into(),
            entity: None,
            kind,
            message: message.into(),
            traceback: None,
        }
    }

    /// The same error, of an entity's behaviour.
    pub(crate) fn of(mut self, entity: Entity) -> LuaError {
        self.entity = Some(entity);
        self
    }
}

impl std::fmt::Display for LuaError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.script, self.doing)?;
        if let Some(entity) = self.entity {
            write!(f, " (entity {entity})")?;
        }
        write!(f, ": {}", self.message)?;
        match &self.traceback {
            Some(traceback) => write!(f, "\n{traceback}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for LuaError {}

/// Logs an error and writes its message.
pub(crate) fn report(world: &mut World, error: LuaError) {
    tracing::error!(target: "perilune", "{error}");
    if let Some(mut messages) = world.get_resource_mut::<Messages<LuaError>>() {
        messages.write(error);
    }
}
