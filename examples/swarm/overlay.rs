//! The window: camera, keys, figures and graphs.

use std::path::PathBuf;
use std::time::Duration;

use bevy::prelude::*;
use bevy_perilune::{LuaCollector, LuaReloads, LuaSettings};
use perilune_examples::gc_panel::GcPanelPlugin;
use perilune_examples::graph::{Graph, Point};
use perilune_examples::picture::save_picture;

use crate::Count;

/// The window's plugin; with a file, a screenshot is saved after a few seconds.
pub(crate) fn plugin(screenshot: Option<PathBuf>) -> impl Fn(&mut App) + Send + Sync + 'static {
    move |app: &mut App| {
        app.add_plugins(GcPanelPlugin { zoom: 1.0 })
            .insert_resource(ClearColor(Color::srgb(0.02, 0.02, 0.05)))
            .add_systems(Startup, set_up)
            .add_systems(Update, (keys, record, write_figures).chain());
        if let Some(file) = &screenshot {
            save_picture(app, file.clone(), 240);
        }
    }
}

#[derive(Component)]
struct Figures;

/// What a graph shows, in milliseconds.
#[derive(Component, Clone, Copy)]
enum Shows {
    Frame,
    Script,
}

fn set_up(mut commands: Commands, mut images: ResMut<Assets<Image>>) {
    commands.spawn(Camera2d);
    let column = Node {
        position_type: PositionType::Absolute,
        left: px(10),
        top: px(10),
        flex_direction: FlexDirection::Column,
        row_gap: px(4),
        padding: UiRect::all(px(8)),
        ..default()
    };
    let font = |size: f32| TextFont { font_size: size.into(), ..default() };
    commands.spawn((column, BackgroundColor(Color::srgba(0.0, 0.0, 0.0, 0.65)))).with_children(|column| {
        column.spawn((Figures, Text::new(""), font(14.0), TextColor(Color::srgb(0.85, 0.9, 1.0))));
        for (shows, label) in
            [(Shows::Frame, "frame time, mark at 16.7 ms"), (Shows::Script, "scripts, mark at 16.7 ms")]
        {
            column.spawn((Text::new(label), font(12.0), TextColor(shows.color())));
            column.spawn((shows, Graph::new(&mut images, 2.0 * FRAME_MS, 1.0)));
        }
    });
}

/// A frame at 60 Hz.
const FRAME_MS: f32 = 1000.0 / 60.0;

impl Shows {
    fn color(self) -> Color {
        match self {
            Shows::Frame => Color::srgb(0.5, 0.7, 1.0),
            Shows::Script => Color::srgb(0.4, 0.9, 0.5),
        }
    }
}

fn keys(keys: Res<ButtonInput<KeyCode>>, mut settings: ResMut<LuaSettings>, mut count: ResMut<Count>) {
    let budget = settings.gc_budget.as_micros() as u64;
    if keys.just_pressed(KeyCode::ArrowUp) {
        settings.gc_budget = Duration::from_micros((budget + 100).min(5_000));
    }
    if keys.just_pressed(KeyCode::ArrowDown) {
        settings.gc_budget = Duration::from_micros(budget.saturating_sub(100).max(100));
    }
    if keys.just_pressed(KeyCode::ArrowRight) {
        count.0 = (count.0 + 1_000).min(50_000);
    }
    if keys.just_pressed(KeyCode::ArrowLeft) {
        count.0 = count.0.saturating_sub(1_000).max(100);
    }
}

fn record(time: Res<Time<Real>>, collector: Res<LuaCollector>, mut graphs: Query<(&Shows, &mut Graph)>) {
    for (shows, mut graph) in &mut graphs {
        let value = match shows {
            Shows::Frame => time.delta(),
            Shows::Script => collector.script_time,
        };
        graph.push(Point {
            value: value.as_secs_f32() * 1e3,
            mark: FRAME_MS,
            bar_color: shows.color(),
            mark_color: Color::WHITE,
        });
    }
}

fn write_figures(
    graphs: Query<(&Shows, &Graph)>,
    reloads: Res<LuaReloads>,
    count: Res<Count>,
    mut text: Single<&mut Text, With<Figures>>,
) {
    let (mut frame, mut script) = (0.0, 0.0);
    for (shows, graph) in &graphs {
        match shows {
            Shows::Frame => frame = graph.mean(),
            Shows::Script => script = graph.mean(),
        }
    }
    text.0 = format!(
        "{} ships in Lua    [left] [right]; budget [up] [down]\n\
         frame {frame:.2} ms, scripts {script:.2} ms; {} reloads ({} failed)",
        count.0, reloads.applied, reloads.failed,
    );
}
