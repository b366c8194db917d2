//! `messages.read(name)`, `messages.write(name, value)` and `commands.trigger(name, value)`.
//!
//! Bevy has no reflected reader of messages, so the app says which scripts can read (`expose_message`); they are handed over at the start of
//! each frame. Values on their way out are converted and checked here: Bevy panics where a field is missing.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use bevy_ecs::reflect::{AppTypeRegistry, ReflectEvent, ReflectMessage};
use bevy_platform::collections::HashMap;
use bevy_reflect::std_traits::ReflectDefault;
use bevy_reflect::{Reflect, ReflectFromReflect, TypeInfo, TypeRegistration, TypeRegistry};
use perilune::ffi::ctype::near_matches;
use perilune::ffi::host::HostValue;
use perilune::function::NativeFn;
use perilune::value::RawValue;
use perilune::vm::{Args, NativeResult, Raised, Vm};

use super::commands::{field_names, with_commands};
use super::context::context;
use super::reflect::{Types, from_host};

/// How many frames a message can be read, as in Bevy.
const FRAMES: u64 = 2;

/// The messages that scripts can read.
#[derive(Default)]
pub(crate) struct MessageLogs {
    frame: u64,
    logs: HashMap<Arc<str>, Log>,
    /// How far each reader has read, by reader and message.
    read: HashMap<(Arc<str>, Arc<str>), u64>,
    /// Those of this frame, in the order in which the app exposes their types.
    fresh: Vec<(Arc<str>, HostValue)>,
}

#[derive(Default)]
struct Log {
    /// The number of the first message kept.
    first: u64,
    messages: Vec<(u64, HostValue)>,
}

impl MessageLogs {
    /// A frame begins, with the messages that have come since the last one.
    pub(super) fn begin_frame(&mut self, fresh: Vec<(Arc<str>, HostValue)>, exposed: &[Arc<str>]) {
        self.frame += 1;
        let oldest = self.frame.saturating_sub(FRAMES - 1);
        for name in exposed {
            let log = self.logs.entry(Arc::clone(name)).or_default();
            let old = log.messages.iter().take_while(|(frame, _)| *frame < oldest).count();
            log.messages.drain(..old);
            log.first += old as u64;
        }
        for (name, value) in &fresh {
            if let Some(log) = self.logs.get_mut(name) {
                log.messages.push((self.frame, value.clone()));
            }
        }
        self.fresh = fresh;
    }

    /// Those of this frame.
    pub(super) fn fresh(&self) -> Vec<(Arc<str>, HostValue)> {
        self.fresh.clone()
    }

    /// What a reader has not read yet; `None` for a message that the app does not expose.
    fn read(&mut self, reader: &Arc<str>, name: &str) -> Option<Vec<HostValue>> {
        let (name, log) = self.logs.get_key_value(name)?;
        let end = log.first + log.messages.len() as u64;
        let read = self.read.entry((Arc::clone(reader), Arc::clone(name))).or_insert(log.first);
        let skipped = (*read).saturating_sub(log.first) as usize;
        *read = end;
        Some(log.messages.iter().skip(skipped).map(|(_, value)| value.clone()).collect())
    }
}

/// The table `messages`.
///
/// # Errors
/// When the VM's memory limit is reached.
pub(super) fn open(vm: &mut Vm) -> Result<RawValue, Raised> {
    let table = vm.new_table(0, 2)?;
    for (name, function) in [("read", read as NativeFn), ("write", write)] {
        let function = vm.new_host_function(name, function, &[])?;
        vm.raw_set_name(table, name, function)?;
    }
    Ok(table.into())
}

/// `messages.read(name)`: a list of the messages that this system has not read yet.
fn read(vm: &mut Vm, args: Args) -> NativeResult {
    let name = vm.check_string(args, 0)?;
    let name = String::from_utf8_lossy(name.as_bytes()).into_owned();
    let Some(reader) = context(vm).run.as_ref().map(|run| Arc::clone(&run.lease.borrower)) else {
        return Err(vm.error("messages can be read only inside a system or a behaviour's hooks"));
    };
    let Some(messages) = context(vm).messages.read(&reader, &name) else {
        let message = not_exposed(vm, &name);
        return Err(vm.error(message));
    };
    let list = vm.new_table(messages.len(), 0)?;
    vm.push(list.into())?;
    for (n, message) in messages.iter().enumerate() {
        let value = vm.from_host(message)?;
        vm.raw_set(list, ((n + 1) as f64).into(), value)?;
    }
    vm.ret1(RawValue::from(list))
}

#[cold]
fn not_exposed(vm: &mut Vm, name: &str) -> String {
    let exposed: Vec<Arc<str>> = context(vm).messages.logs.keys().cloned().collect();
    match near_matches(name, exposed.iter().map(|name| &**name)).first() {
        Some(near) => format!("there is no message '{name}' to read (did you mean '{near}'?)"),
        None => {
            format!("message '{name}' cannot be read from Lua: expose it with app.expose_message::<{name}>()")
        }
    }
}

/// `messages.write(name, value)`: written at the next sync point.
fn write(vm: &mut Vm, args: Args) -> NativeResult {
    let (message, write) = built::<ReflectMessage>(vm, args, "message", "Message")?;
    with_commands(vm, |commands| {
        commands.queue(move |world: &mut bevy_ecs::world::World| {
            let registry = world.resource::<AppTypeRegistry>().clone();
            write.write_message(world, message.as_partial_reflect(), &registry.read());
        });
    })?;
    vm.ret0()
}

/// `commands.trigger(name, value)`: observers run at the next sync point.
pub(super) fn trigger(vm: &mut Vm, args: Args) -> NativeResult {
    let (event, trigger) = built::<ReflectEvent>(vm, args, "event", "Event")?;
    with_commands(vm, |commands| {
        commands.queue(move |world: &mut bevy_ecs::world::World| {
            let registry = world.resource::<AppTypeRegistry>().clone();
            trigger.trigger(world, event.as_partial_reflect(), &registry.read());
        });
    })?;
    vm.ret0()
}

/// The value that a call names by its type and describes, and what sends it.
fn built<T: bevy_reflect::TypeData + Clone>(
    vm: &mut Vm,
    args: Args,
    word: &str,
    reflected: &str,
) -> Result<(Box<dyn Reflect>, T), Raised> {
    let name = check_name(vm, args)?;
    let given = vm.arg(args, 1);
    let given = vm.to_host(given)?;
    let shared = context(vm).shared.clone();
    let built = {
        let registry = shared.registry.read();
        find::<T>(&registry, word, reflected, &name).and_then(|(registration, send)| {
            let types = shared.hosted.types(&registry);
            Ok((build(types, registration, word, &name, &given)?, send))
        })
    };
    built.map_err(|message| vm.error(message))
}

fn check_name(vm: &mut Vm, args: Args) -> Result<String, Raised> {
    let name = vm.check_string(args, 0)?;
    Ok(String::from_utf8_lossy(name.as_bytes()).into_owned())
}

/// The type with this name that has some reflected trait.
///
/// # Errors
/// A message that names near matches, or the attribute that is missing.
pub(super) fn find<'r, D: bevy_reflect::TypeData + Clone>(
    registry: &'r TypeRegistry,
    word: &str,
    attribute: &str,
    name: &str,
) -> Result<(&'r TypeRegistration, D), String> {
    let found = registry.get_with_short_type_path(name).or_else(|| registry.get_with_type_path(name));
    if let Some(registration) = found {
        return match registration.data::<D>() {
            Some(data) => Ok((registration, data.clone())),
            None => Err(format!(
                "type '{name}' is registered, but not as {word}: add #[reflect({attribute})] to it"
            )),
        };
    }
    let known = registry.iter().filter(|registration| registration.contains::<D>());
    let names: Vec<&str> = known.map(|r| r.type_info().type_path_table().short_path()).collect();
    let near = near_matches(name, names);
    Err(match near.first() {
        Some(near) => format!("there is no {word} '{name}' (did you mean '{near}'?)"),
        None => format!("there is no {word} '{name}'; is it registered with app.register_type::<{name}>()?"),
    })
}

/// A finished value from what a script gave: fields it leaves out have the type's default, if it has one.
///
/// # Errors
/// What is wrong with the value.
pub(super) fn build(
    types: Types<'_>,
    registration: &TypeRegistration,
    word: &str,
    name: &str,
    given: &HostValue,
) -> Result<Box<dyn Reflect>, String> {
    let info: &'static TypeInfo = registration.type_info();
    let nothing = HostValue::Table(Vec::new());
    let given = if *given == HostValue::Nil { &nothing } else { given };
    let dynamic = from_host(types, info, given).map_err(|message| format!("{word} '{name}': {message}"))?;
    let built = catch_unwind(AssertUnwindSafe(|| {
        if let Some(default) = registration.data::<ReflectDefault>() {
            let mut value = default.default();
            return value.try_apply(&*dynamic).ok().map(|()| value);
        }
        registration.data::<ReflectFromReflect>()?.from_reflect(&*dynamic)
    }));
    match built {
        Ok(Some(value)) => Ok(value),
        Ok(None) => {
            let fields = field_names(info).join(", ");
            Err(format!("{word} '{name}' has no default: give all its fields ({fields})"))
        }
        Err(_) => Err(format!(
            "{word} '{name}': building it panicked: mend its Default or FromReflect in Rust, or give other fields"
        )),
    }
}
