//! Any bytes, loaded as bytecode: an error, or a function that runs into its end, an error or a limit, whatever the functions it calls do to its
//! variables.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use perilune::bytecode::dump::dump;
use perilune::{Libraries, LuaOptions, compile};
use perilune_fuzz::limited_with;

/// What every dump of this version begins with: signature and fingerprint.
static HEADER: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let draft = compile(b"", b"=empty").expect("an empty chunk compiles");
    dump(&draft, 0, false)[..8].to_vec()
});

/// Calls a function with values of all kinds, and the functions it returns.
const PROGRAM: &str = r#"
local f = ...
local values, count = {1, "text", {}, tostring}, 0
local function meddle()
  debug.traceback()
  for level = 2, 5 do
    local info = debug.getinfo(level, "nSlu")
    for i = -2, 12 do
      if info and info.source ~= "=harness" and info.what ~= "C" and debug.getlocal(level, i) then
        count = count + 1
        debug.setlocal(level, i, values[count % 5])
      end
    end
  end
end
local object
local meta = {
  __call = function(_, ...) meddle() object.last = ... return object, ... end,
  __index = function() meddle() return object end,
  __newindex = meddle,
  __concat = function() meddle() return object end,
  __eq = function() return true end,
  __lt = function() meddle() return true end,
  __le = function() return false end,
  __unm = function(a) return a end,
}
for _, name in ipairs{"add", "sub", "mul", "div", "mod", "pow"} do
  meta["__" .. name] = function() meddle() return object end
end
object = setmetatable({m = meddle, last = 1}, meta)
local function try(f, depth, ...)
  debug.getinfo(f, "SlnuL")
  local results = {pcall(f, ...)}
  for i = 1, #results do
    if type(results[i]) == "function" and depth < 3 then try(results[i], depth + 1, ...) end
  end
end
for i = 1, 20 do debug.setupvalue(f, i, values[i % 5]) end
try(f, 1, 1, "a", {})
try(f, 1, object, object, object)
local wrapped = coroutine.wrap(f)
for i = 1, 3 do pcall(wrapped, object, i) end
collectgarbage()
"#;

fuzz_target!(|input: &[u8]| {
    let mut bytes = input.to_vec();
    // Dumps of other versions are as good as any.
    let known = HEADER.len().min(bytes.len());
    bytes[..known].copy_from_slice(&HEADER[..known]);
    let mut libraries = Libraries::SAFE;
    libraries.debug = true;
    let mut lua = limited_with(LuaOptions { libraries, seed: Some(1), bytecode: true, ..LuaOptions::default() });
    let Ok(main) = lua.load(&bytes).into_function(&mut lua) else { return };
    let program = lua.load(PROGRAM).name("=harness").into_function(&mut lua).expect("the program is right");
    // Errors are its own affair; only crashes and hangs are findings.
    let _ = program.call::<()>(&mut lua, main);
});
