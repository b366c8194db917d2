//! The window: keys, what they have chosen, and the collector's panel.

use std::path::PathBuf;
use std::time::Duration;

use bevy::prelude::*;
use bevy_perilune::LuaSettings;
use perilune_examples::gc_panel::GcPanelPlugin;
use perilune_examples::picture::save_picture;

use crate::options::POLICIES;
use crate::{FRAME_TIME, Lab, WORKLOADS};

/// The window's plugin; with a file, a screenshot is saved after a few seconds.
pub(crate) fn plugin(screenshot: Option<PathBuf>) -> impl Fn(&mut App) + Send + Sync + 'static {
    move |app: &mut App| {
        app.add_plugins(GcPanelPlugin { zoom: 2.0 })
            .insert_resource(ClearColor(Color::srgb(0.05, 0.06, 0.09)))
            .add_systems(Startup, set_up)
            .add_systems(Update, (choose_workload, choose_settings, choose_load, write_choices).chain());
        if let Some(file) = &screenshot {
            save_picture(app, file.clone(), 400);
        }
    }
}

#[derive(Component)]
struct Choices;

fn set_up(mut commands: Commands) {
    commands.spawn(Camera2d);
    commands.spawn((
        Choices,
        Text::new(""),
        TextFont { font_size: 16.0.into(), ..default() },
        TextColor(Color::srgb(0.85, 0.9, 1.0)),
        Node { position_type: PositionType::Absolute, left: px(18), top: px(14), ..default() },
    ));
}

const DIGITS: [KeyCode; 9] = [
    KeyCode::Digit1,
    KeyCode::Digit2,
    KeyCode::Digit3,
    KeyCode::Digit4,
    KeyCode::Digit5,
    KeyCode::Digit6,
    KeyCode::Digit7,
    KeyCode::Digit8,
    KeyCode::Digit9,
];

fn current(lab: &Lab) -> usize {
    WORKLOADS.iter().position(|workload| workload.name == lab.workload).unwrap_or(0)
}

fn choose_workload(keys: Res<ButtonInput<KeyCode>>, mut lab: ResMut<Lab>) {
    let count = WORKLOADS.len();
    let mut chosen = DIGITS.iter().take(count).position(|&digit| keys.just_pressed(digit));
    if keys.just_pressed(KeyCode::ArrowRight) {
        chosen = Some((current(&lab) + 1) % count);
    }
    if keys.just_pressed(KeyCode::ArrowLeft) {
        chosen = Some((current(&lab) + count - 1) % count);
    }
    if let Some(chosen) = chosen {
        lab.workload = WORKLOADS[chosen].name.to_owned();
    }
}

/// Budgets the keys step through, in microseconds.
const BUDGETS_US: &[u64] = &[50, 100, 200, 300, 500, 750, 1000, 2000, 4000];

fn choose_settings(keys: Res<ButtonInput<KeyCode>>, mut settings: ResMut<LuaSettings>) {
    let budget = settings.gc_budget.as_micros() as u64;
    if keys.just_pressed(KeyCode::ArrowUp)
        && let Some(&more) = BUDGETS_US.iter().find(|&&other| other > budget)
    {
        settings.gc_budget = Duration::from_micros(more);
    }
    if keys.just_pressed(KeyCode::ArrowDown)
        && let Some(&less) = BUDGETS_US.iter().rev().find(|&&other| other < budget)
    {
        settings.gc_budget = Duration::from_micros(less);
    }
    if keys.just_pressed(KeyCode::KeyP) {
        let at = POLICIES.iter().position(|(_, policy)| *policy == settings.gc_policy).unwrap_or(0);
        settings.gc_policy = POLICIES[(at + 1) % POLICIES.len()].1;
    }
    if keys.just_pressed(KeyCode::KeyF) {
        settings.gc_frame_time = settings.gc_frame_time.is_none().then_some(FRAME_TIME);
    }
    if keys.just_pressed(KeyCode::KeyM) {
        settings.memory_soft_limit = match settings.memory_soft_limit {
            None => Some(64 << 20),
            Some(bytes) if bytes > 8 << 20 => Some(bytes / 2),
            Some(_) => None,
        };
    }
}

fn choose_load(keys: Res<ButtonInput<KeyCode>>, mut lab: ResMut<Lab>) {
    if keys.any_just_pressed([KeyCode::Equal, KeyCode::NumpadAdd]) {
        lab.load = (lab.load * 2.0).min(64.0);
    }
    if keys.any_just_pressed([KeyCode::Minus, KeyCode::NumpadSubtract]) {
        lab.load = (lab.load / 2.0).max(1.0 / 64.0);
    }
    if keys.just_pressed(KeyCode::KeyC) {
        lab.full_collections += 1;
    }
}

fn write_choices(lab: Res<Lab>, settings: Res<LuaSettings>, mut text: Single<&mut Text, With<Choices>>) {
    let mut lines = String::new();
    for (number, workload) in (1..).zip(WORKLOADS) {
        let mark = if workload.name == lab.workload { '>' } else { ' ' };
        lines += &format!("{mark} {number}  {}: {}\n", workload.name, workload.what);
    }
    let soft = settings.memory_soft_limit.map_or("off".to_owned(), |bytes| format!("{} MiB", bytes >> 20));
    let frame =
        settings.gc_frame_time.map_or("off".to_owned(), |time| format!("up to {} ms", time.as_millis()));
    text.0 = format!(
        "{lines}\n\
         [up] [down] budget {} us    [P] policy {:?}    [M] soft cap {soft}    [F] what is left of the frame: {frame}\n\
         [+] [-] load x{}    [C] a script collects everything at once ({})",
        settings.gc_budget.as_micros(),
        settings.gc_policy,
        lab.load,
        lab.full_collections,
    );
}
