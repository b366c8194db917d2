-- The rest of a line is an event again after a Lua function has run, not after one in C.
local seen = {}
local function g() return 1 end
local function f()
  local a = g() + g()
  local b = math.abs(-1) + math.abs(-2)
  local c = tostring(1) .. g()
  return a
end
debug.sethook(function(_, line) seen[#seen + 1] = line end, "l")
f()
debug.sethook()
print(table.concat(seen, " "))
