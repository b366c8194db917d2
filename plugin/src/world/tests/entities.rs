//! Entities as Lua values.

use bevy_ecs::entity::{EntityGeneration, EntityIndex};

use super::*;

/// Sets a global to an entity, and returns what Lua gives back for it.
pub(super) fn set_global(test: &mut Test, name: &str, entity: Entity) -> Entity {
    let lua = test.lua().0;
    let value = raw(lua).ffi.entities.value(entity.to_bits());
    let value = Value::from_raw(value, lua);
    let globals = lua.globals();
    globals.set(lua, name, value).expect("there is memory");
    let back: Value = globals.get(lua, name).expect("it is there");
    let back = back.raw(raw(lua)).expect("of this VM");
    Entity::from_bits(raw(lua).ffi.entities.bits(back).expect("an entity"))
}

#[test]
fn bits_survive_and_print_as_bevy_prints_them() {
    let mut test = Test::new();
    let large = 0xFFFF_FFF0;
    for (index, generation) in [(0, 0), (7, 3), (1 << 20, 1 << 20), (large, 1), (5, large)] {
        let index = EntityIndex::from_raw_u32(index).expect("not the greatest");
        let entity = Entity::from_index_and_generation(index, EntityGeneration::from_bits(generation));
        assert_eq!(set_global(&mut test, "e", entity), entity);
        assert_eq!(test.eval("e"), entity.to_string());
        assert_eq!(test.eval("e:index()"), entity.index_u32().to_string());
    }
}

#[test]
fn equal_bits_are_equal_and_the_same_key() {
    let mut test = Test::new();
    for n in 0..5 {
        test.world.spawn(Health(n as f32));
    }
    test.system(
        r#"local seen, runs = {}, 0
           return { query = { "Health" }, run = function(q)
             runs = runs + 1
             for e, h in q:iter() do
               if runs == 1 then seen[e] = h[0] else assert(seen[e] == h[0]) end
               for other in q:iter() do assert((other == e) == (tostring(other) == tostring(e))) end
             end
           end }"#,
    );
    test.run_ok();
    test.run_ok();
}
