-- `__newindex` functions in loops: inlined, with fields that are there, come and go, errors in the middle, and the objects of the loop itself.
local store, calls = {}, 0
local proxy = setmetatable({}, {
  __index = function(_, k) return store[k] end,
  __newindex = function(self, k, v) calls = calls + 1 store[k] = v return "nobody sees this" end,
})
for i = 1, 60 do
  proxy.x = (proxy.x or 0) + i
  proxy.y = proxy.x * 2
  if i % 20 == 0 then rawset(proxy, "x", i) end
  if i % 25 == 0 then proxy.x = nil end
end
print(store.x, store.y, rawget(proxy, "x"), calls)

local log = {}
local class = {}
class.__index = class
class.__newindex = function(self, k, v)
  if type(v) == "string" then error("no text in " .. k, 0) end
  log[#log + 1] = k
  rawset(self, k, v)
end
local kept = {}
for i = 1, 60 do
  local object = setmetatable({id = i}, class)
  object.size = i * 2
  object.size = object.size + 1
  object.id = object.id + 1
  if i % 9 == 0 then object.extra = {i} end
  if i % 17 == 0 then print(pcall(function() object.name = "n" .. i end)) end
  if i % 10 == 0 then kept[#kept + 1] = object end
end
for i = 1, #kept do print(kept[i].id, kept[i].size, kept[i].extra and kept[i].extra[1], kept[i].name) end
print(#log, log[1], log[#log])

-- Through chains, in functions that call themselves, with a handler that becomes another one.
local deep = setmetatable({}, {__newindex = setmetatable({}, {__newindex = proxy})})
for i = 1, 50 do deep.z = i if i == 25 then getmetatable(deep).__newindex = function(_, k, v) store[k .. "2"] = v end end end
print(store.z, store.z2, calls)
local function set(t, n) if n == 0 then t.leaf = (store.leaf or 0) + 1 else set(t, n - 1) end end
for i = 1, 40 do set(proxy, i % 5) end
print(store.leaf, calls)

-- Coroutines and collections inside.
local co = setmetatable({}, {__newindex = function(t, k, v) coroutine.yield(k, v) if v % 7 == 0 then collectgarbage() end rawset(t, "seen", v) end})
local sum = 0
for k, v in coroutine.wrap(function() for i = 1, 50 do co.field = i end end) do sum = sum + v * #k end
print(sum, co.seen)

-- Objects that get another metatable.
local A = {} A.__index = A
function A.new(x) return setmetatable({x = x}, A) end
function A:hit(n) self.x = self.x - n return self.x end
local B = setmetatable({}, {__index = A}) B.__index = B
function B.new(x) local object = A.new(x) return setmetatable(object, B) end
function B:hit(n) return A.hit(self, n * 2) end
local guarded = {__metatable = "locked"}
sum = 0
local last
for i = 1, 60 do
  local made, object = pcall(B.new, i)
  if made then sum = sum + object:hit(3) else sum = sum * 2 end
  if i % 16 == 0 then last = object end
  local fine, message = pcall(function() return setmetatable(setmetatable({}, guarded), A) end)
  if i % 20 == 0 then print(fine, (tostring(message):gsub("^.-:%d+: ", ""))) end
  if i == 30 then A.__metatable = false end
  if i == 40 then A.__metatable = nil end
  if i == 50 then B.__mode = "k" end
end
print(sum, last.x, getmetatable(last) == B)

-- Small loops with branches in loops.
local map = {}
for y = 1, 20 do map[y] = {} for x = 1, 20 do map[y][x] = (x * y) % 5 end end
local n = 0
for y = 2, 19 do
  for x = 2, 19 do
    local c = 0
    for dy = -1, 1 do
      for dx = -1, 1 do if map[y + dy][x + dx] > 2 then c = c + 1 elseif dx == dy then c = c - 0.5 end end
    end
    n = n + c
  end
end
print(n)
