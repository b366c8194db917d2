//! The math types against `glam`, `bevy_math`, `bevy_color` and the standard library, on random values: every operator and every method.

mod floats;
mod integers;
mod matrices;
mod rotations;
mod shapes;
mod spans;

use proptest::prelude::*;

use super::*;

/// An expression on variables of Lua, and the numbers it must give.
pub(super) type Case = (String, Vec<f64>);

/// Cases, with the statements that make the variables.
pub(super) struct Cases {
    setup: String,
    cases: Vec<Case>,
    /// How far results may be apart, relative to their size.
    tolerance: f64,
}

impl Cases {
    fn new(setup: String, tolerance: f64) -> Cases {
        Cases { setup, cases: Vec::new(), tolerance }
    }

    fn case(&mut self, expression: impl Into<String>, expected: impl Numbers) {
        self.cases.push((expression.into(), expected.numbers()));
    }

    /// Compares all of them.
    fn check(&self) -> Result<(), TestCaseError> {
        let mut calculator = Calculator::new();
        for (expression, theirs) in &self.cases {
            let ours = calculator.numbers(&self.setup, expression);
            prop_assert!(
                near(&ours, theirs, self.tolerance),
                "{expression}: {ours:?} and {theirs:?} for {}",
                self.setup
            );
        }
        Ok(())
    }
}

/// What a case may expect.
pub(super) trait Numbers {
    fn numbers(&self) -> Vec<f64>;
}
macro_rules! numbers {
    ($($ty:ty)*) => {$(
        impl Numbers for $ty {
            fn numbers(&self) -> Vec<f64> {
                vec![*self as f64]
            }
        }
    )*};
}
numbers! { f32 f64 i32 u32 u64 u128 usize }
impl Numbers for bool {
    fn numbers(&self) -> Vec<f64> {
        vec![f64::from(u8::from(*self))]
    }
}
macro_rules! arrays {
    ($($ty:ty: $to:ident)*) => {$(
        impl Numbers for $ty {
            fn numbers(&self) -> Vec<f64> {
                self.$to().iter().flat_map(Numbers::numbers).collect()
            }
        }
    )*};
}
arrays! {
    Vec2: to_array Vec3: to_array bevy_math::Vec4: to_array Quat: to_array
    bevy_math::IVec2: to_array bevy_math::IVec3: to_array bevy_math::IVec4: to_array
    bevy_math::UVec2: to_array bevy_math::UVec3: to_array bevy_math::UVec4: to_array
    bevy_math::Mat3: to_cols_array bevy_math::Mat4: to_cols_array
}
impl Numbers for bevy_math::Rect {
    fn numbers(&self) -> Vec<f64> {
        [self.min, self.max].iter().flat_map(Numbers::numbers).collect()
    }
}
impl Numbers for bevy_color::Srgba {
    fn numbers(&self) -> Vec<f64> {
        [self.red, self.green, self.blue, self.alpha].iter().flat_map(Numbers::numbers).collect()
    }
}
/// Nothing is no number: `numbers` leaves out nil.
impl<T: Numbers> Numbers for Option<T> {
    fn numbers(&self) -> Vec<f64> {
        self.as_ref().map_or_else(Vec::new, Numbers::numbers)
    }
}
impl<A: Numbers, B: Numbers> Numbers for (A, B) {
    fn numbers(&self) -> Vec<f64> {
        [self.0.numbers(), self.1.numbers()].concat()
    }
}
impl<A: Numbers, B: Numbers, C: Numbers> Numbers for (A, B, C) {
    fn numbers(&self) -> Vec<f64> {
        [self.0.numbers(), self.1.numbers(), self.2.numbers()].concat()
    }
}

/// A VM that evaluates expressions and gives numbers.
struct Calculator(Lua);

/// `flat(...)`: the numbers of values, whatever they are; nil has none.
const FLAT: &str = r##"
local function push(list, value)
  local kind = type(value)
  if kind == "number" then list[#list + 1] = value
  elseif kind == "boolean" then list[#list + 1] = value and 1 or 0
  elseif kind == "cdata" then
    local function is(name) return pcall(function() return value[name] end) end
    if is "secs" then push(list, value:as_secs_f64())
    elseif is "red" then for _, n in ipairs { value.red, value.green, value.blue, value.alpha } do push(list, n) end
    elseif is "min" and is "width" then push(list, value.min) push(list, value.max)
    else for _, n in ipairs { value:unpack() } do push(list, n) end end
  end
end
function flat(...)
  local list = {}
  for i = 1, select("#", ...) do push(list, (select(i, ...))) end
  return list
end
"##;

impl Calculator {
    fn new() -> Calculator {
        let mut lua = Lua::new();
        install(raw(&mut lua), AppTypeRegistry::default(), LuaComponents::default())
            .expect("there is memory");
        lua.load(FLAT).exec(&mut lua).expect("it runs");
        Calculator(lua)
    }

    /// The numbers of the results of `expression`, where `setup` has run.
    fn numbers(&mut self, setup: &str, expression: &str) -> Vec<f64> {
        let lua = &mut self.0;
        let source = format!("{setup}\nreturn flat({expression})");
        let table: Table = match lua.load(&source).name("=math").eval(lua) {
            Ok(table) => table,
            Err(error) => panic!("{expression}: {error}"),
        };
        let len = table.len(lua).expect("a table");
        (1..=len).map(|i| table.get::<f64>(lua, i as f64).expect("a number")).collect()
    }

    /// The functions in a type's table.
    fn functions(&mut self, name: &str) -> Vec<String> {
        let source = format!(
            "local names = {{}} for key, value in pairs({name}) do if type(value) == 'function' then names[#names + 1] = key end end return names"
        );
        self.0.load(&source).eval(&mut self.0).expect("the type has a table")
    }
}

pub(super) fn near(ours: &[f64], theirs: &[f64], tolerance: f64) -> bool {
    ours.len() == theirs.len()
        && ours.iter().zip(theirs).all(|(ours, theirs)| {
            ours.is_nan() && theirs.is_nan()
                || (ours - theirs).abs() <= tolerance * (1.0 + theirs.abs().max(ours.abs()))
                || *ours == *theirs
        })
}

pub(super) fn literal(name: &str, lanes: &[f32]) -> String {
    let lanes: Vec<String> = lanes.iter().map(|lane| format!("{lane:?}")).collect();
    format!("{name}({})", lanes.join(", "))
}

pub(super) fn lane() -> impl Strategy<Value = f32> {
    (-1000i32..1000, 1i32..64).prop_map(|(n, d)| n as f32 / d as f32)
}

pub(super) fn config() -> ProptestConfig {
    ProptestConfig::with_cases(64)
}

/// What an expression with a metamethod contains.
const OPERATORS: &[(&str, &str)] = &[
    ("__add", " + "),
    ("__sub", " - "),
    ("__mul", " * "),
    ("__div", " / "),
    ("__mod", " % "),
    ("__unm", "(-"),
    ("__lt", " < "),
    ("__le", " <= "),
];

/// Every function of a type is in some expression that is compared.
#[test]
fn no_function_is_left_out() {
    let (a, b, c) = ([1.0, 2.0, 3.0, 4.0], [0.5, -1.5, 2.5, 3.5], [0.25, 0.5, 0.75, 0.1]);
    let tested = [
        ("Vec2", floats::vec2(a, b, c, 0.5)),
        ("Vec3", floats::vec3(a, b, c, 0.5)),
        ("Vec4", floats::vec4(a, b, c, 0.5)),
        ("Quat", rotations::quat([0.1, 0.2, 0.3], [1.0, 2.0, 3.0], 0.5)),
        ("Mat3", matrices::mat3(a, b, 0.5)),
        ("Mat4", matrices::mat4(a, b, 0.5)),
        ("IVec2", integers::ivec2([1, 2, 3, 4], [5, 6, 7, 8])),
        ("IVec3", integers::ivec3([1, 2, 3, 4], [5, 6, 7, 8])),
        ("IVec4", integers::ivec4([1, 2, 3, 4], [5, 6, 7, 8])),
        ("UVec2", integers::uvec2([1, 2, 3, 4], [5, 6, 7, 8])),
        ("UVec3", integers::uvec3([1, 2, 3, 4], [5, 6, 7, 8])),
        ("UVec4", integers::uvec4([1, 2, 3, 4], [5, 6, 7, 8])),
        ("Rect", shapes::rect(a, b, 0.5)),
        ("Color", shapes::color([0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8], 0.5)),
        ("Duration", spans::duration((3, 5), (2, 9), 0.5)),
    ];
    let mut calculator = Calculator::new();
    let mut missing = Vec::new();
    for (name, cases) in &tested {
        for function in calculator.functions(name) {
            let operator = OPERATORS.iter().find(|(event, _)| *event == function);
            let patterns = match operator {
                Some((_, text)) => vec![(*text).to_owned()],
                None => vec![format!(":{function}("), format!("{name}.{function}(")],
            };
            let is_in = |text: &str| patterns.iter().any(|pattern| text.contains(pattern.as_str()));
            if !is_in(&cases.setup) && !cases.cases.iter().any(|(expression, _)| is_in(expression)) {
                missing.push(format!("{name}: {function}"));
            }
        }
        cases.check().unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    assert!(missing.is_empty(), "{}", missing.join(", "));
}

/// Entities are named by bits that fit into a value, or do not.
#[test]
fn entities_are_their_bits() {
    proptest!(config(), |(index in prop_oneof![0u32..100, any::<u32>()], generation in prop_oneof![0u32..5, any::<u32>()])| {
        let Some(entity) = Entity::from_raw_u32(index) else { return Ok(()) };
        let bits = u64::from(generation) << 32 | entity.to_bits() & 0xffff_ffff;
        let Some(entity) = Entity::try_from_bits(bits) else { return Ok(()) };
        let mut lua = Lua::new();
        install(raw(&mut lua), AppTypeRegistry::default(), LuaComponents::default()).expect("there is memory");
        let value = raw(&mut lua).from_host(&perilune::ffi::host::HostValue::Entity(entity.to_bits())).expect("there is memory");
        let value = Value::from_raw(value, &mut lua);
        let text: String = lua.load("e = ... t = { [e] = 1 } return tostring(e)").into_function(&mut lua).expect("it compiles").call(&mut lua, &value).expect("it runs");
        prop_assert_eq!(text, format!("{}v{}", entity.index(), entity.generation()));
        let parts: Vec<f64> = lua
            .load("return { e:index(), e:generation(), t[...] }")
            .into_function(&mut lua)
            .expect("it compiles")
            .call(&mut lua, &value)
            .expect("it runs");
        prop_assert_eq!(parts, vec![f64::from(entity.index().index()), f64::from(entity.generation().to_bits()), 1.0]);
    });
}
