//! From the name a script uses to the type it means.

use bevy_ecs::component::{ComponentId, Components};
use bevy_ecs::reflect::{ReflectComponent, ReflectResource};
use bevy_ecs::world::World;
use bevy_reflect::{TypeRegistration, TypeRegistry};
use perilune::ffi::ctype::near_matches;

use super::component::LuaComponents;

/// What kind of type a name is looked up as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Category {
    /// A component of entities.
    Component,
    /// A resource.
    Resource,
}

impl Category {
    /// The word for messages.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Category::Component => "component",
            Category::Resource => "resource",
        }
    }

    fn fits(self, registration: &TypeRegistration, components: &Components) -> bool {
        let reflected = match self {
            Category::Component => registration.contains::<ReflectComponent>(),
            Category::Resource => registration.contains::<ReflectResource>(),
        };
        reflected || components.get_id(registration.type_id()).is_some()
    }
}

/// The registered type with this name: its short path (`Transform`), its full path, or a generic type's with its default
/// parameter left out (`Time` for `Time<()>`).
///
/// # Errors
/// A message naming near matches, or the full paths when the short one is ambiguous.
pub(crate) fn resolve<'r>(
    registry: &'r TypeRegistry,
    components: &Components,
    category: Category,
    name: &str,
) -> Result<&'r TypeRegistration, String> {
    let generic = format!("{name}<()>");
    let found = registry
        .get_with_short_type_path(name)
        .or_else(|| registry.get_with_type_path(name))
        .or_else(|| registry.get_with_short_type_path(&generic));
    match found {
        Some(registration) if category.fits(registration, components) => Ok(registration),
        Some(_) => {
            let (word, derive) = match category {
                Category::Component => ("component", "Component"),
                Category::Resource => ("resource", "Resource"),
            };
            Err(format!(
                "type '{name}' is registered, but it is no {word}: derive {derive} for it and add #[reflect({derive})]"
            ))
        }
        None if registry.is_ambiguous(name) => Err(ambiguous(registry, name)),
        None => Err(unknown(registry, components, category, name)),
    }
}

fn ambiguous(registry: &TypeRegistry, name: &str) -> String {
    let paths = registry.iter().map(|r| r.type_info().type_path_table()).filter(|t| t.short_path() == name);
    let mut paths: Vec<&str> = paths.map(|t| t.path()).collect();
    paths.sort_unstable();
    format!("'{name}' is ambiguous: write one of {}", paths.join(", "))
}

fn unknown(registry: &TypeRegistry, components: &Components, category: Category, name: &str) -> String {
    let near = near(registry, components, category, name);
    let hint = match near.as_slice() {
        [] if category == Category::Component => format!(
            "; is it registered with app.register_type::<{name}>(), or declared with component(\"{name}\", \"struct {{ ... }}\")?"
        ),
        [] => format!("; is it registered with app.register_type::<{name}>()?"),
        names => format!(" (did you mean {}?)", names.join(" or ")),
    };
    format!("there is no {} '{name}'{hint}", category.word())
}

/// The message about a name that is no type's, with the components that scripts declared taken into account.
pub(crate) fn or_declared(
    declared: Option<&LuaComponents>,
    category: Category,
    name: &str,
    message: String,
) -> String {
    let Some(declared) = declared.filter(|_| category == Category::Component) else { return message };
    let names = declared.names();
    match near_matches(name, names.iter().map(String::as_str)).first() {
        Some(near) => format!("there is no component '{name}' (did you mean '{near}'?)"),
        None => message,
    }
}

/// Names like this one.
pub(crate) fn near(
    registry: &TypeRegistry,
    components: &Components,
    category: Category,
    name: &str,
) -> Vec<String> {
    let all = registry.iter().filter(|registration| category.fits(registration, components));
    let names: Vec<&str> = all.map(|r| r.type_info().type_path_table().short_path()).collect();
    near_matches(name, names).into_iter().map(|name| format!("'{name}'")).collect()
}

/// The world's id of a type found by [`resolve`]; registers the component when nothing has used it yet.
pub(crate) fn component_id(world: &mut World, registration: &TypeRegistration) -> Option<ComponentId> {
    if let Some(id) = world.components().get_id(registration.type_id()) {
        return Some(id);
    }
    // A reflected resource is a reflected component too.
    registration.data::<ReflectComponent>().map(|reflect| reflect.register_component(world))
}
