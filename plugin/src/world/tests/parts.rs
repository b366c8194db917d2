//! Elements of lists and what options hold: writes reach the component, and a part that is gone says so.

use bevy_color::Color;

use super::*;

#[derive(Component, Reflect, Clone, Debug, PartialEq, Default)]
#[reflect(Component, Default)]
struct Ship {
    crew: Vec<Sailor>,
    best: Option<Sailor>,
    points: Vec<Vec2>,
    grid: Vec<Vec<f32>>,
    home: Option<Vec3>,
    route: Option<Vec<Vec2>>,
    tint: Color,
    numbers: Vec<f32>,
    table: Board,
    names: [String; 2],
}

#[derive(Reflect, Clone, Debug, PartialEq)]
struct Board([[i32; 100]; 3]);

impl Default for Board {
    fn default() -> Board {
        Board([[0; 100]; 3])
    }
}

#[derive(Reflect, Clone, Debug, PartialEq, Default)]
struct Sailor {
    name: String,
    age: u32,
    at: Vec3,
    tools: Vec<Tool>,
    lucky: Option<Tool>,
}

#[derive(Reflect, Clone, Debug, PartialEq, Default)]
struct Tool {
    wear: f32,
    sizes: [u8; 2],
}

#[derive(Reflect, Clone, Debug, PartialEq, Default)]
struct Tree {
    value: f32,
    children: Vec<Tree>,
}

#[derive(Component, Reflect, Clone, Debug, PartialEq, Default)]
#[reflect(Component, Default)]
struct Forest(Tree);

fn sailor(name: &str, age: u32) -> Sailor {
    Sailor { name: name.into(), age, tools: vec![Tool::default(), Tool::default()], ..Sailor::default() }
}

fn harbour() -> (Test, Entity) {
    let mut test = Test::new();
    test.register::<Ship>();
    test.register::<Forest>();
    test.register::<String>();
    let ship = Ship {
        crew: vec![sailor("ann", 30), sailor("bob", 40)],
        best: Some(sailor("cid", 50)),
        points: vec![Vec2::ZERO, Vec2::ONE],
        grid: vec![vec![1.0, 2.0], vec![3.0]],
        home: Some(Vec3::ONE),
        route: Some(vec![Vec2::ONE]),
        tint: Color::WHITE,
        numbers: vec![1.0],
        ..Ship::default()
    };
    let leaf = Tree { value: 3.0, children: Vec::new() };
    let tree = Tree { value: 1.0, children: vec![Tree { value: 2.0, children: vec![leaf] }] };
    let entity = test.world.spawn((ship, Forest(tree))).id();
    test.world.clear_trackers();
    (test, entity)
}

fn system(access: &str, source: &str) -> String {
    format!(
        r#"return {{ query = {{ "{access}Ship", "mut Forest" }}, run = function(q)
          for e, ship, forest in q:iter() do {source} end
        end }}"#
    )
}

fn run(source: &str) -> (Test, Ship, Tree) {
    let (mut test, entity) = harbour();
    test.system(&system("mut ", source));
    test.run_ok();
    let ship = test.world.get::<Ship>(entity).expect("it has one").clone();
    let tree = test.world.get::<Forest>(entity).expect("it has one").0.clone();
    (test, ship, tree)
}

fn fails(access: &str, source: &str) -> String {
    let (mut test, _) = harbour();
    test.system(&system(access, source));
    test.run_failing()
}

#[test]
fn writes_to_elements_reach_the_component() {
    let (mut test, ship, _) = run(r#"
        ship.crew[2].age = 41
        ship.crew[1].name = "eve"
        ship.crew[1].at.x = 5
        local second = ship.crew[2]
        second.at = Vec3(1, 2, 3)
        second.tools[2].wear = 0.5
        second.tools[1].sizes[1] = 7
        second.tools:push { wear = 0.25, sizes = { 1, 2 } }
        ship.points[2].y = 9
        ship.points[1] = ship.points[2]
        ship.grid[1]:push(4)
        ship.grid[2][1] = 6
        for i, sailor in ship.crew:iter() do sailor.at.z = i end
        for i, point in ipairs(ship.points) do point.x = point.x + i end
        ship.numbers[1] = ship.numbers[1] + 1
        ages = ship.crew[1].age + second.age
        text = tostring(ship.crew[2].tools[3])"#);
    assert_eq!(ship.crew[1].age, 41);
    assert_eq!(ship.crew[0].name, "eve");
    assert_eq!(ship.crew[0].at, Vec3::new(5.0, 0.0, 1.0));
    assert_eq!(ship.crew[1].at, Vec3::new(1.0, 2.0, 2.0));
    assert_eq!(ship.crew[1].tools[1].wear, 0.5);
    assert_eq!(ship.crew[1].tools[0].sizes, [0, 7]);
    assert_eq!(ship.crew[1].tools[2], Tool { wear: 0.25, sizes: [1, 2] });
    assert_eq!(ship.points, [Vec2::new(2.0, 9.0), Vec2::new(3.0, 9.0)]);
    assert_eq!(ship.grid, [vec![1.0, 2.0, 4.0], vec![6.0]]);
    assert_eq!(ship.numbers, [2.0]);
    assert_eq!(test.eval("ages"), "71");
    assert_eq!(test.eval("text"), "Tool { wear = 0.25, sizes = [u8; 2] { 1, 2 } }");
}

#[test]
fn writes_to_what_an_option_holds_reach_the_component() {
    let (mut test, ship, _) = run(r#"
        ship.best.age = 51
        ship.best.at.y = 2
        ship.best.tools[1].wear = 3
        ship.best.lucky = { wear = 1, sizes = { 3, 4 } }
        ship.best.lucky.wear = 2
        ship.home.z = 8
        ship.home = ship.home * 2
        ship.route:push(Vec2(4, 5))
        ship.route[1].x = 7
        local was = ship.crew[1].lucky
        none = was == nil
        ship.crew[1].lucky = ship.best.lucky
        ship.crew[2] = ship.best"#);
    let best = ship.best.expect("it is still there");
    assert_eq!((best.age, best.at.y, best.tools[0].wear), (51, 2.0, 3.0));
    assert_eq!(best.lucky, Some(Tool { wear: 2.0, sizes: [3, 4] }));
    assert_eq!(ship.home, Some(Vec3::new(2.0, 2.0, 16.0)));
    assert_eq!(ship.route, Some(vec![Vec2::new(7.0, 1.0), Vec2::new(4.0, 5.0)]));
    assert_eq!(ship.crew[0].lucky, best.lucky);
    assert_eq!(ship.crew[1], best);
    assert_eq!(test.eval("none"), "true");
}

#[test]
fn lists_in_lists_go_as_deep_as_they_are() {
    let (mut test, _, tree) = run(r#"
        forest[0].children[1].children[1].value = 30
        forest[0].children[1].children[1].children:push { value = 4, children = {} }
        sum = 0
        local function add(tree) sum = sum + tree.value for _, child in tree.children:iter() do add(child) end end
        add(forest[0])"#);
    let leaf = &tree.children[0].children[0];
    assert_eq!((leaf.value, leaf.children[0].value), (30.0, 4.0));
    assert_eq!(test.eval("sum"), "37");
    let deep = fails(
        "mut ",
        "local t = forest[0] for i = 1, 40 do t.children:push { value = i, children = {} } t = t.children[#t.children] end",
    );
    assert!(deep.contains("nested more than 32 deep"), "{deep}");
}

#[test]
fn arrays_of_any_length_and_kind() {
    let (mut test, ship, _) = run(r#"
        for i = 0, #ship.table[0] - 1 do for j = 0, #ship.table[0][i] - 1 do ship.table[0][i][j] = i * 1000 + j end end
        last = ship.table[0][2][99]
        ship.names[1] = "keel"
        name = ship.names[1] .. #ship.names"#);
    assert_eq!(ship.table.0[2][99], 2099);
    assert_eq!(ship.table.0[1][0], 1000);
    assert_eq!(ship.names, ["", "keel"]);
    assert_eq!(test.eval("last .. name"), "2099keel2");
}

#[test]
fn a_write_through_a_part_marks_the_row_and_a_read_does_not() {
    for (source, changed) in [
        ("ship.crew[1].at.x = 1", 1),
        ("ship.best.age = 1", 1),
        ("local x = ship.crew[1].at.x + ship.best.age", 0),
        ("for _, s in ship.crew:iter() do local n = s.name end", 0),
    ] {
        let (mut test, entity) = harbour();
        test.system(&system("mut ", source));
        let ticks =
            |test: &Test| test.world.entity(entity).get_change_ticks::<Ship>().expect("it has one").changed;
        test.run_ok();
        let before = ticks(&test);
        test.run_ok();
        assert_eq!(ticks(&test) != before, changed == 1, "{source}");
    }
}

#[test]
fn parts_that_are_gone_or_may_not_be_written_say_so() {
    for (source, part) in [
        (
            "local s = ship.crew[2] ship.crew:remove() s.age = 1",
            "this Sailor is gone: its list has 1 elements now, and it was number 2; read it anew",
        ),
        (
            "local s = ship.crew[2].at ship.crew:clear() local x = s.x",
            "this Vec3 is gone: its list is empty now; read it anew",
        ),
        (
            "local b = ship.best ship.best = nil b.age = 1",
            "this Sailor is gone: it was set to nil; read it anew",
        ),
        (
            "local t = ship.best.tools ship.best = nil t:push { wear = 1 }",
            "is gone: it was set to nil; read it anew",
        ),
        ("ship.crew[1].aeg = 1", "Sailor has no field 'aeg' (did you mean 'age'?)"),
        ("ship.crew[1].age = 'x'", "expected number for field 'age' of Sailor, got string"),
        ("ship.crew[3].age = 1", "attempt to index"),
        (
            "ship.tint.alpha = 0.5",
            "attempt to write to a constant or copied part (Color): assign a whole value instead",
        ),
        ("ship.table[0][3][0] = 1", "has no element 3; they are 0 to 2"),
        ("ship.crew[1].tools[1].sizes[2] = 1", "[u8; 2] has no element 2; they are 0 to 1"),
    ] {
        let message = fails("mut ", source);
        assert!(message.contains(part), "{source}: {message}");
    }
    for source in [
        "ship.crew[1].age = 1",
        "ship.best.at.x = 1",
        "ship.crew[1].tools:push { wear = 1 }",
        "ship.points[1] = Vec2(1, 1)",
    ] {
        let message = fails("", source);
        assert!(
            message.contains("was declared read-only by system 'test': declare \"mut Ship\""),
            "{source}: {message}"
        );
    }
}

#[test]
fn parts_expire_with_the_run_and_give_no_address() {
    let (mut test, _) = harbour();
    test.system(&system("mut ", "kept = ship.crew[1].at; held = ship.best"));
    test.run_ok();
    assert!(
        test.eval("pcall(function() return kept.x end) or select(2, pcall(function() return kept.x end))")
            .contains("expired view of Ship")
    );
    assert!(test.eval("select(2, pcall(function() held.age = 1 end))").contains("expired view of Ship"));
    assert!(test.eval("tostring(kept)").contains("expired view"));
    let message = fails(
        "mut ",
        r#"
        local ffi = require "ffi"
        local at = ship.crew[1].at
        local ok, p = pcall(ffi.cast, "float *", at)
        if ok then ship.crew:clear() p[0] = 1 end
        error(tostring(p))"#,
    );
    assert!(!message.is_empty());
}

#[test]
fn random_edits_agree_with_a_model() {
    use proptest::prelude::*;
    use proptest::test_runner::{Config, TestRunner};

    let edit = (0..6u8, 1..5usize, -100..100i32);
    let mut runner = TestRunner::new(Config { cases: 200, failure_persistence: None, ..Config::default() });
    let edits = proptest::collection::vec(edit, 1..40);
    runner
        .run(&edits, |edits| {
            let (mut test, entity) = harbour();
            let mut model = test.world.get::<Ship>(entity).expect("it has one").clone();
            let mut source = String::from("local kept = {}\n");
            for (kind, at, n) in edits {
                let (at, x) = (at.min(model.crew.len().max(1)), n as f32);
                let exists = at <= model.crew.len();
                match kind {
                    0 => {
                        source += &format!("ship.crew:insert({at}, {{ name = 'n', age = {}, at = Vec3(0, 0, 0), tools = {{}} }})\n", n.abs());
                        model.crew.insert(at - 1, Sailor { tools: Vec::new(), ..sailor("n", n.unsigned_abs()) });
                    }
                    1 if exists => {
                        source += &format!("ship.crew:remove({at})\n");
                        model.crew.remove(at - 1);
                    }
                    2 if exists => {
                        source += &format!("ship.crew[{at}].at.y = {n}\n");
                        model.crew[at - 1].at.y = x;
                    }
                    3 if exists => {
                        source += &format!("ship.crew[{at}].tools:push {{ wear = {n}, sizes = {{ 1, 2 }} }}\n");
                        model.crew[at - 1].tools.push(Tool { wear: x, sizes: [1, 2] });
                    }
                    4 if exists => {
                        // A view kept over edits of the list shows what is in its place, or fails.
                        source += &format!("kept[#kept + 1] = ship.crew[{at}]\n");
                        source += "for _, s in ipairs(kept) do pcall(function() s.at.z = s.at.z end) end\n";
                    }
                    _ if exists => {
                        source += &format!("ship.best = ship.crew[{at}] ship.best.age = {}\n", n.abs());
                        model.best = Some(Sailor { age: n.unsigned_abs(), ..model.crew[at - 1].clone() });
                    }
                    _ => {}
                }
            }
            test.system(&system("mut ", &source));
            test.run_ok();
            prop_assert_eq!(test.world.get::<Ship>(entity).expect("it has one"), &model);
            Ok(())
        })
        .expect("the component is what the model is");
}

#[test]
fn metamethods_leave_the_registers_of_their_caller_alone() {
    let (mut test, ..) = run(r#"
        local a, b, c = 1, 2, 3
        local list = ship.numbers
        local x = list[1]
        list[2] = 5
        text = a .. b .. c .. x .. tostring(ship):sub(1, 4) .. tostring(forest):sub(1, 6) .. tostring(e):sub(1, 1)"#);
    assert_eq!(test.eval("#text"), "15");
    assert!(test.eval("text").starts_with("1231ShipForest"), "{}", test.eval("text"));
}
