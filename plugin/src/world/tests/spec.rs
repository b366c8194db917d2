//! What a script must find in a reflected value, part by part, as a Lua table. Tests of windowed types include this file too.

use std::fmt::Write as _;
use std::time::Duration;

use super::reflected::enums::VariantType;
use super::reflected::{PartialReflect, ReflectRef};

/// Walks a value beside its table: `walk(value, spec, path)` counts the parts in `counted` and collects in `problems` what could not be read or is
/// something else.
pub(super) const WALK: &str = r#"
problems, counted = {}, 0
local function problem(path, text) problems[#problems + 1] = path .. ": " .. text end
local function index(value, key) return value[key] end
local function size(value) return #value end
local function same(value, wanted)
  if type(wanted) == "number" then
    local n = tonumber(value)
    return n == wanted or n ~= n and wanted ~= wanted
  end
  return value == wanted
end
function walk(value, spec, path)
  counted = counted + 1
  if spec.fields then
    for _, field in ipairs(spec.fields) do
      local at = path .. "." .. tostring(field[1])
      local ok, part = pcall(index, value, field[1])
      if ok then walk(part, field[2], at) else problem(at, tostring(part)) end
    end
  elseif spec.len then
    local ok, len = pcall(size, value)
    if not ok or len ~= spec.len then problem(path, "length " .. spec.len .. " expected, got " .. tostring(len)) end
  elseif spec.key then
    if type(value) ~= "table" or value[spec.key] == nil then problem(path, "variant " .. spec.key .. " expected, got " .. tostring(value)) end
  elseif spec.text then
    if tostring(value) ~= spec.text then problem(path, spec.text .. " expected, got " .. tostring(value)) end
  elseif spec.present then
    if value == nil then problem(path, "nothing there") end
  elseif not same(value, spec.is) then
    problem(path, tostring(spec.is) .. " expected, got " .. tostring(value))
  end
end
"#;

/// The table for a value.
pub(super) fn spec(value: &dyn PartialReflect) -> String {
    let mut text = String::new();
    write_spec(&mut text, value, 0);
    text
}

/// Types that Lua shows as values of its own, and what shows them.
const SHOWN: &[&str] = &["Color", "Entity", "Name"];

fn write_spec(text: &mut String, value: &dyn PartialReflect, depth: u32) {
    // Writing to a String cannot fail.
    let info = value.get_represented_type_info();
    let ident = info.and_then(|info| info.type_path_table().ident()).unwrap_or_default();
    if let Some(n) = number(value) {
        let _ = match n {
            n if n.is_nan() => write!(text, "{{ is = 0/0 }}"),
            n if n.is_infinite() => write!(text, "{{ is = {}1/0 }}", if n < 0.0 { "-" } else { "" }),
            n => write!(text, "{{ is = {n:?} }}"),
        };
    } else if let Some(b) = value.try_downcast_ref::<bool>() {
        let _ = write!(text, "{{ is = {b} }}");
    } else if let Some(s) = value.try_downcast_ref::<String>() {
        let _ = write!(text, "{{ is = {s:?} }}");
    } else if let Some(duration) = value.try_downcast_ref::<Duration>() {
        let _ = write!(text, "{{ text = \"{duration:?}\" }}");
    } else if ident == "Handle" {
        // One without a path.
        text.push_str("{ is = nil }");
    } else if depth == 8 || SHOWN.contains(&ident) {
        text.push_str("{ present = true }");
    } else {
        write_parts(text, value, depth);
    }
}

fn write_parts(text: &mut String, value: &dyn PartialReflect, depth: u32) {
    let info = value.get_represented_type_info();
    let is_option = info.and_then(|info| info.type_path_table().ident()) == Some("Option");
    let mut fields = |parts: Vec<(String, &dyn PartialReflect)>| {
        text.push_str("{ fields = {");
        for (key, part) in parts {
            let _ = write!(text, " {{ {key}, ");
            write_spec(text, part, depth + 1);
            text.push_str(" },");
        }
        text.push_str(" } }");
    };
    let quoted = |name: Option<&str>| format!("{:?}", name.unwrap_or_default());
    match value.reflect_ref() {
        ReflectRef::Struct(s) => {
            fields((0..s.field_len()).filter_map(|i| Some((quoted(s.name_at(i)), s.field_at(i)?))).collect())
        }
        ReflectRef::TupleStruct(t) => {
            fields(t.iter_fields().enumerate().map(|(i, f)| (i.to_string(), f)).collect());
        }
        ReflectRef::Array(a) => fields(a.iter().enumerate().map(|(i, f)| (i.to_string(), f)).collect()),
        ReflectRef::List(list) => {
            let _ = write!(text, "{{ len = {} }}", list.len());
        }
        ReflectRef::Tuple(t) if t.field_len() == 0 => text.push_str("{ is = nil }"),
        ReflectRef::Tuple(t) => {
            let _ = write!(text, "{{ len = {} }}", t.field_len());
        }
        ReflectRef::Set(set) => {
            let _ = write!(text, "{{ len = {} }}", set.len());
        }
        ReflectRef::Map(_) | ReflectRef::Opaque(_) => text.push_str("{ present = true }"),
        ReflectRef::Enum(e) => match (e.variant_type(), e.variant_name()) {
            (VariantType::Unit, "None") if is_option => text.push_str("{ is = nil }"),
            (VariantType::Tuple, "Some") if is_option => match e.field_at(0) {
                Some(inner) => write_spec(text, inner, depth + 1),
                None => text.push_str("{ present = true }"),
            },
            (VariantType::Unit, name) => {
                let _ = write!(text, "{{ is = {name:?} }}");
            }
            (VariantType::Tuple | VariantType::Struct, name) => {
                let _ = write!(text, "{{ key = {name:?} }}");
            }
        },
    }
}

/// Whether a value has no parts and is memory of its own: such values lie in others only.
#[allow(dead_code, reason = "components are no scalars")]
pub(super) fn is_scalar(value: &dyn PartialReflect) -> bool {
    number(value).is_some()
        || value.try_downcast_ref::<bool>().is_some()
        || value.try_downcast_ref::<char>().is_some()
}

macro_rules! numbers {
    ($($ty:ty)*) => {
        fn number(value: &dyn PartialReflect) -> Option<f64> {
            $(if let Some(n) = value.try_downcast_ref::<$ty>() { return Some(*n as f64); })*
            None
        }
    };
}
numbers! { f32 f64 i8 u8 i16 u16 i32 u32 i64 u64 isize usize i128 u128 }
