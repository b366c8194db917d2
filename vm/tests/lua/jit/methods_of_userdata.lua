-- Methods of userdata in loops: of proxies, buffers and files, with metatables that change meanwhile.
local proxy = newproxy(true)
local meta = getmetatable(proxy)
local calls = 0
local class = {}
function class:add(x) calls = calls + x return self, x end
meta.__index = class
for i = 1, 200 do
  local same, x = proxy:add(i % 3)
  assert(same == proxy and x == i % 3)
  if i == 120 then class.add = function(self, x) calls = calls - x return self, x end end
  if i == 150 then meta.__index = { add = function(self, x) calls = calls + 100 return self, x end } end
  if i == 180 then meta.__index = function(self, key) return function(self, x) calls = calls + #key return self, x end end end
end
print(calls)

-- One that has no metatable, among others.
local other, bare = newproxy(proxy), newproxy()
meta.__index = { name = "proxy", add = rawequal }
local counts = {}
for i = 1, 200 do
  local object = i % 5 == 4 and bare or i % 2 == 0 and other or proxy
  local ok, what = pcall(function() return object.name end)
  local key = ok and tostring(what) or what:gsub("^[^:]*:%d+: ", ""):gsub("'[^']*'", "it")
  counts[key] = (counts[key] or 0) + 1
  if ok and not object:add(object) then print("never") end
  if i == 150 then meta.__index.name = nil end
end
local keys = {}
for key, count in pairs(counts) do keys[#keys + 1] = key .. "=" .. count end
table.sort(keys)
print(table.concat(keys, " "))

-- Through parents.
local base = { shout = function(self, s) return s:upper() .. "!" end }
meta.__index = setmetatable({ whisper = function(self, s) return s:lower() end }, { __index = base })
local said = {}
for i = 1, 150 do
  said[i % 10 + 1] = proxy:shout("a" .. i) .. proxy:whisper("B" .. i)
  if i == 100 then base.shout = function(self, s) return s .. "?" end end
end
print(table.concat(said, " "))

local buffer = require("string.buffer").new()
for i = 1, 200 do
  buffer:put(i, ","):putf("%d;", i * 2)
  if i % 50 == 0 then buffer:skip(10) end
  if i == 190 then assert(#buffer > 100) buffer:reset() end
end
print(buffer:tostring(), #buffer)

local file = io.tmpfile()
for i = 1, 100 do file:write(i, "\n") end
file:seek("set")
local sum = 0
for i = 1, 100 do sum = sum + file:read("*n") end
print(sum, file:read("*l"), file:read("*l"), io.type(file))
file:close()
for i = 1, 60 do
  local ok, e = pcall(file.read, file)
  if i == 60 then print(ok, (tostring(e):gsub("^[^:]*:%d+: ", ""))) end
end
