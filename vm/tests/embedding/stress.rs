//! The boundary under collector stress: every allocation is a step of a collection, freed cells are poisoned, marks and heap verified.

use std::collections::HashMap;

use perilune::{
    AnyUserData, Context, Error, FromLua, Function, IntoLua, Lua, Methods, Stress, Table, UserData, Value,
    Variadic,
};

/// Converted through tables of its own, with a full collection on the way.
#[derive(Debug, PartialEq)]
struct Nested(String, Vec<String>);

impl IntoLua for Nested {
    fn into_lua(self, cx: &mut Context) -> Result<Value, Error> {
        let table = cx.create_table()?;
        table.set(cx, "name", self.0)?;
        cx.gc_collect();
        table.set(cx, "parts", self.1)?;
        cx.pack(table)
    }
}

impl FromLua for Nested {
    fn from_lua(value: Value, cx: &mut Context) -> Result<Self, Error> {
        let table = Table::from_lua(value, cx)?;
        cx.gc_collect();
        Ok(Nested(table.get(cx, "name")?, table.get(cx, "parts")?))
    }
}

struct Bag(Vec<String>);

impl UserData for Bag {
    const NAME: &'static str = "Bag";
    fn methods(methods: &mut Methods<'_, Self>) {
        methods.function("new", |_, ()| Ok(Bag(Vec::new())));
        methods.method_mut("put", |bag, cx, (item, f): (String, Function)| {
            bag.0.push(f.call(cx, item)?);
            cx.gc_collect();
            Ok(bag.0.len())
        });
        methods.getter("all", |bag, _| Ok(bag.0.clone()));
    }
}

fn nested(n: usize) -> Nested {
    Nested(format!("name {n}"), (0..n).map(|i| format!("part {i} of {n}")).collect())
}

fn stressed() -> Lua {
    let mut lua = Lua::new();
    lua.set_gc_stress(Stress::EveryAllocation);
    lua
}

#[test]
fn converted_values_survive_what_runs_meanwhile() -> Result<(), Error> {
    let mut lua = stressed();
    let echo: Function = lua.load("return function(...) collectgarbage() return ... end").eval(&mut lua)?;
    let (a, b, rest): (Nested, Nested, Variadic<Nested>) =
        echo.call(&mut lua, (nested(3), nested(1), nested(2), nested(4)))?;
    assert_eq!((a, b), (nested(3), nested(1)));
    assert_eq!(rest.0, [nested(2), nested(4)]);

    let list: Vec<Nested> = echo.call(&mut lua, vec![nested(1), nested(2)])?;
    assert_eq!(list, [nested(1), nested(2)]);
    let map = HashMap::from([("x".to_owned(), nested(2)), ("y".to_owned(), nested(0))]);
    let back: HashMap<String, Nested> = echo.call(&mut lua, map)?;
    assert_eq!((&back["x"], &back["y"], back.len()), (&nested(2), &nested(0), 2));

    let table = lua.create_table()?;
    table.set(&mut lua, "key", nested(2))?;
    assert_eq!(table.get::<Nested>(&mut lua, "key")?, nested(2));
    let mut seen = Vec::new();
    table.for_each(&mut lua, |_, key: String, value: Nested| {
        seen.push((key, value));
        Ok(())
    })?;
    assert_eq!(seen, [("key".to_owned(), nested(2))]);
    Ok(())
}

#[test]
fn rust_functions_and_userdata_survive() -> Result<(), Error> {
    let mut lua = stressed();
    let join = lua.create_function("join", |cx, (a, b): (Nested, Nested)| {
        cx.gc_collect();
        Ok((a.0.clone() + &b.0, Nested(b.0, a.1)))
    })?;
    lua.globals().set(&mut lua, "join", &join)?;
    let class = lua.class::<Bag>()?;
    lua.globals().set(&mut lua, "Bag", &class)?;
    drop((join, class));
    let bag: AnyUserData = lua
        .load(
            "local text, t = join({ name = 'a', parts = { 'x' } }, { name = 'b', parts = {} })
             assert(text == 'ab' and t.name == 'b' and t.parts[1] == 'x')
             local bag = Bag.new()
             for i = 1, 5 do
                assert(bag:put('item ' .. i, function(s) collectgarbage() return s .. '!' end) == i)
             end
             assert(table.concat(bag.all, ' ') == 'item 1! item 2! item 3! item 4! item 5!')
             join = nil
             return bag",
        )
        .eval(&mut lua)?;
    lua.gc_collect();
    assert_eq!(bag.borrow::<Bag>(&lua)?.0.len(), 5);
    Ok(())
}

#[test]
fn errors_survive() -> Result<(), Error> {
    let mut lua = stressed();
    let fail = lua.create_function("fail", |cx, f: Function| f.call::<()>(cx, ()))?;
    lua.globals().set(&mut lua, "fail", &fail)?;
    lua.load(
        "local ok, e = pcall(fail, function() error({ text = 'deep' .. 1 }) end)
         assert(not ok and e.text == 'deep1')",
    )
    .exec(&mut lua)?;
    let error =
        lua.load("fail(function() error('a' .. 'b') end)").name("=t").exec(&mut lua).expect_err("it fails");
    assert_eq!(error.message(), "t:1: ab");
    Ok(())
}
