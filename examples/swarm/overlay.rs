//! The window: camera, keys, figures and graphs.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::Duration;

use bevy::prelude::*;
use bevy::render::view::screenshot::{Screenshot, save_to_disk};
use bevy_perilune::{LuaCollector, LuaReloads, LuaSettings};

use crate::Count;

/// Frames the graphs show.
const HISTORY: usize = 300;

/// Figures of the last frames, in milliseconds: frame time, script time, collector slice.
#[derive(Resource, Default)]
struct History {
    frame: VecDeque<f32>,
    script: VecDeque<f32>,
    slice: VecDeque<f32>,
}

/// Where a screenshot goes, and in which frame it is taken.
#[derive(Resource)]
struct Picture {
    file: PathBuf,
    frame: u32,
}

#[derive(Component)]
struct Figures;

/// The window's plugin; with a file, a screenshot is saved after a few seconds.
pub(crate) fn plugin(screenshot: Option<PathBuf>) -> impl Fn(&mut App) + Send + Sync + 'static {
    move |app: &mut App| {
        app.init_resource::<History>()
            .insert_resource(ClearColor(Color::srgb(0.02, 0.02, 0.05)))
            .add_systems(Startup, set_up)
            .add_systems(Update, (keys, record, write_figures, draw_graphs).chain());
        if let Some(file) = &screenshot {
            app.insert_resource(Picture { file: file.clone(), frame: 240 }).add_systems(Update, take_picture);
        }
    }
}

fn set_up(mut commands: Commands) {
    commands.spawn(Camera2d);
    commands.spawn((
        Figures,
        Text::new(""),
        TextFont { font_size: 15.0.into(), ..default() },
        TextColor(Color::srgb(0.85, 0.9, 1.0)),
        Node {
            position_type: PositionType::Absolute,
            left: px(10),
            top: px(10),
            padding: UiRect::all(px(8)),
            ..default()
        },
        BackgroundColor(Color::srgba(0.0, 0.0, 0.0, 0.65)),
    ));
    add_graphs(&mut commands);
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

fn record(mut history: ResMut<History>, time: Res<Time<Real>>, collector: Res<LuaCollector>) {
    let push = |values: &mut VecDeque<f32>, value: Duration| {
        if values.len() == HISTORY {
            values.pop_front();
        }
        values.push_back(value.as_secs_f32() * 1e3);
    };
    let History { frame, script, slice } = &mut *history;
    push(frame, time.delta());
    push(script, collector.script_time);
    push(slice, collector.slice_cpu);
}

fn write_figures(
    history: Res<History>,
    collector: Res<LuaCollector>,
    reloads: Res<LuaReloads>,
    count: Res<Count>,
    mut text: Single<&mut Text, With<Figures>>,
) {
    let mean = |values: &VecDeque<f32>| values.iter().sum::<f32>() / values.len().max(1) as f32;
    let [p50, p99, max] = collector.percentiles_us;
    text.0 = format!(
        "{} ships in Lua          [left] [right]\n\
         frame    {:6.2} ms\n\
         scripts  {:6.2} ms\n\
         collector {:4.0} us of {} us  [up] [down]\n\
         slices   p50 {p50:.0}  p99 {p99:.0}  max {max:.0} us, {} over budget\n\
         phase    {}\n\
         heap     {:.1} MiB, live {:.1} MiB\n\
         reloads  {} ({} failed)",
        count.0,
        mean(&history.frame),
        mean(&history.script),
        collector.slice_cpu.as_secs_f64() * 1e6,
        collector.budget.as_micros(),
        collector.overruns,
        collector.phase.name(),
        collector.heap_bytes as f64 / f64::from(1 << 20),
        collector.live_bytes as f64 / f64::from(1 << 20),
        reloads.applied,
        reloads.failed,
    );
}

/// One graph: a row of bars, one for each of the last frames.
#[derive(Component, Clone, Copy)]
enum Graph {
    Frame,
    Script,
    Slice,
}

impl Graph {
    /// Its values, in milliseconds.
    fn values(self, history: &History) -> &VecDeque<f32> {
        match self {
            Graph::Frame => &history.frame,
            Graph::Script => &history.script,
            Graph::Slice => &history.slice,
        }
    }

    /// The value at the thin line: a frame at 60 Hz, or the collector's budget.
    fn line(self, collector: &LuaCollector) -> f32 {
        match self {
            Graph::Frame | Graph::Script => 1000.0 / 60.0,
            Graph::Slice => collector.budget.as_secs_f32() * 1e3,
        }
    }
}

/// A bar of a graph, by its age.
#[derive(Component)]
struct Bar(usize);

/// The height of a graph in pixels; its line is at half of it.
const GRAPH_HEIGHT: f32 = 56.0;

/// Three graphs in the lower left corner.
fn add_graphs(commands: &mut Commands) {
    let graphs = [
        (Graph::Frame, "frame time, line at 16.7 ms", Color::srgb(0.5, 0.7, 1.0)),
        (Graph::Script, "scripts, line at 16.7 ms", Color::srgb(0.4, 0.9, 0.5)),
        (Graph::Slice, "collector slice, line at its budget", Color::srgb(1.0, 0.6, 0.2)),
    ];
    let column = Node {
        position_type: PositionType::Absolute,
        left: px(10),
        bottom: px(10),
        flex_direction: FlexDirection::Column,
        row_gap: px(4),
        padding: UiRect::all(px(8)),
        ..default()
    };
    commands.spawn((column, BackgroundColor(Color::srgba(0.0, 0.0, 0.0, 0.65)))).with_children(|column| {
        for (graph, label, color) in graphs {
            column.spawn((
                Text::new(label),
                TextFont { font_size: 12.0.into(), ..default() },
                TextColor(color),
            ));
            let row = Node { height: px(GRAPH_HEIGHT), align_items: AlignItems::FlexEnd, ..default() };
            column.spawn(row).with_children(|row| {
                for age in (0..HISTORY).rev() {
                    let node = Node { width: px(1), height: px(0), ..default() };
                    row.spawn((graph, Bar(age), node, BackgroundColor(color)));
                }
                row.spawn((
                    Node {
                        position_type: PositionType::Absolute,
                        bottom: px(GRAPH_HEIGHT / 2.0),
                        width: px(HISTORY as f32),
                        height: px(1),
                        ..default()
                    },
                    BackgroundColor(Color::srgba(1.0, 1.0, 1.0, 0.4)),
                ));
            });
        }
    });
}

fn draw_graphs(
    history: Res<History>,
    collector: Res<LuaCollector>,
    mut bars: Query<(&Graph, &Bar, &mut Node)>,
) {
    for (graph, bar, mut node) in &mut bars {
        let values = graph.values(&history);
        let value = values.len().checked_sub(bar.0 + 1).map_or(0.0, |index| values[index]);
        let share = (value / graph.line(&collector).max(0.001) / 2.0).min(1.0);
        node.height = px((share * GRAPH_HEIGHT).round());
    }
}

fn take_picture(mut commands: Commands, picture: Res<Picture>, mut frame: Local<u32>) {
    *frame += 1;
    if *frame == picture.frame {
        commands.spawn(Screenshot::primary_window()).observe(save_to_disk(picture.file.clone()));
    }
}
