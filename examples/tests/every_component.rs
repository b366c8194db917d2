//! Components that need a windowed Bevy: each is made with its default and read from Lua, field by field, and shows what is in it.

use std::any::TypeId;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use bevy::asset::AssetPlugin;
use bevy::ecs::reflect::{AppTypeRegistry, ReflectComponent};
use bevy::prelude::*;
use bevy::reflect::{self as reflected, ReflectRef, TypeRegistry};
use bevy_perilune::{LuaAppExt, LuaError, LuaPlugins};

#[path = "../../plugin/src/world/tests/spec.rs"]
mod spec;

macro_rules! types {
    ($registry:ident: $($ty:ty,)+) => { $($registry.register::<$ty>();)+ };
}

fn register(registry: &mut TypeRegistry) {
    use bevy::camera::primitives::{Aabb, Frustum};
    use bevy::camera::visibility::*;
    use bevy::camera::{Camera3d, CameraMainTextureUsages, Exposure, Hdr, MainPassResolutionOverride};
    types! { registry:
        Visibility, InheritedVisibility, ViewVisibility, VisibilityClass, VisibilityRange, VisibleEntities, NoFrustumCulling,
        RenderLayers, Aabb, Frustum, Camera, Camera2d, Camera3d, CameraMainTextureUsages, Exposure, Hdr, Projection,
        OrthographicProjection, PerspectiveProjection, MainPassResolutionOverride,
    }
    use bevy::sprite::{Anchor, Text2dShadow};
    types! { registry: Sprite, Anchor, Text2d, Text2dShadow, }
    use bevy::text::*;
    types! { registry:
        TextFont, TextColor, TextLayout, TextSpan, TextBounds, TextBackgroundColor, LineHeight, LetterSpacing,
        StrikethroughColor, UnderlineColor,
    }
    use bevy::ui::widget::TextShadow;
    use bevy::ui::*;
    types! { registry:
        Node, ComputedNode, ContentSize, ZIndex, GlobalZIndex, BackgroundColor, BorderColor, BorderRadius, Outline, BoxShadow,
        ImageNode, Button, Label, Interaction, ScrollPosition, UiTransform, UiGlobalTransform, CalculatedClip, Text, TextShadow,
        BackgroundGradient, BorderGradient, InteractionDisabled, Pressed, Checkable, Checked,
    }
    use bevy::picking::Pickable;
    use bevy::picking::hover::{Hovered, PickingInteraction};
    types! { registry: Pickable, Hovered, PickingInteraction, }
    types! { registry: Transform, GlobalTransform, Window, bevy::window::CursorOptions, bevy::window::PrimaryWindow, }
}

#[derive(Resource, Reflect, Default)]
#[reflect(Resource, Default)]
struct Cases {
    entities: Vec<Entity>,
    read: u32,
    parts: u32,
    problems: Vec<String>,
}

#[derive(Resource, Default)]
struct Errors(Vec<String>);

#[test]
fn every_field_of_every_component_is_a_value() {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    std::fs::create_dir_all(folder.path().join("scripts")).expect("the folder is ours");
    let mut app = App::new();
    app.add_plugins((
        MinimalPlugins,
        AssetPlugin { file_path: folder.path().display().to_string(), ..default() },
        bevy::diagnostic::DiagnosticsPlugin,
    ));
    app.init_asset::<Image>().init_asset::<Font>().init_asset::<TextureAtlasLayout>();
    app.register_type::<Handle<Image>>().register_type::<Cases>();
    let registry = app.world().resource::<AppTypeRegistry>().clone();
    register(&mut registry.write());

    let mut walks = String::new();
    let mut entities = Vec::new();
    let mut without = Vec::new();
    for registration in registry.read().iter() {
        // The test's own.
        if registration.type_id() == TypeId::of::<Cases>() {
            continue;
        }
        let (Some(component), Some(default)) =
            (registration.data::<ReflectComponent>(), registration.data::<ReflectDefault>())
        else {
            if registration.data::<ReflectComponent>().is_some() {
                without.push(registration.type_info().type_path_table().short_path());
            }
            continue;
        };
        let path = registration.type_info().type_path();
        let value = default.default();
        let mut spawned = app.world_mut().spawn_empty();
        component.insert(&mut spawned, value.as_partial_reflect(), &registry.read());
        let entity = spawned.id();
        // What inserting made of it.
        let Some(inserted) = component.reflect(app.world().entity(entity)) else {
            without.push(registration.type_info().type_path_table().short_path());
            continue;
        };
        let is_whole = !matches!(inserted.reflect_ref(), ReflectRef::Struct(_) | ReflectRef::TupleStruct(_));
        let view = format!(
            "world.get(entities[{}], {path:?}){}",
            entities.len() + 1,
            if is_whole { ".value" } else { "" }
        );
        // A function for each: no chunk has so many constants.
        let _ = writeln!(
            walks,
            "do local function one() walk({view}, {}, {path:?}) end one() end",
            spec::spec(inserted.as_partial_reflect())
        );
        entities.push(entity);
    }
    let script = format!(
        "{}\nsystem {{ name = 'walk', exclusive = true, resources = {{ 'mut Cases' }}, run = function(world, dt, q, resources)
          local cases = resources.Cases
          if cases.read > 0 then return end
          local entities = {{}}
          for i, entity in cases.entities:iter() do entities[i] = entity end
          {walks}
          cases.parts = counted
          cases.problems = problems
          cases.read = #entities
        end }}",
        spec::WALK
    );
    std::fs::write(folder.path().join("scripts/walk.lua"), script).expect("the folder is ours");
    app.insert_resource(Cases { entities, ..default() }).init_resource::<Errors>();
    app.add_plugins(LuaPlugins);
    app.add_systems(Last, |mut found: ResMut<Errors>, mut errors: MessageReader<LuaError>| {
        found.0.extend(errors.read().map(ToString::to_string));
    });
    app.add_lua_script("scripts/walk.lua");
    app.finish();
    app.cleanup();
    let start = Instant::now();
    while app.world().resource::<Cases>().read == 0 {
        let errors = &app.world().resource::<Errors>().0;
        assert!(errors.is_empty(), "{errors:#?}");
        assert!(start.elapsed() < Duration::from_secs(20), "the script has not run");
        app.update();
        std::thread::sleep(Duration::from_millis(1));
    }
    let cases = app.world().resource::<Cases>();
    println!("{} components, {} parts; without a default: {}", cases.read, cases.parts, without.join(", "));
    assert!(cases.problems.is_empty(), "{}", cases.problems.join("\n"));
    assert!(cases.read >= 50 && cases.parts >= 300, "{} components, {} parts", cases.read, cases.parts);
}
