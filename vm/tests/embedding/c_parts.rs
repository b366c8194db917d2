//! Parts of C values in compiled loops keep what they are parts of, as they do in the interpreter (in LuaJIT they do not).

use perilune::{Libraries, Lua, LuaOptions, Stress};

const PROGRAMS: &[&str] = &[
    r#"local ffi = require "ffi"
ffi.cdef "struct leaf { int n; int pad[3]; }; struct twig { struct leaf leaves[4]; struct leaf one; }; struct tree { struct twig twigs[3]; };"
local function tree(n)
  local t = ffi.new("struct tree")
  for i = 0, 2 do for j = 0, 3 do t.twigs[i].leaves[j].n = n + i * 10 + j end end
  return t
end
local holder, sum, kept = {}, 0, {}
for i = 1, 120 do
  holder.twig = tree(i).twigs[i % 3]
  local leaf, leaves
  do
    local twig = holder.twig
    leaf, leaves = twig.leaves[i % 4], twig.leaves
  end
  holder.twig = nil
  if i % 10 == 0 then collectgarbage() end
  holder.noise = { {}, {}, tostring(i) }
  sum = sum + leaf.n
  local other = leaves[(i + 1) % 4]
  holder.noise = tostring(i) .. "x"
  sum = sum + other.n + leaf.pad[1]
  if i % 30 == 0 then kept[#kept + 1] = other kept[#kept + 1] = leaf end
end
for i, l in ipairs(kept) do sum = sum * 3 % 1000003 + l.n end
return tostring(sum)
"#,
    r#"local ffi = require "ffi"
ffi.cdef "struct leaf { int n; int pad[3]; }; struct twig { struct leaf leaves[4]; struct leaf one; }; struct tree { struct twig twigs[3]; };"
local function tree(n)
  local t = ffi.new("struct tree")
  for i = 0, 2 do for j = 0, 3 do t.twigs[i].leaves[j].n = n + i * 10 + j end end
  return t
end
local holder, sum, kept = {}, 0
for i = 1, 120 do
  local p
  do
    local whole = tree(i)
    local q = ffi.cast("struct twig *", whole.twigs)
    holder.whole = whole
    p = q[i % 3].one
    q = nil
  end
  collectgarbage("step")
  holder.noise = tostring(i)
  p.n = i
  holder.noise = { p.n }
  sum = sum + p.n
  if i == 117 then kept = p end
end
return sum .. " " .. kept.n
"#,
    r#"local ffi = require "ffi"
ffi.cdef "struct item { int n; uint8_t tags[4]; };"
local function part(n)
  local whole = ffi.new("struct item[?]", 3)
  whole[n].n = n * 7 + 1
  return whole[n]
end
local sum = 0
for i = 1, 100 do
  local p = part(i % 3)
  if i % 25 == 0 then collectgarbage() end
  sum = sum + p.n + p.tags[0]
end
return tostring(sum)
"#,
];

fn run(source: &str, jit: bool, prepare: impl Fn(&mut Lua)) -> String {
    let options = LuaOptions { libraries: Libraries::ALL, seed: Some(1), jit, ..LuaOptions::default() };
    let mut lua = Lua::with_options(options);
    if jit {
        lua.load("jit.opt.start('hotloop=1', 'hotexit=1')").exec(&mut lua).expect("flags");
    }
    prepare(&mut lua);
    match lua.load(source).name("=parts").eval::<String>(&mut lua) {
        Ok(text) => text,
        Err(error) => panic!("{source}\n{error}"),
    }
}

#[test]
fn what_a_part_is_of_stays_as_long_as_the_part() {
    for source in PROGRAMS {
        let wanted = run(source, false, |_| ());
        assert_eq!(run(source, true, |_| ()), wanted, "{source}");
        let stressed = run(source, true, |lua| lua.set_gc_stress(Stress::EveryAllocation));
        assert_eq!(stressed, wanted, "under collector stress: {source}");
        for number in 0..8 {
            let forced = run(source, true, |lua| {
                lua.set_gc_stress(Stress::EveryAllocation);
                lua.set_compiler_test_parameter("force", number);
            });
            assert_eq!(forced, wanted, "guard {number} forced: {source}");
        }
    }
}
