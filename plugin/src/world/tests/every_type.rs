//! Every type that Bevy's headless crates reflect is read from Lua, field by field, and shows what is in it.

use std::ptr::null_mut;
use std::time::Duration;

use bevy_ecs::change_detection::Tick;
use bevy_ecs::entity::{EntityGeneration, EntityHash, EntityIndex};
use bevy_ecs::entity_disabling::Disabled;
use bevy_ecs::hierarchy::{ChildOf, Children};
use bevy_ecs::name::Name;
use bevy_reflect::{Reflect, ReflectRef, TypeRegistry};
use perilune::ffi::view::{Source, WriteRule};

use super::super::context::context;
use super::super::layout;
use super::spec::{self, WALK, spec};
use super::*;

macro_rules! types {
    ($registry:ident: $($ty:ty,)+) => { $($registry.register::<$ty>();)+ };
}

fn register(registry: &mut TypeRegistry) {
    use bevy_transform::components::{GlobalTransform, TransformTreeChanged};
    types! { registry: Transform, GlobalTransform, TransformTreeChanged, }
    use bevy_time::{Fixed, Real, Stopwatch, Time, Timer, TimerMode, Virtual};
    types! { registry:
        Time, Time<Real>, Time<Virtual>, Time<Fixed>, Timer, TimerMode, Stopwatch,
    }
    types! { registry: Name, ChildOf, Children, Entity, Disabled, Tick, EntityGeneration, EntityHash, EntityIndex, }
    use bevy_color::{Color, Hsla, Hsva, Hwba, Laba, Lcha, LinearRgba, Oklaba, Oklcha, Srgba, Xyza};
    types! { registry:
        Color, Hsla, Hsva, Hwba, Laba, Lcha, LinearRgba, Oklaba, Oklcha, Srgba, Xyza,
    }
    register_math(registry);
    register_input(registry);
    register_window(registry);
}

fn register_math(registry: &mut TypeRegistry) {
    use bevy_math::bounding::{Aabb2d, Aabb3d, BoundingCircle, BoundingSphere};
    use bevy_math::curve::Interval;
    use bevy_math::prelude::*;
    use bevy_math::{
        Affine2, Affine3A, AspectRatio, BVec2, BVec3, BVec4, CompassOctant, CompassQuadrant, DMat2, DMat3,
        DMat4, DQuat, DVec2, DVec3, DVec4, Dir3A, FloatOrd, I8Vec2, I16Vec3, I64Vec4, Mat3A, U8Vec4, U16Vec2,
        U64Vec3, Vec3A,
    };
    types! { registry:
        Vec2, Vec3, Vec4, Vec3A, DVec2, DVec3, DVec4, IVec2, IVec3, IVec4, UVec2, UVec3, UVec4,
        BVec2, BVec3, BVec4, I8Vec2, I16Vec3, I64Vec4, U8Vec4, U16Vec2, U64Vec3,
        Quat, DQuat, Mat2, Mat3, Mat3A, Mat4, DMat2, DMat3, DMat4, Affine2, Affine3A,
        Rect, IRect, URect, Dir2, Dir3, Dir3A, Rot2, Isometry2d, Isometry3d, Ray2d, Ray3d,
        AspectRatio, CompassOctant, CompassQuadrant, FloatOrd, Interval, EaseFunction,
        Aabb2d, Aabb3d, BoundingCircle, BoundingSphere,
        Annulus, Arc2d, Capsule2d, Circle, CircularSector, CircularSegment, Ellipse, Line2d, Plane2d, Polygon,
        Rectangle, RegularPolygon, Rhombus, Segment2d, Triangle2d, Capsule3d, Cone, ConicalFrustum, Cuboid,
        Cylinder, InfinitePlane3d, Line3d, Plane3d, Segment3d, Sphere, Tetrahedron, Torus, Triangle3d,
    }
}

fn register_input(registry: &mut TypeRegistry) {
    use bevy_input::gamepad::*;
    use bevy_input::keyboard::*;
    use bevy_input::mouse::*;
    use bevy_input::{Axis, ButtonInput, ButtonState};
    types! { registry:
        AccumulatedMouseMotion, AccumulatedMouseScroll, MouseButton, MouseButtonInput, MouseMotion, MouseScrollUnit,
        MouseWheel, KeyCode, Key, KeyboardInput, KeyboardFocusLost, NativeKey, NativeKeyCode, ButtonState,
        Gamepad, GamepadSettings, ButtonSettings, AxisSettings, ButtonAxisSettings, GamepadAxis, GamepadButton, GamepadInput,
        GamepadConnection, GamepadRumbleIntensity, Axis<GamepadAxis>, ButtonInput<KeyCode>, ButtonInput<MouseButton>,
    }
}

fn register_window(registry: &mut TypeRegistry) {
    use bevy_window::*;
    types! { registry:
        Window, WindowResolution, WindowResizeConstraints, WindowPosition, WindowMode, WindowLevel, WindowTheme,
        PresentMode, CompositeAlphaMode, CursorOptions, CursorGrabMode, EnabledButtons, InternalWindowState, PrimaryWindow,
        Monitor, PrimaryMonitor, MonitorSelection, VideoModeSelection, VideoMode, ScreenEdge, SystemCursorIcon, CursorIcon,
        CursorMoved, CursorEntered, CursorLeft, WindowResized, WindowFocused, WindowMoved, WindowScaleFactorChanged,
        RequestRedraw, Ime, FileDragAndDrop, AppLifecycle,
    }
}

/// Values of types that have no default.
fn values() -> Vec<Box<dyn Reflect>> {
    use bevy_input::keyboard::{Key, KeyCode, KeyboardInput};
    use bevy_input::mouse::{MouseButton, MouseButtonInput, MouseMotion, MouseScrollUnit, MouseWheel};
    use bevy_input::touch::TouchPhase;
    use bevy_input::{ButtonState, gamepad};
    use bevy_math::bounding::{Aabb2d, Aabb3d, BoundingCircle, BoundingSphere};
    use bevy_math::curve::{Interval, JumpAt};
    use bevy_math::prelude::*;
    use bevy_math::{AspectRatio, CompassOctant, CompassQuadrant, FloatOrd, IVec2};
    use bevy_window::*;
    let window = Entity::from_raw_u32(7).expect("a small index");
    vec![
        Box::new(Name::new("a name")),
        Box::new(ChildOf(window)),
        Box::new(bevy_time::Timer::from_seconds(1.5, bevy_time::TimerMode::Repeating)),
        Box::new(Ray3d::new(Vec3::ONE, Dir3::X)),
        Box::new(Ray2d::new(Vec2::ONE, Dir2::Y)),
        Box::new(AspectRatio::SIXTEEN_NINE),
        Box::new(FloatOrd(1.5)),
        Box::new(Dir3::NEG_Z),
        Box::new(Dir2::X),
        Box::new(Arc2d::new(2.0, 0.5)),
        Box::new(MouseMotion { delta: Vec2::new(1.0, 2.0) }),
        Box::new(MouseWheel {
            unit: MouseScrollUnit::Line,
            x: 1.0,
            y: -2.0,
            window,
            phase: TouchPhase::Moved,
        }),
        Box::new(MouseButtonInput { button: MouseButton::Right, state: ButtonState::Pressed, window }),
        Box::new(KeyboardInput {
            key_code: KeyCode::KeyA,
            logical_key: Key::Character("a".into()),
            state: ButtonState::Released,
            text: Some("a".into()),
            repeat: true,
            window,
        }),
        Box::new(gamepad::GamepadAxis::LeftStickX),
        Box::new(CursorMoved { window, position: Vec2::new(3.0, 4.0), delta: None }),
        Box::new(CursorEntered { window }),
        Box::new(WindowResized { window, width: 640.0, height: 480.0 }),
        Box::new(WindowFocused { window, focused: true }),
        Box::new(WindowMoved { window, position: IVec2::new(-3, 4) }),
        Box::new(WindowScaleFactorChanged { window, scale_factor: 1.25 }),
        Box::new(Ime::Commit { window, value: "ü".to_owned() }),
        Box::new(RequestRedraw),
        Box::new(Monitor {
            name: Some("one".to_owned()),
            physical_height: 1080,
            physical_width: 1920,
            physical_position: IVec2::new(0, -1080),
            refresh_rate_millihertz: Some(60_000),
            scale_factor: 2.0,
            video_modes: Vec::new(),
        }),
        Box::new(Duration::new(3, 5)),
        Box::new(Aabb2d::new(Vec2::ONE, Vec2::splat(2.0))),
        Box::new(Aabb3d::new(Vec3::ONE, Vec3::splat(2.0))),
        Box::new(BoundingCircle::new(Vec2::ONE, 2.0)),
        Box::new(BoundingSphere::new(Vec3::ONE, 2.0)),
        Box::new(Interval::UNIT),
        Box::new(EaseFunction::Steps(3, JumpAt::End)),
        Box::new(CompassOctant::NorthEast),
        Box::new(CompassQuadrant::South),
        Box::new(Segment2d::new(Vec2::ONE, Vec2::ZERO)),
        Box::new(Segment3d::new(Vec3::ONE, Vec3::ZERO)),
        Box::new(Line2d { direction: Dir2::X }),
        Box::new(Line3d { direction: Dir3::Y }),
        Box::new(KeyCode::KeyA),
        Box::new(MouseButton::Other(7)),
        Box::new(TouchPhase::Ended),
        Box::new(gamepad::GamepadButton::South),
        Box::new(PresentMode::Fifo),
        Box::new(WindowMode::BorderlessFullscreen(MonitorSelection::Primary)),
        Box::new(WindowPosition::At(IVec2::new(1, 2))),
        Box::new(CompositeAlphaMode::Opaque),
        Box::new(WindowTheme::Dark),
    ]
}

#[test]
fn every_field_of_every_type_is_a_value() {
    let mut test = Test::new();
    let registry = test.world.resource::<AppTypeRegistry>().clone();
    register(&mut registry.write());
    let mut all = values();
    let given: Vec<_> = all.iter().map(|value| value.as_any().type_id()).collect();
    let mut without = Vec::new();
    for registration in registry.read().iter() {
        match registration.data::<ReflectDefault>() {
            _ if given.contains(&registration.type_id()) => {}
            Some(default) if registration.type_id() != std::any::TypeId::of::<Bomb>() => {
                all.push(default.default());
            }
            _ => without.push(registration.type_info().type_path_table().short_path()),
        }
    }
    let vm = raw(test.lua().0);
    vm.heap.set_stress(perilune::gc::Stress::Off);
    let lua = Context::from_raw(vm);
    lua.load(WALK).name("=walk").exec(lua).expect("it runs");
    let walk: Function = lua.load("return walk").eval(lua).expect("it is there");
    let (mut read, mut tree) = (0, Vec::new());
    for value in all.iter_mut().filter(|value| !spec::is_scalar(value.as_partial_reflect())) {
        let path = value.reflect_type_info().type_path_table().short_path().to_owned();
        let expected = spec(value.as_partial_reflect());
        let is_whole = !matches!(
            value.reflect_ref(),
            ReflectRef::Struct(_) | ReflectRef::TupleStruct(_) | ReflectRef::Array(_)
        ) || path == "Name";
        #[allow(unsafe_code, reason = "lends a value that outlives the walk")]
        // SAFETY: the VM is only used by natives of this crate.
        let vm = unsafe { lua.raw() };
        let shared = context(vm).shared.clone();
        let ctype = layout::ctype_of(vm, &shared, &**value).expect("there is memory");
        let source = vm.ffi.lending.source(Source {
            category: "value",
            name: path.clone(),
            borrower: "a test".to_owned(),
            rule: WriteRule::NotDeclared,
        });
        let data = std::ptr::from_mut(&mut **value).cast::<u8>();
        #[allow(unsafe_code, reason = "lends a value that outlives the walk")]
        // SAFETY: the value lives on and nothing writes it until the epoch moves below.
        let view = unsafe { vm.lend(ctype, data, null_mut(), source) }.expect("there is memory");
        let view = Value::from_raw(view.into(), lua);
        let of = if is_whole { "view.value" } else { "view" };
        let chunk = format!("local view, walk = ... walk({of}, {expected}, '{path}')");
        let chunk = lua.load(&chunk).name("=spec").into_function(lua).expect("the spec is Lua");
        if let Err(error) = chunk.call::<()>(lua, (view, &walk)) {
            tree.push(format!("{path}: {error}"));
        }
        #[allow(unsafe_code, reason = "as above")]
        // SAFETY: as above.
        unsafe { lua.raw() }.ffi.lending.expire();
        read += 1;
    }
    let problems: Vec<String> = lua.load("return problems").eval(lua).expect("a list");
    let counted: u32 = lua.load("return counted").eval(lua).expect("a number");
    println!("{read} types, {counted} parts; without a value to read: {}", without.join(", "));
    tree.extend(problems);
    assert!(tree.is_empty(), "{}", tree.join("\n"));
    assert!(read > 150 && counted > 850, "{read} types, {counted} parts");
}
