//! Properties of an entity's behaviour, set from Rust or a scene and read by its script as `self.props.speed`.

use bevy_ecs::change_detection::{Res, ResMut};
use bevy_ecs::component::Component;
use bevy_ecs::entity::Entity;
use bevy_ecs::query::{Changed, With};
use bevy_ecs::reflect::ReflectComponent;
use bevy_ecs::system::Query;
use bevy_math::{Vec2, Vec3};
use bevy_platform::collections::HashMap;
use bevy_reflect::Reflect;
use bevy_reflect::std_traits::ReflectDefault;
use perilune::ffi::ctype::Math;
use perilune::ffi::host::HostValue;
use perilune::{Context, Error, Table};

use crate::behaviour::{Behaviours, LuaInstance};
use crate::vm::LuaVm;
use crate::world::driver;

/// Properties for the script of an entity.
///
/// ```no_run
/// # use bevy_ecs::prelude::*;
/// # use bevy_asset::AssetServer;
/// use bevy_perilune::{LuaProps, LuaScript};
///
/// fn spawn_ships(mut commands: Commands, assets: Res<AssetServer>) {
///     for speed in [10.0, 20.0] {
///         commands.spawn((
///             LuaScript::new(assets.load("scripts/ship.lua")),
///             LuaProps::new().with("speed", speed).with("name", "scout"),
///         ));
///     }
/// }
/// ```
///
/// ```lua
/// function Ship:update(dt)
///   self.Transform.translation.x = self.Transform.translation.x + self.props.speed * dt
/// end
/// ```
#[derive(Component, Reflect, Clone, Debug, Default, PartialEq)]
#[reflect(Component, Default)]
pub struct LuaProps(pub HashMap<String, LuaProp>);

/// The value of a property.
#[derive(Reflect, Clone, Debug, PartialEq)]
pub enum LuaProp {
    /// A boolean.
    Boolean(bool),
    /// A number.
    Number(f64),
    /// A string.
    Text(String),
    /// An entity.
    Entity(Entity),
    /// A vector of two numbers.
    Vec2(Vec2),
    /// A vector of three numbers.
    Vec3(Vec3),
}

impl LuaProps {
    /// No properties.
    pub fn new() -> LuaProps {
        LuaProps::default()
    }

    /// The same with one property more.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<LuaProp>) -> LuaProps {
        self.0.insert(name.into(), value.into());
        self
    }
}

macro_rules! from_values {
    ($($ty:ty => |$value:ident| $make:expr,)+) => {
        $(impl From<$ty> for LuaProp {
            fn from($value: $ty) -> LuaProp {
                $make
            }
        })+
    };
}
from_values! {
    bool => |value| LuaProp::Boolean(value),
    f64 => |value| LuaProp::Number(value),
    f32 => |value| LuaProp::Number(f64::from(value)),
    i32 => |value| LuaProp::Number(f64::from(value)),
    u32 => |value| LuaProp::Number(f64::from(value)),
    String => |value| LuaProp::Text(value),
    &str => |value| LuaProp::Text(value.to_owned()),
    Entity => |value| LuaProp::Entity(value),
    Vec2 => |value| LuaProp::Vec2(value),
    Vec3 => |value| LuaProp::Vec3(value),
}

impl LuaProp {
    fn to_host(&self) -> HostValue {
        let lanes = |math: Math, lanes: &[f32]| {
            HostValue::Struct(math.ctype(), lanes.iter().flat_map(|lane| lane.to_ne_bytes()).collect())
        };
        match self {
            LuaProp::Boolean(value) => HostValue::Boolean(*value),
            LuaProp::Number(value) => HostValue::Number(*value),
            LuaProp::Text(value) => HostValue::Text(value.clone().into_bytes()),
            LuaProp::Entity(entity) => HostValue::Entity(entity.to_bits()),
            LuaProp::Vec2(value) => lanes(Math::Vec2, &value.to_array()),
            LuaProp::Vec3(value) => lanes(Math::Vec3, &value.to_array()),
        }
    }
}

/// Gives an instance its properties.
pub(crate) fn give(cx: &mut Context, instance: &Table, props: Option<&LuaProps>) -> Result<(), Error> {
    let table = cx.create_table()?;
    // In order, so that `pairs` is the same in every run.
    let mut props: Vec<(&String, &LuaProp)> = props.map_or_else(Vec::new, |props| props.0.iter().collect());
    props.sort_by_key(|(name, _)| *name);
    for (name, value) in props {
        let value = driver::lua_value(cx, &value.to_host())?;
        table.set(cx, name.as_str(), &value)?;
    }
    instance.set(cx, "props", &table)
}

/// Instances whose properties have changed.
type ChangedProps = (Changed<LuaProps>, With<LuaInstance>);

/// Properties that changed are seen by their scripts from this frame on.
pub(crate) fn update(
    changed: Query<'_, '_, (Entity, &LuaProps), ChangedProps>,
    behaviours: Res<'_, Behaviours>,
    mut vm: ResMut<'_, LuaVm>,
) {
    for (entity, props) in &changed {
        let lua = vm.lua();
        if let Ok(Some(instance)) = behaviours.instance(lua, entity) {
            // Out of memory is what can go wrong; the next allocation of a script says so.
            let _ = give(lua, &instance, Some(props));
        }
    }
}
