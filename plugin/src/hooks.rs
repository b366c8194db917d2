//! The hooks of behaviours, and what runs one for all instances of a class.

use std::sync::Arc;

use perilune::{Context, Error, ErrorKind, Function, Table, Value};

use crate::behaviour::Failure;

/// A hook of a behaviour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hook {
    Start,
    Update,
    FixedUpdate,
    OnMessage,
}

impl Hook {
    /// Its name in a class.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Hook::Start => "start",
            Hook::Update => "update",
            Hook::FixedUpdate => "fixed_update",
            Hook::OnMessage => "on_message",
        }
    }
}

/// What a hook is called with beside the instance.
#[derive(Clone, Debug)]
pub(crate) enum HookArgs {
    /// The seconds since the last time.
    Delta(f64),
    /// A message's name and content.
    Message(Arc<str>, Value),
}

/// Runs the hooks of a class's instances.
pub(crate) struct Driver {
    pub(crate) path: Arc<str>,
    pub(crate) borrower: Arc<str>,
    pub(crate) function: Function,
    pub(crate) class: Table,
    pub(crate) instances: Table,
    pub(crate) live: Table,
    pub(crate) cursor: Table,
}

impl Driver {
    /// Whether the class has a hook.
    pub(crate) fn has(&self, cx: &mut Context, hook: Hook) -> bool {
        self.class.get::<Value>(cx, hook.name()).is_ok_and(|hook| !hook.is_nil())
    }

    /// One Lua loop over the instances from index `from` on; those that failed.
    pub(crate) fn run(&self, cx: &mut Context, hook: Hook, args: &HookArgs, from: usize) -> Vec<Failure> {
        let mut failures = Vec::new();
        if let Err(error) = self.try_run(cx, hook, args, from, &mut failures) {
            // A time limit, which scripts cannot catch: the instance at the cursor ran into it.
            let index = self.cursor.get::<usize>(cx, 1).unwrap_or(1).saturating_sub(1);
            if self.live.set(cx, (index + 1) as f64, false).is_ok() {
                failures.push(Failure {
                    index,
                    kind: error.kind(),
                    message: error.message().to_owned(),
                    traceback: error.traceback().map(str::to_owned),
                });
            }
        }
        failures
    }

    fn try_run(
        &self,
        cx: &mut Context,
        hook: Hook,
        args: &HookArgs,
        from: usize,
        failures: &mut Vec<Failure>,
    ) -> Result<(), Error> {
        let failed = cx.create_table()?;
        let common =
            (&self.class, &self.instances, &self.live, &self.cursor, hook.name(), from as f64, &failed);
        let (class, instances, live, cursor, name, from, failed) = common;
        let outcome = match args {
            HookArgs::Delta(dt) => {
                self.function.call::<()>(cx, (class, instances, live, cursor, name, from, failed, *dt))
            }
            HookArgs::Message(message, content) => self
                .function
                .call::<()>(cx, (class, instances, live, cursor, name, from, failed, &**message, content)),
        };
        failed.for_each(cx, |cx, _: f64, failure: Table| {
            failures.push(Failure {
                index: failure.get::<usize>(cx, "index")?.saturating_sub(1),
                kind: ErrorKind::Runtime,
                message: failure.get(cx, "message")?,
                traceback: Some(failure.get::<String>(cx, "traceback")?.trim_start().to_owned()),
            });
            Ok(())
        })?;
        outcome
    }
}
