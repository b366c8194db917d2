//! `input.pressed("KeyA")`: keyboard, mouse, gamepads and cursor as scripts ask for them.
//!
//! What the devices say is noted once a frame, behind Bevy's own input systems, so that a script needs no access to any resource to ask.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bevy_ecs::change_detection::Res;
use bevy_ecs::query::With;
use bevy_ecs::resource::Resource;
use bevy_ecs::system::Query;
use bevy_input::ButtonInput;
use bevy_input::gamepad::{Gamepad, GamepadAxis, GamepadButton};
use bevy_input::keyboard::KeyCode;
use bevy_input::mouse::{AccumulatedMouseMotion, AccumulatedMouseScroll, MouseButton};
use bevy_math::Vec2;
use bevy_platform::collections::HashSet;
use bevy_reflect::{TypeInfo, Typed};
use bevy_window::{PrimaryWindow, Window};
use perilune::ffi::ctype::{Math, near_matches};
use perilune::ffi::host::HostValue;
use perilune::{Context, Error, Lua, Value};

use crate::world::driver;

/// The state of the devices in this frame.
#[derive(Resource, Clone, Default)]
pub(crate) struct ScriptInput(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    pressed: HashSet<String>,
    just_pressed: HashSet<String>,
    just_released: HashSet<String>,
    /// The value furthest from zero that any gamepad has, by axis.
    axes: Vec<(String, f32)>,
    cursor: Option<Vec2>,
    motion: Vec2,
    scroll: Vec2,
}

impl ScriptInput {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Notes what the devices say.
pub(crate) fn note(
    input: Res<'_, ScriptInput>,
    keys: Option<Res<'_, ButtonInput<KeyCode>>>,
    buttons: Option<Res<'_, ButtonInput<MouseButton>>>,
    gamepads: Query<'_, '_, &Gamepad>,
    windows: Query<'_, '_, &Window, With<PrimaryWindow>>,
    motion: Option<Res<'_, AccumulatedMouseMotion>>,
    scroll: Option<Res<'_, AccumulatedMouseScroll>>,
) {
    let state = &mut *input.lock();
    let State { pressed, just_pressed, just_released, axes, .. } = state;
    for set in [&mut *pressed, &mut *just_pressed, &mut *just_released] {
        set.clear();
    }
    axes.clear();
    let mut sets = [pressed, just_pressed, just_released];
    if let Some(keys) = keys {
        add(&mut sets, &keys, "");
    }
    if let Some(buttons) = buttons {
        add(&mut sets, &buttons, "Mouse");
    }
    for gamepad in &gamepads {
        add(&mut sets, gamepad.digital(), "Gamepad");
        for name in names::<GamepadAxis>() {
            let Some(axis) = axis(name) else { continue };
            let value = gamepad.get(axis).unwrap_or(0.0);
            match axes.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) if known.abs() < value.abs() => *known = value,
                Some(_) => {}
                None => axes.push((name.to_owned(), value)),
            }
        }
    }
    state.cursor = windows.iter().next().and_then(Window::cursor_position);
    state.motion = motion.map_or(Vec2::ZERO, |motion| motion.delta);
    state.scroll = scroll.map_or(Vec2::ZERO, |scroll| scroll.delta);
}

/// Adds the names of buttons: pressed, just pressed, just released.
fn add<T: Copy + Eq + std::hash::Hash + std::fmt::Debug + Send + Sync + 'static>(
    sets: &mut [&mut HashSet<String>; 3],
    buttons: &ButtonInput<T>,
    prefix: &str,
) {
    let name = |button: &T| format!("{prefix}{button:?}");
    sets[0].extend(buttons.get_pressed().map(name));
    sets[1].extend(buttons.get_just_pressed().map(name));
    sets[2].extend(buttons.get_just_released().map(name));
}

/// The names of an enum's variants.
fn names<T: Typed>() -> impl Iterator<Item = &'static str> {
    let variants = match T::type_info() {
        TypeInfo::Enum(info) => info.variant_names(),
        _ => &[],
    };
    variants.iter().copied()
}

fn axis(name: &str) -> Option<GamepadAxis> {
    Some(match name {
        "LeftStickX" => GamepadAxis::LeftStickX,
        "LeftStickY" => GamepadAxis::LeftStickY,
        "LeftZ" => GamepadAxis::LeftZ,
        "RightStickX" => GamepadAxis::RightStickX,
        "RightStickY" => GamepadAxis::RightStickY,
        "RightZ" => GamepadAxis::RightZ,
        _ => return None,
    })
}

/// Whether it is a button's name.
fn is_button(name: &str) -> bool {
    let is = |prefix: &str, mut names: Box<dyn Iterator<Item = &'static str>>| {
        name.strip_prefix(prefix).is_some_and(|rest| names.any(|known| known == rest))
    };
    is("", Box::new(names::<KeyCode>()))
        || is("Mouse", Box::new(names::<MouseButton>()))
        || is("Gamepad", Box::new(names::<GamepadButton>()))
}

fn no_button(name: &str) -> Error {
    let keys = names::<KeyCode>().map(str::to_owned);
    let mouse = names::<MouseButton>().map(|name| format!("Mouse{name}"));
    let gamepad = names::<GamepadButton>().map(|name| format!("Gamepad{name}"));
    let all: Vec<String> = keys.chain(mouse).chain(gamepad).collect();
    let near = near_matches(name, all.iter().map(String::as_str));
    let hint = near.first().map_or_else(
        || "names are those of Bevy, like KeyA, ArrowLeft, Space, MouseLeft, GamepadSouth".to_owned(),
        |near| format!("did you mean '{near}'?"),
    );
    Error::runtime(format!("input: there is no button '{name}' ({hint})"))
}

/// Makes the global table `input`.
pub(crate) fn install(lua: &mut Lua, input: &ScriptInput) -> Result<(), Error> {
    let table = lua.create_table()?;
    type Pick = fn(&State) -> &HashSet<String>;
    let picks: [(&'static str, Pick); 3] = [
        ("pressed", |state| &state.pressed),
        ("just_pressed", |state| &state.just_pressed),
        ("just_released", |state| &state.just_released),
    ];
    for (name, pick) in picks {
        let input = input.clone();
        let function = lua.create_function(name, move |_, button: String| {
            if pick(&input.lock()).contains(&button) {
                return Ok(true);
            }
            if is_button(&button) { Ok(false) } else { Err(no_button(&button)) }
        })?;
        table.set(lua, name, &function)?;
    }
    let state = input.clone();
    let function = lua.create_function("axis", move |_, name: String| {
        if axis(&name).is_none() {
            let all: Vec<&str> = names::<GamepadAxis>().filter(|name| axis(name).is_some()).collect();
            return Err(Error::runtime(format!(
                "input: there is no axis '{name}'; they are: {}",
                all.join(", ")
            )));
        }
        let state = state.lock();
        Ok(state.axes.iter().find(|(known, _)| *known == name).map_or(0.0, |(_, value)| f64::from(*value)))
    })?;
    table.set(lua, "axis", &function)?;
    type Read = fn(&State) -> Option<Vec2>;
    let vectors: [(&'static str, Read); 3] = [
        ("cursor", |state| state.cursor),
        ("mouse_motion", |state| Some(state.motion)),
        ("scroll", |state| Some(state.scroll)),
    ];
    for (name, read) in vectors {
        let input = input.clone();
        let function = lua.create_function(name, move |cx, (): ()| {
            let value = read(&input.lock());
            vector(cx, value)
        })?;
        table.set(lua, name, &function)?;
    }
    lua.globals().set(lua, "input", &table)
}

fn vector(cx: &mut Context, value: Option<Vec2>) -> Result<Value, Error> {
    let Some(value) = value else { return Ok(Value::Nil) };
    let bytes = value.to_array().iter().flat_map(|lane| lane.to_ne_bytes()).collect();
    driver::lua_value(cx, &HostValue::Struct(Math::Vec2.ctype(), bytes))
}
