-- Concatenation of strings and numbers in loops, and of what comes to be something else.
local function show(...) return (tostring(select("#", ...)) .. ":" .. table.concat({...}, "|")) end

-- Numbers of every kind; -0 is not 0.
local numbers = {0, -0, 1, -1, 0.5, 1e15, 1e16, 123456789012, -2^53, 1/3, 1e300, 1/0, -1/0, 2^31, -2^31 - 1}
local out = {}
for round = 1, 4 do
  for i = 1, #numbers do
    local n = numbers[i]
    out[#out + 1] = n .. "," .. -n .. ";" .. i .. "/" .. round
  end
end
print(table.concat(out, "\n"))
print((0/0 .. ""):gsub("-", ""))

-- Lengths around those of short strings, and what is equal.
local parts, same = {}, 0
for i = 1, 120 do
  local text = "x" .. ("y"):rep(i % 60) .. i
  local again = "x" .. ("y"):rep(i % 60) .. i
  if text == again then same = same + 1 end
  if text .. "!" ~= again then same = same + #text end
  parts[text] = (parts[again] or 0) + 1
end
local count = 0
for _, n in pairs(parts) do count = count + n end
print(same, count)

-- More parts than a call takes, and fewer.
local long = ""
for i = 1, 40 do
  long = i .. "a" .. i .. "b" .. i .. "c" .. i .. "d" .. i .. "e" .. i .. "f" .. (i % 3 == 0 and long:sub(1, 9) or "")
  local seven = i .. "a" .. i .. "b" .. i .. "c" .. i .. "d"
  if i % 10 == 0 then print(long, seven) end
end

-- A part that becomes a table with an `__concat`, and one that cannot be concatenated.
local meta = {__concat = function(a, b)
  return "(" .. tostring(type(a) == "table" and a.name or a) .. "+" .. tostring(type(b) == "table" and b.name or b) .. ")"
end}
local values = {}
for i = 1, 60 do values[i] = i end
values[50] = setmetatable({name = "t"}, meta)
values[55] = "text"
for i = 1, 60 do
  local joined = "<" .. values[i] .. ">" .. i
  if i > 47 then print(joined) end
end
values[58] = false
for round = 1, 2 do
  print(pcall(function()
    local text = ""
    for i = 1, 60 do text = text .. "-" .. values[i] end
    return text
  end))
  values[58] = nil
end

-- Kept over turns, and left in the middle.
local function grow(n)
  local text, shorter = "", 0
  for i = 1, n do
    text = text .. i % 10
    if i % 17 == 0 then text, shorter = text:sub(-5), shorter + 1 end
  end
  return text, shorter
end
for n = 1, 90, 11 do print(show(grow(n))) end

-- In a function that is inlined, and one that calls itself.
local function name(prefix, i) return prefix .. ":" .. i end
local function nested(depth) return depth == 0 and "." or "(" .. nested(depth - 1) .. depth .. ")" end
local seen = {}
for i = 1, 60 do seen[name("k" .. i % 3, i % 4)] = i end
local keys = {}
for key, i in pairs(seen) do keys[#keys + 1] = key .. "=" .. i end
table.sort(keys)
print(table.concat(keys, " "))
for i = 1, 12 do print(nested(i)) end
