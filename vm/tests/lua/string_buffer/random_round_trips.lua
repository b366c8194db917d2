-- Random values of a fixed sequence, through strings and through one buffer as a queue.
local buffer = require("string.buffer")
local function hex(s) return (s:gsub(".", function(c) return ("%02x "):format(c:byte()) end)) end
local state = 42
local function random(n) state = (state * 16807) % 2147483647 return state % n end
local function value(depth)
  local kind = random(depth > 4 and 6 or 9)
  if kind == 0 then return random(2) == 0
  elseif kind == 1 then return random(1000) - 500
  elseif kind == 2 then return random(1000000) / 7
  elseif kind == 3 then return ("s"):rep(random(5)) .. random(100)
  elseif kind == 4 then return ("long"):rep(random(100))
  elseif kind == 5 then return 2 ^ random(60)
  else
    local t = {}
    for i = 1, random(5) do t[i] = value(depth + 1) end
    if random(2) == 0 then t["k" .. random(10)] = value(depth + 1) end
    return t
  end
end
local function show(v)
  if type(v) ~= "table" then return tostring(v) end
  local keys, parts = {}, {}
  for k in pairs(v) do keys[#keys + 1] = k end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  for i, k in ipairs(keys) do parts[i] = tostring(k) .. "=" .. show(v[k]) end
  return "{" .. table.concat(parts, ",") .. "}"
end
local queue = buffer.new()
local sum, texts = 0, {}
for i = 1, 200 do
  local v = value(0)
  local s = buffer.encode(v)
  for j = 1, #s do sum = (sum * 31 + s:byte(j)) % 1000000007 end
  local text = show(v)
  if show(buffer.decode(s)) ~= text then print("differs", i, text) end
  queue:encode(v)
  texts[i] = text
  if #s < 24 then print(i, hex(s)) end
end
print(sum, #queue)
for i = 1, 200 do if show(queue:decode()) ~= texts[i] then print("queue differs", i) end end
print(#queue, pcall(queue.decode, queue))
