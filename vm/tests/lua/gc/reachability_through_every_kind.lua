-- Upvalues, metatables, environments, coroutine stacks and registries keep objects alive.
-- Two full collections, under a frame that overwrites dead temporaries.
local function collect()
  local a, b, c, d, e, f, g, h, i, j, k, l = nil
  collectgarbage()
  collectgarbage()
end

local w = setmetatable({}, {__mode = "v"})
local function new(name) local o = {name = name} w[name] = o return o end
local closure do local up = new("upvalue") closure = function() return up.name end end
local holder = setmetatable({}, new("metatable"))
local fenv = setfenv(function() return name end, new("environment"))
local co = coroutine.create(function() local on_stack = new("stack") coroutine.yield() return on_stack.name end)
coroutine.resume(co)
local key = {[new("key")] = true}
local nested = {{{new("nested")}}}
local args = coroutine.wrap(function(...) coroutine.yield() return (...).name end) args(new("vararg"))
debug.getregistry()[w] = new("registry")
collect()
for _, n in ipairs{"upvalue", "metatable", "environment", "stack", "key", "nested", "vararg", "registry"} do print(n, w[n] and w[n].name) end
print(closure(), getmetatable(holder).name, fenv(), coroutine.resume(co))
print(args())
closure, holder, fenv, co, key, nested, args = nil
debug.getregistry()[w] = nil
collect()
print(next(w))
