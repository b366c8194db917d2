-- What lay behind an open list in its frame is nobody's: collected before the list is taken, it does not come back.
local metatable = getmetatable("")
local before = metatable.__index
-- An index that collects garbage, and is no call of this function.
metatable.__index = collectgarbage
local clock, sub = os.clock, string.sub
local text = string.rep("x", 1000000)

local function hand_on(i, y, ...)
  local a = i
  do local p, q, r, s, t, u, v, w, x = nil, nil, nil, nil, nil, nil, nil, nil, y .. i end
  a = ("count")[1]
  local b = ("collect")[1]
  clock(1, 2, ...)
  b = ("collect")[1]
  return i
end
local sum = 0
for i = 1, 30 do sum = sum + hand_on(i, text) + hand_on(i, text, i) end
print(sum)

local function one(i) return i end
local function all_results(n, k)
  local s = 0
  for i = 1, n do
    local a = i
    do
      local p, q, r, s1, t, u, v, w = nil, nil, nil, nil, nil, nil, nil, nil
      local acc = sub(text, i)
      for j = 1, k do if acc then acc = sub(text, j) end s = s + 1 end
    end
    a = ("collect")[1]
    clock(1, 2, one(i))
    a = ("collect")[1]
  end
  return s
end
print(all_results(30, 5))

local function in_constructors(n)
  local s = 0
  for i = 1, n do
    do local p, q, r, t, u, v, w, x = nil, nil, nil, nil, nil, nil, nil, text .. i end
    local a = ("collect")[1]
    local list = {i, one(i), one(i)}
    a = ("collect")[1]
    s = s + #list + select("#", i, one(i))
  end
  return s
end
print(in_constructors(30))
metatable.__index = before
