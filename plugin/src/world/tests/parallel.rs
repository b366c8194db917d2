//! What the scheduler knows of a script's access.

use bevy_ecs::query::FilteredAccessSet;
use bevy_ecs::system::{IntoSystem, System};

use super::*;

fn access(test: &mut Test, query: &str, resources: &str) -> FilteredAccessSet {
    let lua = test.lua().0;
    let value: Value = lua.load(format!("return {query}")).eval(lua).expect("it runs");
    let value = value.raw(raw(lua)).expect("of this VM");
    let terms = QueryTerms::parse(&raw(lua).to_host(value).expect("plain")).expect("well formed");
    let value: Value = lua.load(format!("return {resources}")).eval(lua).expect("it runs");
    let value = value.raw(raw(lua)).expect("of this VM");
    let resources = parse_list("resources", &raw(lua).to_host(value).expect("plain")).expect("well formed");
    let registry = test.world.resource::<AppTypeRegistry>().clone();
    let registry = registry.read();
    let access = SystemAccess::new(&mut test.world, &registry, "system 'a'", Some(&terms), &resources, &[]);
    let builder = (ScriptParamBuilder(access.expect("a right declaration")),);
    let mut system = builder.build_state(&mut test.world).build_any_system(|_: ScriptParam| {});
    system.initialize(&mut test.world)
}

#[test]
fn declared_access_conflicts_as_rust_access_does() {
    let mut test = Test::new();
    let writes = IntoSystem::into_system(|_: Query<&mut Health>| {}).initialize(&mut test.world);
    let reads = IntoSystem::into_system(|_: Query<&Health>| {}).initialize(&mut test.world);
    let frozen =
        IntoSystem::into_system(|_: Query<&mut Health, With<Frozen>>| {}).initialize(&mut test.world);
    let score = IntoSystem::into_system(|_: ResMut<Score>| {}).initialize(&mut test.world);

    let reader = access(&mut test, "{ 'Health', 'mut Transform' }", "{ 'Score' }");
    assert!(!reader.is_compatible(&writes) && reader.is_compatible(&reads) && !reader.is_compatible(&score));
    let writer = access(&mut test, "{ 'mut Health' }", "{}");
    assert!(!writer.is_compatible(&writes) && !writer.is_compatible(&reads) && writer.is_compatible(&score));
    let thawed = access(&mut test, "{ 'mut Health', without = { 'Frozen' } }", "{ 'mut Score' }");
    assert!(thawed.is_compatible(&frozen) && !thawed.is_compatible(&writes) && !thawed.is_compatible(&score));
    let ticks = access(&mut test, "{ 'Transform', changed = { 'Health' } }", "{}");
    assert!(!ticks.is_compatible(&writes), "looking at ticks is reading");
    let optional = access(&mut test, "{ 'Transform', optional = { 'mut Health' } }", "{}");
    assert!(!optional.is_compatible(&reads));
}
