//! Rust values held by scripts.

use perilune::{
    AnyUserData, Error, ErrorKind, Function, Libraries, Lua, LuaOptions, MetaMethod, Methods, UserData, Value,
};

#[derive(Clone, Debug, PartialEq)]
struct Vec2 {
    x: f64,
    y: f64,
}

impl UserData for Vec2 {
    const NAME: &'static str = "Vec2";

    fn methods(methods: &mut Methods<'_, Self>) {
        methods.function("new", |_, (x, y): (f64, f64)| Ok(Vec2 { x, y }));
        methods.method("length", |v, _, ()| Ok(v.x.hypot(v.y)));
        methods.method_mut("scale", |v, _, by: f64| {
            v.x *= by;
            v.y *= by;
            Ok(())
        });
        methods.method_mut("with", |v, cx, f: Function| {
            v.x += 1.0;
            f.call::<()>(cx, ())
        });
        methods.method("twice", |v, cx, f: Function| f.call::<()>(cx, ()).map(|()| v.x));
        methods.getter("x", |v, _| Ok(v.x));
        methods.setter("x", |v, _, x: f64| {
            v.x = x;
            Ok(())
        });
        methods.getter("y", |v, _| Ok(v.y));
        methods.operator(MetaMethod::Mul, |cx, (a, b): (Value, Value)| {
            let (v, n) = match (a.as_userdata(), b.as_userdata()) {
                (Some(v), None) => (v, b.as_number()),
                (None, Some(v)) => (v, a.as_number()),
                _ => return Err(Error::runtime("a Vec2 is multiplied by a number")),
            };
            let n = n.ok_or_else(|| Error::runtime("a Vec2 is multiplied by a number"))?;
            let v = v.borrow::<Vec2>(cx)?.clone();
            Ok(Vec2 { x: v.x * n, y: v.y * n })
        });
        methods.meta(MetaMethod::ToString, |v, _, ()| Ok(format!("({}, {})", v.x, v.y)));
        methods.meta(MetaMethod::Len, |_, _, _: Value| Ok(2));
        methods.meta(MetaMethod::Call, |v, _, by: f64| Ok(v.x + by));
    }
}

fn lua_with_vec2() -> Result<Lua, Error> {
    let mut lua = Lua::new();
    let class = lua.class::<Vec2>()?;
    lua.globals().set(&mut lua, "Vec2", &class)?;
    Ok(lua)
}

fn message(lua: &mut Lua, source: &str) -> String {
    lua.load(source).name("=t").exec(lua).expect_err("an error").message().to_owned()
}

#[test]
fn methods_fields_and_operators() -> Result<(), Error> {
    let mut lua = lua_with_vec2()?;
    lua.load(
        "local v = Vec2.new(3, 4)
         assert(v:length() == 5 and v.x == 3 and #v == 2 and v(10) == 13)
         v:scale(2)
         assert(v.x == 6 and v.y == 8 and tostring(v) == '(6, 8)')
         v.x = 0
         assert(v:length() == 8)
         assert((v * 2).y == 16 and (2 * v).y == 16)
         assert(type(v) == 'userdata' and getmetatable(v) == false)",
    )
    .exec(&mut lua)
}

#[test]
fn a_wrong_self_is_refused() -> Result<(), Error> {
    struct Other;
    impl UserData for Other {
        const NAME: &'static str = "Other";
        fn methods(_: &mut Methods<'_, Self>) {}
    }
    let mut lua = lua_with_vec2()?;
    lua.globals().set(&mut lua, "other", Other)?;
    for source in ["Vec2.length({})", "Vec2.length(other)", "Vec2.length(io)"] {
        let text = message(&mut lua, source);
        assert!(text.starts_with("t:1: bad argument #1 to 'length' (Vec2 expected, got "), "{text}");
    }
    Ok(())
}

#[test]
fn unknown_fields_are_named() -> Result<(), Error> {
    let mut lua = lua_with_vec2()?;
    assert_eq!(message(&mut lua, "local a = Vec2.new(1, 2).z"), "t:1: Vec2 has no field or method 'z'");
    assert_eq!(message(&mut lua, "Vec2.new(1, 2).y = 3"), "t:1: Vec2 has no field that can be assigned, 'y'");
    assert!(message(&mut lua, "Vec2.new(1, 2).x = {}").contains("number expected, got table"));
    Ok(())
}

#[test]
fn a_value_in_use_cannot_be_changed() -> Result<(), Error> {
    let mut lua = lua_with_vec2()?;
    let text = message(&mut lua, "local v = Vec2.new(1, 2) v:with(function() v:length() end)");
    assert!(text.contains("a Vec2 is used while one of its methods changes it"), "{text}");
    let text = message(&mut lua, "local v = Vec2.new(1, 2) v:twice(function() v:scale(2) end)");
    assert!(text.contains("a Vec2 is changed while one of its methods runs"), "{text}");
    lua.load("local v = Vec2.new(1, 2) v:twice(function() assert(v:length() > 2) end) v:scale(2)")
        .exec(&mut lua)
}

#[test]
fn rust_reads_and_changes_what_scripts_hold() -> Result<(), Error> {
    let mut lua = lua_with_vec2()?;
    let v: AnyUserData = lua.load("v = Vec2.new(1, 2) return v").eval(&mut lua)?;
    v.borrow_mut::<Vec2>(&lua)?.y = 9.0;
    lua.load("assert(v.y == 9) v.x = 8").exec(&mut lua)?;
    assert_eq!(*v.borrow::<Vec2>(&lua)?, Vec2 { x: 8.0, y: 9.0 });
    {
        let _shared = v.borrow::<Vec2>(&lua)?;
        assert!(v.borrow_mut::<Vec2>(&lua).is_err());
    }
    assert_eq!(v.take::<Vec2>(&mut lua)?, Vec2 { x: 8.0, y: 9.0 });
    let text = message(&mut lua, "v:length()");
    assert!(text.contains("Vec2 expected"), "{text}");
    assert_eq!(v.borrow::<Vec2>(&lua).expect_err("taken").kind(), ErrorKind::Conversion);
    Ok(())
}

struct Other(f64);

impl UserData for Other {
    const NAME: &'static str = "Other";

    fn methods(methods: &mut Methods<'_, Self>) {
        methods.method("length", |other, _, ()| Ok(other.0));
    }
}

#[test]
fn a_method_takes_only_values_of_its_type() -> Result<(), Error> {
    let mut lua = Lua::with_options(LuaOptions { libraries: Libraries::ALL, ..LuaOptions::default() });
    let (v, other) = (lua.create_userdata(Vec2 { x: 3.0, y: 4.0 })?, lua.create_userdata(Other(1.0))?);
    lua.globals().set(&mut lua, "v", &v)?;
    lua.globals().set(&mut lua, "other", &other)?;
    lua.load("assert(v:length() == 5 and other:length() == 1)").exec(&mut lua)?;
    assert_eq!(
        message(&mut lua, "v.length(other)"),
        "t:1: bad argument #1 to 'length' (Vec2 expected, got userdata)"
    );
    for not_one in ["newproxy()", "io.stdout", "{}", "nil", "1"] {
        let text = message(&mut lua, &format!("other.length({not_one})"));
        assert!(text.starts_with("t:1: bad argument #1 to 'length' (Other expected, got "), "{text}");
    }
    // Whatever metatable it has.
    assert_eq!(
        message(&mut lua, "debug.setmetatable(v, debug.getmetatable(other)) v:length()"),
        "t:1: calling 'length' on bad self (Other expected, got userdata)"
    );
    other.take::<Other>(&mut lua)?;
    assert_eq!(
        message(&mut lua, "other:length()"),
        "t:1: calling 'length' on bad self (Other expected, got userdata)"
    );
    Ok(())
}
