//! Components that Bevy ships, read and written from Lua by their fields: no binding code for any of them.

use std::time::{Duration, Instant};

use bevy::asset::AssetPlugin;
use bevy::camera::visibility::RenderLayers;
use bevy::prelude::*;
use bevy_perilune::{LuaAppExt, LuaError, LuaPlugins};

#[derive(Resource, Default)]
struct Problems(Vec<String>);

#[derive(Resource, Reflect, Default)]
#[reflect(Resource, Default)]
struct Done {
    runs: u32,
}

/// Runs a script's lines on an entity with many of Bevy's components, once; gives the app and the entity.
fn run(lines: &str) -> (App, Entity) {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    std::fs::create_dir_all(folder.path().join("scripts")).expect("the folder is ours");
    let script = format!(
        r#"
        local names = {{ "Sprite", "Transform", "GlobalTransform", "Visibility", "InheritedVisibility", "Camera", "Projection", "Node",
          "BackgroundColor", "Text", "TextColor", "TextFont", "Name", "ZIndex", "BorderColor", "Text2d", "ChildOf" }}
        system {{ name = "test", exclusive = true, query = {{ "mut Sprite" }}, resources = {{ "mut Done", "Time" }}, run = function(world, dt, q, resources)
          if resources.Done.runs > 0 then return end
          local entity = q:single()
          local function get(name) return world.get(entity, name) end
          for _, name in ipairs(names) do
            local view = get(name)
            assert(view ~= nil, name)
            assert(#tostring(view) > 0)
          end
          {lines}
          resources.Done.runs = 1
        end }}"#
    );
    std::fs::write(folder.path().join("scripts/test.lua"), script).expect("the folder is ours");
    let mut app = App::new();
    app.add_plugins((
        MinimalPlugins,
        AssetPlugin { file_path: folder.path().display().to_string(), ..default() },
        bevy::transform::TransformPlugin,
        bevy::diagnostic::DiagnosticsPlugin,
    ));
    app.init_asset::<Image>().init_asset::<Font>().init_asset::<TextureAtlasLayout>();
    app.register_type::<Sprite>()
        .register_type::<Visibility>()
        .register_type::<InheritedVisibility>()
        .register_type::<Camera>()
        .register_type::<Projection>()
        .register_type::<Node>()
        .register_type::<BackgroundColor>()
        .register_type::<BorderColor>()
        .register_type::<Text>()
        .register_type::<Text2d>()
        .register_type::<TextColor>()
        .register_type::<TextFont>()
        .register_type::<ZIndex>()
        .register_type::<RenderLayers>()
        .register_type::<Handle<Image>>()
        .register_type::<Done>();
    app.init_resource::<Done>().init_resource::<Problems>();
    app.add_plugins(LuaPlugins);
    app.add_systems(Last, |mut problems: ResMut<Problems>, mut errors: MessageReader<LuaError>| {
        problems.0.extend(errors.read().map(ToString::to_string));
    });
    let parent = app.world_mut().spawn_empty().id();
    let ui = (
        Node::default(),
        BackgroundColor::default(),
        BorderColor::default(),
        Text::new("hello"),
        Text2d::new("there"),
        TextColor::default(),
        TextFont::default(),
        ZIndex(3),
    );
    let entity = app
        .world_mut()
        .spawn((
            Sprite { custom_size: Some(Vec2::new(2.0, 3.0)), ..default() },
            Transform::default(),
            Visibility::default(),
            InheritedVisibility::default(),
            Camera::default(),
            Projection::Perspective(PerspectiveProjection::default()),
            Name::new("all"),
            ChildOf(parent),
            ui,
        ))
        .id();
    app.add_lua_script("scripts/test.lua");
    app.finish();
    app.cleanup();
    let start = Instant::now();
    while app.world().resource::<Done>().runs == 0 {
        let problems = &app.world().resource::<Problems>().0;
        assert!(problems.is_empty(), "{problems:#?}");
        assert!(start.elapsed() < Duration::from_secs(20), "the script has not run");
        app.update();
        std::thread::sleep(Duration::from_millis(1));
    }
    app.update();
    (app, entity)
}

#[test]
fn a_sprite() {
    let (app, entity) = run(r##"
        local sprite = get "Sprite"
        assert(sprite.custom_size.y == 3 and sprite.flip_x == false and sprite.color:to_hex() == "#FFFFFF")
        sprite.custom_size = Vec2(8, 9)
        sprite.color = Color.hex("#FF0000")
        sprite.flip_x = true
        sprite.rect = Rect(0, 0, 16, 16)
        sprite.image = asset("ship.png")
        assert(sprite.image == "ship.png")"##);
    let sprite = app.world().get::<Sprite>(entity).expect("it has one");
    assert_eq!(sprite.custom_size, Some(Vec2::new(8.0, 9.0)));
    assert_eq!(sprite.color.to_srgba(), Srgba::RED);
    assert!(sprite.flip_x);
    assert_eq!(sprite.rect, Some(Rect::new(0.0, 0.0, 16.0, 16.0)));
    assert_eq!(sprite.image.path().map(ToString::to_string), Some("ship.png".into()));
}

#[test]
fn visibility_text_and_nodes() {
    let (app, entity) = run(r#"
        local visibility, text, node = get "Visibility", get "Text", get "Node"
        assert(visibility == "Inherited")
        visibility.value = "Hidden"
        assert(text[0] == "hello" and get("Text2d")[0] == "there")
        text[0] = "score: " .. 12
        node.left = { Px = 20 }
        assert(node.left.Px[1] == 20 and node.display == "Flex")
        node.display = "None"
        get("TextColor")[0] = Color(0, 1, 0)
        get("BackgroundColor")[0] = Color(0, 0, 1, 0.5)
        get("ZIndex")[0] = 7
        get("Name").value = "renamed"
        assert(get("ChildOf")[0] == world.parent(entity))"#);
    let world = app.world();
    assert_eq!(world.get::<Visibility>(entity), Some(&Visibility::Hidden));
    assert_eq!(world.get::<Text>(entity).expect("it has one").0, "score: 12");
    let node = world.get::<Node>(entity).expect("it has one");
    assert_eq!((node.left, node.display), (Val::Px(20.0), Display::None));
    assert_eq!(world.get::<TextColor>(entity).expect("it has one").0.to_srgba(), Srgba::GREEN);
    assert_eq!(world.get::<ZIndex>(entity), Some(&ZIndex(7)));
    assert_eq!(world.get::<Name>(entity).expect("it has one").as_str(), "renamed");
}

#[test]
fn cameras_and_time() {
    let (app, entity) = run(r#"
        local camera, projection = get "Camera", get "Projection"
        assert(camera.is_active and camera.order == 0LL)
        camera.order = 5
        camera.is_active = false
        assert(projection.value.Perspective[1].near > 0)
        assert(resources.Time.context == nil or true)"#);
    let camera = app.world().get::<Camera>(entity).expect("it has one");
    assert_eq!((camera.order, camera.is_active), (5, false));
}
