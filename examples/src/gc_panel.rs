//! An overlay for the collector: its slices against their budget over the last frames, the heap against what of it is alive, and figures.

use bevy::prelude::*;
use bevy_perilune::{LuaCollector, LuaSettings};

use crate::graph::{self, Graph, HISTORY, Point};

/// Adds the panel in the lower left corner of the window.
pub struct GcPanelPlugin {
    /// How many pixels wide a frame is.
    pub zoom: f32,
}

#[derive(Resource)]
struct Zoom(f32);

impl Plugin for GcPanelPlugin {
    fn build(&self, app: &mut App) {
        app.insert_resource(Zoom(self.zoom)).init_resource::<LastRaise>().add_systems(Startup, set_up);
        // The collector's slice was the last thing of the frame before.
        app.add_systems(First, (record, write_figures, label_graphs).chain());
        app.add_systems(PostUpdate, graph::draw);
    }
}

/// What a graph shows.
#[derive(Component, Clone, Copy)]
enum Shows {
    Slice,
    Heap,
}

impl Shows {
    const ALL: [Shows; 2] = [Shows::Slice, Shows::Heap];

    /// The scale it has at least: microseconds, MiB.
    fn least_top(self) -> f32 {
        match self {
            Shows::Slice => 200.0,
            Shows::Heap => 4.0,
        }
    }

    fn label(self, top: f32) -> String {
        match self {
            Shows::Slice => {
                format!("slice of each frame against its budget (yellow: raised), up to {top:.0} us")
            }
            Shows::Heap => format!("heap, mark at what is alive, up to {top:.0} MiB"),
        }
    }

    /// A frame.
    fn point(self, gc: &LuaCollector) -> Point {
        let us = |time: std::time::Duration| time.as_secs_f32() * 1e6;
        match self {
            Shows::Slice => {
                let (value, mark) = (us(gc.slice_cpu), us(gc.budget_in_force));
                let bar_color = if value > mark + 50.0 { RED } else { ORANGE };
                let mark_color = if gc.is_raised { YELLOW } else { Color::WHITE };
                Point { value, mark, bar_color, mark_color }
            }
            Shows::Heap => Point {
                value: mib(gc.heap_bytes),
                mark: mib(gc.live_bytes),
                bar_color: BLUE,
                mark_color: Color::WHITE,
            },
        }
    }
}

const ORANGE: Color = Color::srgb(1.0, 0.6, 0.2);
const RED: Color = Color::srgb(1.0, 0.2, 0.2);
const YELLOW: Color = Color::srgb(1.0, 1.0, 0.2);
const BLUE: Color = Color::srgb(0.35, 0.6, 0.95);

fn mib(bytes: usize) -> f32 {
    bytes as f32 / (1 << 20) as f32
}

#[derive(Component)]
struct Figures;

/// The label of a graph.
#[derive(Component)]
struct Label;

/// The last raise of the budget and how many frames ago it was.
#[derive(Resource, Default)]
struct LastRaise(Option<(std::time::Duration, usize)>);

fn set_up(mut commands: Commands, mut images: ResMut<Assets<Image>>, zoom: Res<Zoom>) {
    let column = Node {
        position_type: PositionType::Absolute,
        left: px(10),
        bottom: px(10),
        flex_direction: FlexDirection::Column,
        row_gap: px(4),
        padding: UiRect::all(px(8)),
        ..default()
    };
    let font = |size: f32| TextFont { font_size: size.into(), ..default() };
    commands.spawn((column, BackgroundColor(Color::srgba(0.0, 0.0, 0.0, 0.65)))).with_children(|column| {
        column.spawn((Figures, Text::new(""), font(14.0), TextColor(Color::srgb(0.85, 0.9, 1.0))));
        for shows in Shows::ALL {
            let color = match shows {
                Shows::Slice => ORANGE,
                Shows::Heap => BLUE,
            };
            column.spawn((Label, shows, Text::new(""), font(12.0), TextColor(color)));
            column.spawn((shows, Graph::new(&mut images, shows.least_top(), zoom.0)));
        }
    });
}

fn record(gc: Res<LuaCollector>, mut last: ResMut<LastRaise>, mut graphs: Query<(&Shows, &mut Graph)>) {
    for (shows, mut graph) in &mut graphs {
        graph.push(shows.point(&gc));
    }
    if gc.is_raised {
        last.0 = Some((gc.budget_in_force, 0));
    } else if let Some((_, frames)) = &mut last.0 {
        *frames += 1;
    }
}

fn label_graphs(graphs: Query<(&Shows, &Graph)>, mut labels: Query<(&Shows, &mut Text), With<Label>>) {
    for (shows, graph) in &graphs {
        let of_this = labels.iter_mut().filter(|(label, _)| **label as u8 == *shows as u8);
        for (_, mut text) in of_this {
            text.0 = shows.label(graph.top());
        }
    }
}

fn write_figures(
    gc: Res<LuaCollector>,
    settings: Res<LuaSettings>,
    last: Res<LastRaise>,
    mut text: Single<&mut Text, With<Figures>>,
) {
    let us = |time: std::time::Duration| time.as_secs_f64() * 1e6;
    let [p50, p99, max] = gc.percentiles_us;
    let raise = match last.0 {
        Some((to, 0)) => format!("raised to {:.0} us now", us(to)),
        Some((to, frames)) if frames < HISTORY => {
            format!("raised to {:.0} us {frames} frames ago", us(to))
        }
        Some(_) | None => "not raised lately".to_owned(),
    };
    let stall = gc
        .longest_stall
        .map_or("none".to_owned(), |stall| format!("{:.0} us ({})", us(stall.time), stall.cause.name()));
    let cap = gc
        .unkept_soft_cap
        .map_or(String::new(), |cap| format!(", more alive than the soft cap of {:.1} MiB", mib(cap)));
    text.0 = format!(
        "slice     {:.0} us of {:.0} us, {:?}, {raise}\n\
         slices    p50 {p50:.0}  p99 {p99:.0}  max {max:.0} us, {} over budget, {} raised\n\
         phase     {}, the last cycle took {} frames\n\
         heap      {:.1} MiB, live {:.1} MiB, {} KiB a frame{cap}\n\
         needs     {:.0} us a frame at this rate, assists {:.2} ms\n\
         stalls    longest {stall}, {} full collections",
        us(gc.slice_cpu),
        us(gc.budget_in_force),
        settings.gc_policy,
        gc.overruns,
        gc.raises,
        gc.phase.name(),
        gc.cycle_frames,
        mib(gc.heap_bytes),
        mib(gc.live_bytes),
        gc.bytes_per_frame / 1024,
        us(gc.sustaining_budget),
        gc.assists.as_secs_f64() * 1e3,
        gc.full_collections,
    );
}
