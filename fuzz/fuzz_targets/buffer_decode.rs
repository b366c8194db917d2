//! Any bytes, decoded with and without dictionaries: an error, or a value that says the same after another round.

#![no_main]

use libfuzzer_sys::fuzz_target;
use perilune_fuzz::limited;

/// Raises an error only when a value does not survive.
const PROGRAM: &str = r#"
local buffer = require("string.buffer")
local input = ...
local function is_plain(key) return type(key) ~= "table" and type(key) ~= "cdata" end
local function same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return a == b or a ~= a and b ~= b end
  if getmetatable(a) ~= getmetatable(b) then return false end
  for k, v in next, a do
    if is_plain(k) and not same(v, rawget(b, k)) then return false end
  end
  for k in next, b do
    if is_plain(k) and rawget(a, k) == nil then return false end
  end
  return true
end
local options = {dict = {"name", "value", false, "a"}, metatable = {{}, {}}}
for _, given in ipairs{{}, options} do
  local b = buffer.new(given):set(input)
  local ok, value = pcall(b.decode, b)
  if ok then
    b:reset():encode(value)
    local again = b:decode()
    assert(#b == 0 and same(value, again), "another round gives another value")
  end
end
pcall(buffer.decode, input)
"#;

fuzz_target!(|input: &[u8]| {
    let mut lua = limited();
    let input = lua.create_string(input).expect("a new virtual machine has memory");
    let program = lua.load(PROGRAM).name("=fuzz").into_function(&mut lua).expect("the program is right");
    if let Err(error) = program.call::<()>(&mut lua, input) {
        let text = error.to_string();
        // Running into a limit is allowed.
        assert!(!text.contains("round") && !text.contains("serialize") && !text.contains("buffer"), "{text}");
    }
});
