//! Lists, arrays, enums, options, names and colours through reflection.

use bevy_color::Color;
use bevy_ecs::name::Name;

use super::*;

#[derive(Component, Reflect, Clone, Debug, PartialEq, Default)]
#[reflect(Component, Default)]
struct Bag {
    items: Vec<String>,
    slots: [f32; 3],
    points: Vec<Vec2>,
    stacks: Vec<Stack>,
    tint: Color,
    glow: Option<Color>,
    shape: Shape,
    best: Option<Stack>,
    cell: bevy_math::IVec2,
    bounds: bevy_math::Rect,
}

#[derive(Reflect, Clone, Debug, PartialEq)]
struct Stack {
    name: String,
    count: u32,
}

#[derive(Component, Reflect, Clone, Debug, PartialEq, Default)]
#[reflect(Component, Default)]
enum Shape {
    #[default]
    Point,
    Circle(f32),
    Box {
        width: f32,
        height: f32,
    },
}

#[derive(Component, Reflect, Clone, Copy, Debug, PartialEq, Default)]
#[reflect(Component, Default)]
enum Visible {
    #[default]
    Inherited,
    Hidden,
}

#[derive(Component, Reflect, Clone, Debug, PartialEq, Default)]
#[reflect(Component, Default)]
struct Path(Vec<u32>);

fn bag() -> (Test, Entity) {
    let mut test = Test::new();
    test.register::<Bag>();
    test.register::<Shape>();
    test.register::<Visible>();
    test.register::<Path>();
    test.register::<Name>();
    test.register::<Vec<String>>();
    test.register::<Vec<Vec2>>();
    test.register::<Vec<Stack>>();
    test.register::<[f32; 3]>();
    let bag = Bag { items: vec!["rope".into(), "lamp".into()], ..Bag::default() };
    let entity =
        test.world.spawn((bag, Path(vec![1, 2]), Visible::default(), Name::new("bag"), Shape::Point)).id();
    (test, entity)
}

fn run(source: &str) -> (Test, Entity) {
    let (mut test, entity) = bag();
    test.system(&format!(
        r#"return {{ query = {{ "mut Bag", "mut Path", "mut Visible", "mut Name", "mut Shape" }}, run = function(q)
          for e, bag, path, visible, name, shape in q:iter() do {source} end
        end }}"#
    ));
    test.run_ok();
    (test, entity)
}

fn fails(source: &str) -> String {
    let (mut test, _) = bag();
    test.system(&format!(
        r#"return {{ query = {{ "mut Bag", "Path" }}, run = function(q)
          for e, bag, path in q:iter() do {source} end
        end }}"#
    ));
    test.run_failing()
}

#[test]
fn lists_are_read_element_by_element() {
    let (mut test, _) = run(r#"
        local all = {}
        for i, item in bag.items:iter() do all[#all + 1] = i .. item end
        for i, item in ipairs(bag.items) do all[#all + 1] = item .. i end
        text = table.concat(all, " ") .. " " .. #bag.items .. tostring(bag.items[3]) .. select('#', bag.items:unpack())
        path_text = #path .. " " .. path[1] .. path[2] .. " " .. bag.slots[0]"#);
    assert_eq!(test.eval("text"), "1rope 2lamp rope1 lamp2 2nil2");
    assert_eq!(test.eval("path_text"), "2 12 0");
}

#[test]
fn lists_are_edited_in_place() {
    let (test, entity) = run(r#"
        bag.items:push("map", "key")
        bag.items:insert(1, "coin")
        bag.items[3] = "torch"
        removed = bag.items:remove(2)
        last = bag.items:remove()
        bag.items[#bag.items + 1] = "end"
        bag.points:push(Vec2(1, 2), { x = 3, y = 4 })
        bag.stacks:push { name = "gold", count = 5 }
        bag.slots[1] = 7
        path:push(3)
        path[1] = 10"#);
    let bag = test.world.get::<Bag>(entity).expect("it has one");
    assert_eq!(bag.items, ["coin", "torch", "map", "end"]);
    assert_eq!(bag.points, [Vec2::new(1.0, 2.0), Vec2::new(3.0, 4.0)]);
    assert_eq!(bag.stacks, [Stack { name: "gold".into(), count: 5 }]);
    assert_eq!(bag.slots, [0.0, 7.0, 0.0]);
    assert_eq!(test.world.get::<Path>(entity), Some(&Path(vec![10, 2, 3])));
    let (mut test, _) = run("bag.items:clear() n = #bag.items bag.items = { 'a', 'b', 'c' } m = #bag.items");
    assert_eq!(test.eval("n .. m"), "03");
}

#[test]
fn mistakes_with_lists_are_named() {
    for (source, part) in [
        ("bag.items[4] = 'x'", "position 4 is outside the list, which has 2 elements (1 to 2)"),
        ("bag.items[0] = 'x'", "position 0 is outside the list"),
        ("bag.items:push(1)", "expected string for an element of Vec<String>, got number"),
        ("bag.items:remove(3)", "position 3 is outside the list"),
        ("bag.stacks:push { name = 'gold' }", "an element of Vec<Stack> needs all its fields (name, count)"),
        ("bag.stacks:push { nam = 'gold' }", "Stack has no field 'nam'"),
        ("bag.slots[3] = 1", "[f32; 3] has no element 3; they are 0 to 2"),
        ("local x = bag.items.length", "a list has no field 'length'; its methods are: push, insert"),
        ("path:push(1)", "was declared read-only"),
        ("bag.items.push('x')", "list expected, got string (call it with a colon)"),
    ] {
        let message = fails(source);
        assert!(message.contains(part), "{source}: {message}");
    }
}

#[test]
fn enums_compare_with_names_and_are_assigned() {
    let (mut test, entity) = run(r#"
        was = visible == "Inherited" and visible ~= "Hidden" and visible.value == "Inherited" and shape.value == "Point"
        visible.value = "Hidden"
        is = visible == "Hidden"
        bag.shape = { Circle = 2 }
        shape.value = { Box = { width = 1, height = 3 } }
        height = shape.value.Box.height
        bag.best = { name = "gold", count = 1 }
        best = bag.best.name"#);
    assert_eq!(test.eval("was and is"), "true");
    assert_eq!(test.eval("height .. best"), "3gold");
    assert_eq!(test.world.get::<Visible>(entity), Some(&Visible::Hidden));
    assert_eq!(test.world.get::<Shape>(entity), Some(&Shape::Box { width: 1.0, height: 3.0 }));
    let bag = test.world.get::<Bag>(entity).expect("it has one");
    assert_eq!(bag.shape, Shape::Circle(2.0));
    assert_eq!(bag.best, Some(Stack { name: "gold".into(), count: 1 }));
}

#[test]
fn names_and_colours() {
    let (mut test, entity) = run(r#"
        old = name.value
        name.value = "sack"
        bag.tint = Color(1, 0.5, 0, 0.25)
        bag.glow = bag.tint:with_alpha(1)
        alpha = bag.tint.alpha
        hex = bag.glow:to_hex()
        bag.glow = nil
        bag.cell.x = 3
        bag.cell = bag.cell + IVec2(1, 5)
        bag.bounds = Rect.from_center_size(Vec2(0, 0), Vec2(4, 2))
        inside = bag.bounds:contains(Vec2(1, 1))"#);
    assert_eq!(test.eval("old .. alpha .. hex"), "bag0.25#FF8000");
    assert_eq!(test.eval("inside"), "true");
    assert_eq!(test.world.get::<Name>(entity).expect("it has one").as_str(), "sack");
    let bag = test.world.get::<Bag>(entity).expect("it has one");
    assert_eq!(bag.tint, Color::srgba(1.0, 0.5, 0.0, 0.25));
    assert_eq!(bag.glow, None);
    assert_eq!(bag.cell, bevy_math::IVec2::new(4, 5));
    assert_eq!(bag.bounds, bevy_math::Rect::new(-2.0, -1.0, 2.0, 1.0));
}
