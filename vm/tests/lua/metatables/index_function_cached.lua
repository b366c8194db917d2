-- A cached __index function: replaced, removed, shadowed by own keys, and beside other receivers at the same place.
local function get(object) return object.x end
local function call(object) return object:m() end

local log = {}
local meta = { __index = function(t, k) log[#log + 1] = k return k .. "!" end }
local a, b = setmetatable({}, meta), setmetatable({ y = 1 }, meta)
for _ = 1, 3 do print(get(a), get(b)) end
print(#log)

rawset(a, "x", "own")
print(get(a), get(b))
rawset(a, "x", nil)
print(get(a))

meta.__index = function(t, k) return k .. "?" end
print(get(a), get(b))
meta.__index = { x = "table" }
print(get(a), get(b))
meta.__index = nil
print(get(a), get(b))
meta.__index = function(t, k) return function(self) return k, self == t end end
for _ = 1, 3 do print(call(a)) end
print(get(setmetatable({}, nil)), get("text"))

setmetatable(a, { __index = function() return "other" end })
print(get(a), type(get(b)))
setmetatable(a, nil)
print(get(a), type(get(b)))

local collected = setmetatable({}, meta)
for i = 1, 5 do
  meta.__index = function() return i end
  collectgarbage()
  print(get(collected), get(collected))
end
local deep = setmetatable({}, { __index = setmetatable({}, { __index = function(t, k) return k .. k end }) })
for _ = 1, 2 do print(get(deep)) end
local failing = setmetatable({}, { __index = function(t, k) error("no " .. k, 0) end })
for _ = 1, 2 do print(pcall(get, failing)) end
local co = coroutine.wrap(function()
  return get(setmetatable({}, { __index = function(t, k) return coroutine.yield(k) end }))
end)
print(co(), co("resumed"))
