//! `position += velocity * dt` over a Bevy world in Lua: rows and columns of flat components and of `Transform`s, behaviours, and
//! what a system costs before its first row. The same system in Rust beside each, and the same script with hot loops compiled. All run in the schedule of an
//! application, since a system comes to a colder processor there than in a loop of its own; the system in Rust takes its time itself, behind its set-up.
//!
//! `cargo bench -p perilune-benches --bench ecs [FORM...] [ENTITIES...]`. Medians over many frames. "behaviours" and "set-up" are forms, too.

use std::time::{Duration, Instant};

use bevy_app::PluginGroup as _;
use bevy_app::{App, TaskPoolPlugin, Update};
use bevy_asset::{AssetPlugin, AssetServer};
use bevy_ecs::component::Component;
use bevy_ecs::reflect::ReflectComponent;
use bevy_ecs::resource::Resource;
use bevy_ecs::system::{Query, ResMut};
use bevy_math::Vec3;
use bevy_perilune::{LuaAppExt, LuaCollector, LuaPlugins, LuaScript, LuaScriptPlugin};
use bevy_reflect::Reflect;
use bevy_reflect::std_traits::ReflectDefault;
use bevy_time::TimePlugin;
use bevy_transform::components::Transform;
use perilune_benches::timing::median;

/// A system in Lua, and the same in Rust.
struct Form {
    name: &'static str,
    script: &'static str,
    rust: fn(&mut App),
}

const FORMS: &[Form] = &[
    Form {
        name: "rows",
        script: r#"
        system { name = "move", query = { "mut Position", "Velocity" }, run = function(q, dt)
          for _, p, v in q:iter() do
            p.x = p.x + v.x * dt
            p.y = p.y + v.y * dt
            p.z = p.z + v.z * dt
          end
        end }"#,
        rust: |app| {
            app.add_systems(Update, move_in_rust);
        },
    },
    Form {
        name: "columns",
        script: r#"
        system { name = "move", query = { "mut Position", "Velocity" }, run = function(q, dt)
          for n, ps, vs in q:columns() do
            for i = 0, n - 1 do
              ps[i].x = ps[i].x + vs[i].x * dt
              ps[i].y = ps[i].y + vs[i].y * dt
              ps[i].z = ps[i].z + vs[i].z * dt
            end
          end
        end }"#,
        rust: |app| {
            app.add_systems(Update, move_in_rust);
        },
    },
    Form {
        name: "Transform, rows",
        script: r#"
        system { name = "move", query = { "mut Transform", "Motion" }, run = function(q, dt)
          for _, t, m in q:iter() do
            t.translation.x = t.translation.x + m.linear.x * dt
            t.translation.y = t.translation.y + m.linear.y * dt
            t.translation.z = t.translation.z + m.linear.z * dt
          end
        end }"#,
        rust: |app| {
            app.add_systems(Update, move_transforms_in_rust);
        },
    },
    Form {
        name: "Transform, vectors",
        script: r#"
        system { name = "move", query = { "mut Transform", "Motion" }, run = function(q, dt)
          for _, t, m in q:iter() do
            t.translation = t.translation + m.linear * dt
          end
        end }"#,
        rust: |app| {
            app.add_systems(Update, move_transforms_in_rust);
        },
    },
];

const BEHAVIOUR: &str = r#"
local Mover = {}
function Mover:update(dt)
  local p, v = self.Position, self.Velocity
  p.x = p.x + v.x * dt
  p.y = p.y + v.y * dt
  p.z = p.z + v.z * dt
end
return Mover"#;

const EMPTY: &str = r#"
system { name = "look", query = { "mut Position", "Velocity" }, run = function(q, dt) q:iter() end }"#;

const FRAMES: usize = 60;
const WARM_UP: Duration = Duration::from_millis(500);
const BEHAVIOURS: usize = 20_000;

#[derive(Component, Reflect, Default)]
#[reflect(Component, Default)]
struct Position {
    x: f32,
    y: f32,
    z: f32,
}

#[derive(Component, Reflect, Default)]
#[reflect(Component, Default)]
struct Velocity {
    x: f32,
    y: f32,
    z: f32,
}

#[derive(Component, Reflect, Default)]
#[reflect(Component, Default)]
struct Motion {
    linear: Vec3,
}

/// Makes tables of their own, as bits of a number.
#[derive(Component)]
struct Mark<const BIT: usize>;

struct Bench {
    app: App,
    folder: std::path::PathBuf,
}

impl Bench {
    fn new(script: &str, jit: bool) -> Bench {
        let folder =
            std::env::temp_dir().join(format!("perilune-ecs-bench-{}-{}", std::process::id(), u8::from(jit)));
        std::fs::create_dir_all(folder.join("scripts")).expect("a temporary folder");
        std::fs::write(folder.join("scripts/bench.lua"), script).expect("a temporary file");
        let mut app = App::new();
        app.add_plugins((TaskPoolPlugin::default(), TimePlugin));
        app.add_plugins(AssetPlugin {
            file_path: folder.to_string_lossy().into_owned(),
            ..AssetPlugin::default()
        });
        let scripts = LuaScriptPlugin { jit, ..LuaScriptPlugin::default() };
        app.add_plugins((bevy_diagnostic::DiagnosticsPlugin, LuaPlugins.build().set(scripts)));
        app.register_type::<Position>().register_type::<Velocity>().register_type::<Motion>();
        Bench { app, folder }
    }

    /// Runs frames until the script has begun.
    fn start(&mut self) {
        self.app.finish();
        self.app.cleanup();
        let start = Instant::now();
        loop {
            self.app.update();
            if !self.script_time().is_zero() {
                // The frame that loads it is not like the others.
                self.app.update();
                return;
            }
            assert!(start.elapsed() < Duration::from_secs(20), "the script has not begun to run");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn script_time(&self) -> Duration {
        self.app.world().resource::<LuaCollector>().script_time
    }

    /// Runs frames until what is hot in the script has had time to be compiled: beside sixty frames of a thousand rows that takes long.
    fn warm_up(&mut self) {
        let start = Instant::now();
        while start.elapsed() < WARM_UP {
            self.app.update();
        }
    }

    /// The script's time in a frame, in nanoseconds.
    fn frame(&mut self) -> f64 {
        self.app.update();
        nanoseconds(self.script_time())
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // What is left in the temporary folder harms nobody.
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let mut counts: Vec<usize> = args.iter().filter_map(|arg| arg.parse().ok()).collect();
    let forms: Vec<&String> = args.iter().filter(|arg| arg.parse::<usize>().is_err()).collect();
    if counts.is_empty() {
        counts = vec![1_000, 10_000, 100_000, 1_000_000];
    }
    println!(
        "{:>20}{:>10}{:>16}{:>10}{:>16}{:>10}{:>16}",
        "ns per entity", "entities", "interpreted", "x Rust", "compiled", "x Rust", "Rust"
    );
    for form in FORMS.iter().filter(|form| forms.is_empty() || forms.iter().any(|name| *name == form.name)) {
        for &count in &counts {
            let [lua, compiled, rust] = compare(form, count);
            println!(
                "{:>20}{count:>10}{lua:>16.1}{:>10.1}{compiled:>16.1}{:>10.2}{rust:>16.2}",
                form.name,
                lua / rust,
                compiled / rust
            );
        }
    }
    let is_asked_for = |name: &str| args.is_empty() || args.iter().any(|arg| arg == name);
    for (how, jit) in [("interpreted", false), ("compiled", true)] {
        if !is_asked_for("behaviours") {
            continue;
        }
        let per_frame = behaviours(jit);
        println!(
            "{BEHAVIOURS} behaviours of two components, {how}: {:.2} ms a frame, {:.0} ns each",
            per_frame / 1e6,
            per_frame / BEHAVIOURS as f64
        );
    }
    if !is_asked_for("set-up") {
        return;
    }
    let (one, many) = (set_up(1), set_up(1 << 9));
    println!(
        "a system without rows: {:.2} us; with {} tables {:.1} us, {:.0} ns a table",
        one / 1e3,
        1 << 9,
        many / 1e3,
        (many - one) / f64::from((1 << 9) - 1)
    );
}

/// How long the system in Rust has taken.
#[derive(Resource, Default)]
struct RustTime(Duration);

/// A world with so many entities.
fn movers(form: &Form, count: usize, jit: bool) -> Bench {
    let mut bench = Bench::new(form.script, jit);
    bench.app.world_mut().spawn_batch((0..count).map(|i| {
        let linear = Vec3::new(1.0, i as f32, 0.5);
        (
            Position::default(),
            Velocity { x: linear.x, y: linear.y, z: linear.z },
            Transform::default(),
            Motion { linear },
        )
    }));
    bench
}

/// Nanoseconds per entity: interpreted, compiled, in Rust.
fn compare(form: &Form, count: usize) -> [f64; 3] {
    let [mut interpreted, mut compiled] = [false, true].map(|jit| movers(form, count, jit));
    for bench in [&mut interpreted, &mut compiled] {
        bench.app.add_lua_script("scripts/bench.lua");
        bench.start();
        bench.warm_up();
    }
    let mut rust = movers(form, count, false);
    rust.app.init_resource::<RustTime>();
    (form.rust)(&mut rust.app);
    rust.warm_up();
    let mut times = [(); 3].map(|()| Vec::with_capacity(FRAMES));
    for _ in 0..FRAMES {
        times[0].push(interpreted.frame());
        times[1].push(compiled.frame());
        rust.app.update();
        times[2].push(nanoseconds(rust.app.world().resource::<RustTime>().0));
    }
    times.map(|times| median(&times) / count as f64)
}

/// Nanoseconds a frame.
fn behaviours(jit: bool) -> f64 {
    let mut bench = Bench::new(BEHAVIOUR, jit);
    let script: LuaScript =
        LuaScript::new(bench.app.world().resource::<AssetServer>().load("scripts/bench.lua"));
    bench.app.world_mut().spawn_batch(
        (0..BEHAVIOURS)
            .map(|i| (Position::default(), Velocity { x: 1.0, y: i as f32, z: 0.5 }, script.clone()))
            .collect::<Vec<_>>(),
    );
    bench.start();
    bench.warm_up();
    let times: Vec<f64> = (0..FRAMES).map(|_| bench.frame()).collect();
    median(&times)
}

/// Nanoseconds for a system that takes no row, with rows in this many tables.
fn set_up(tables: usize) -> f64 {
    let mut bench = Bench::new(EMPTY, false);
    let world = bench.app.world_mut();
    macro_rules! marks {
        ($entity:ident, $n:ident, $($bit:literal)+) => {
            $(if $n & 1 << $bit != 0 { $entity.insert(Mark::<$bit>); })+
        };
    }
    for n in 0..tables {
        let mut entity = world.spawn((Position::default(), Velocity::default()));
        marks!(entity, n, 0 1 2 3 4 5 6 7 8);
    }
    bench.app.add_lua_script("scripts/bench.lua");
    bench.start();
    let times: Vec<f64> = (0..FRAMES * 4).map(|_| bench.frame()).collect();
    median(&times)
}

fn move_in_rust(mut query: Query<'_, '_, (&mut Position, &Velocity)>, mut time: ResMut<'_, RustTime>) {
    let start = Instant::now();
    let dt = 1.0 / 60.0;
    for (mut position, velocity) in &mut query {
        position.x += velocity.x * dt;
        position.y += velocity.y * dt;
        position.z += velocity.z * dt;
    }
    time.0 = start.elapsed();
}

fn move_transforms_in_rust(
    mut query: Query<'_, '_, (&mut Transform, &Motion)>,
    mut time: ResMut<'_, RustTime>,
) {
    let start = Instant::now();
    let dt = 1.0 / 60.0;
    for (mut transform, motion) in &mut query {
        transform.translation += motion.linear * dt;
    }
    time.0 = start.elapsed();
}

fn nanoseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e9
}
