//! Random structural changes, Lua writes and Rust writes, against a model of the values and of what has changed.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// What the model knows of an entity. A value carries the number of the step in which it was last changed.
#[derive(Clone, Debug, Default, PartialEq)]
struct Known {
    health: Option<(f32, u32)>,
    stunned: Option<(f32, u32)>,
    frozen: bool,
}

#[derive(Clone, Debug)]
enum Change {
    Spawn { stunned: bool, frozen: bool },
    Despawn(usize),
    InsertStunned(usize, f32),
    RemoveStunned(usize),
    RemoveHealth(usize),
    ToggleFrozen(usize),
    WriteHealth(usize, f32),
}

/// How the script goes through the rows.
#[derive(Clone, Copy, Debug)]
enum Way {
    Rows,
    Columns,
    ByEntity,
    ByQueryGet,
    Kept,
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => (any::<bool>(), any::<bool>()).prop_map(|(stunned, frozen)| Change::Spawn { stunned, frozen }),
        1 => any::<usize>().prop_map(Change::Despawn),
        2 => (any::<usize>(), 1i8..100).prop_map(|(at, n)| Change::InsertStunned(at, f32::from(n))),
        1 => any::<usize>().prop_map(Change::RemoveStunned),
        1 => any::<usize>().prop_map(Change::RemoveHealth),
        1 => any::<usize>().prop_map(Change::ToggleFrozen),
        2 => (any::<usize>(), 1i8..100).prop_map(|(at, n)| Change::WriteHealth(at, f32::from(n))),
    ]
}

fn way() -> impl Strategy<Value = Way> {
    prop_oneof![
        Just(Way::Rows),
        Just(Way::Columns),
        Just(Way::ByEntity),
        Just(Way::ByQueryGet),
        Just(Way::Kept)
    ]
}

/// A system that adds `add` to the health of chosen rows and doubles their stun; frozen ones are not among the rows.
const SYSTEM: &str = r#"
return { query = { "mut Health", optional = { "mut Stunned" }, without = { "Frozen" } }, run = function(q)
  local function chosen(entity) return entity:index() % divisor == remainder end
  local function write(health, stunned)
    health[0] = health[0] + add
    if stunned then stunned.seconds = stunned.seconds * 2 end
  end
  rows = q:count()
  if way == "Rows" then
    for entity, health, stunned in q:iter() do
      if chosen(entity) then
        health[0] = health[0] + add
        if stunned then stunned.seconds = stunned.seconds * 2 end
      end
    end
  elseif way == "Kept" then
    local kept = {}
    for entity, health, stunned in q:iter() do kept[#kept + 1] = { entity, health, stunned } end
    for _, row in ipairs(kept) do
      if chosen(row[1]) then write(row[2], row[3]) end
    end
  elseif way == "Columns" then
    for n, healths, stunned, entities in q:columns() do
      for i = 0, n - 1 do
        if chosen(entities[i]) then write(healths[i], stunned and stunned[i]) end
      end
    end
  else
    local entities = {}
    for entity in q:iter() do entities[#entities + 1] = entity end
    for _, entity in ipairs(entities) do
      if chosen(entity) then
        if way == "ByEntity" then
          write(world.get(entity, "Health"), world.get(entity, "Stunned"))
        else
          write(q:get(entity))
        end
      end
    end
  end
end }"#;

struct Model {
    test: Test,
    known: BTreeMap<Entity, Known>,
    step: u32,
}

impl Model {
    fn pick(&self, at: usize) -> Option<Entity> {
        let entities: Vec<Entity> = self.known.keys().copied().collect();
        entities.get(at.checked_rem(entities.len())?).copied()
    }

    fn apply(&mut self, change: &Change) {
        let (world, step) = (&mut self.test.world, self.step);
        match *change {
            Change::Spawn { stunned, frozen } => {
                let mut entity = world.spawn(Health(1.0));
                let mut known = Known { health: Some((1.0, step)), ..Known::default() };
                if stunned {
                    entity.insert(Stunned { seconds: 1.0 });
                    known.stunned = Some((1.0, step));
                }
                if frozen {
                    entity.insert(Frozen);
                    known.frozen = true;
                }
                let id = entity.id();
                self.known.insert(id, known);
            }
            Change::Despawn(at) => {
                if let Some(entity) = self.pick(at) {
                    self.test.world.despawn(entity);
                    self.known.remove(&entity);
                }
            }
            Change::InsertStunned(at, seconds) => self.edit(at, |entity, known| {
                entity.insert(Stunned { seconds });
                known.stunned = Some((seconds, step));
            }),
            Change::RemoveStunned(at) => self.edit(at, |entity, known| {
                entity.remove::<Stunned>();
                known.stunned = None;
            }),
            Change::RemoveHealth(at) => self.edit(at, |entity, known| {
                entity.remove::<Health>();
                known.health = None;
            }),
            Change::ToggleFrozen(at) => self.edit(at, |entity, known| {
                if known.frozen {
                    entity.remove::<Frozen>();
                } else {
                    entity.insert(Frozen);
                }
                known.frozen = !known.frozen;
            }),
            Change::WriteHealth(at, value) => self.edit(at, |entity, known| {
                if let Some(mut health) = entity.get_mut::<Health>() {
                    health.0 = value;
                    known.health = Some((value, step));
                }
            }),
        }
    }

    fn edit(&mut self, at: usize, f: impl FnOnce(&mut EntityWorldMut, &mut Known)) {
        if let Some(entity) = self.pick(at) {
            let known = self.known.get_mut(&entity).expect("picked from the model");
            f(&mut self.test.world.entity_mut(entity), known);
        }
    }

    /// One step: changes, then a run of the script.
    fn step(&mut self, changes: &[Change], way: Way, divisor: u32, add: i8) -> Result<(), TestCaseError> {
        self.step += 1;
        // Ticks of this step are newer than this one.
        let before = self.test.world.increment_change_tick();
        for change in changes {
            self.apply(change);
        }
        let remainder = self.step % divisor;
        let set = format!("way, divisor, remainder, add = '{way:?}', {divisor}, {remainder}, {add}");
        let lua = self.test.lua().0;
        lua.load(set).exec(lua).expect("an assignment");
        self.test.run_ok();
        let mut rows = 0;
        for (entity, known) in &mut self.known {
            let (Some(health), false) = (known.health, known.frozen) else { continue };
            rows += 1;
            if entity.index_u32() % divisor == remainder {
                known.health = Some((health.0 + f32::from(add), self.step));
                known.stunned = known.stunned.map(|(seconds, _)| (seconds * 2.0, self.step));
            }
        }
        prop_assert_eq!(self.test.eval("rows"), rows.to_string());
        self.compare(before)
    }

    fn compare(&mut self, before: bevy_ecs::change_detection::Tick) -> Result<(), TestCaseError> {
        let now = self.test.world.change_tick();
        for (entity, known) in &self.known {
            let entity = self.test.world.entity(*entity);
            let health = entity.get_ref::<Health>();
            let stunned = entity.get_ref::<Stunned>();
            prop_assert_eq!(health.as_ref().map(|h| h.0), known.health.map(|(value, _)| value));
            prop_assert_eq!(stunned.as_ref().map(|s| s.seconds), known.stunned.map(|(value, _)| value));
            let changed = |step: Option<(f32, u32)>| step.map(|(_, step)| step == self.step);
            let newer = |tick: bevy_ecs::change_detection::Tick| tick.is_newer_than(before, now);
            prop_assert_eq!(health.map(|h| newer(h.last_changed())), changed(known.health));
            prop_assert_eq!(stunned.map(|s| newer(s.last_changed())), changed(known.stunned));
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn values_and_change_ticks_are_those_of_a_model(
        steps in prop::collection::vec((prop::collection::vec(change(), 0..8), way(), 1u32..4, 1i8..9), 1..12),
        compiled in any::<bool>(),
    ) {
        let mut test = Test::interpreted_or_compiled(compiled);
        test.system(SYSTEM);
        let mut model = Model { test, known: BTreeMap::new(), step: 0 };
        for (changes, way, divisor, add) in steps {
            model.step(&changes, way, divisor, add)?;
        }
    }
}

/// What the model is compared with in half of its cases is compiled indeed.
#[test]
fn every_way_through_the_rows_is_compiled() {
    for way in [Way::Rows, Way::Columns, Way::ByEntity, Way::ByQueryGet, Way::Kept] {
        let mut test = Test::interpreted_or_compiled(true);
        test.system(SYSTEM);
        let mut model = Model { test, known: BTreeMap::new(), step: 0 };
        let spawned = vec![Change::Spawn { stunned: true, frozen: false }; 6];
        for _ in 0..3 {
            model.step(&spawned, way, 1, 1).expect("as the model says");
        }
        let compiler = model.test.lua().0.stats().compiler;
        let entries = compiler.map_or(0, |compiler| compiler.entries);
        assert_eq!(entries > 0, cfg!(feature = "jit"), "{way:?}");
    }
}
