-- Loops that hand on `...` and all results of a call, of changing number, inside loops and alone; what lies above the list in its frame is nobody's.
local log = {}
local function note(...)
  log[#log + 1] = select("#", ...) .. ":" .. table.concat({...}, ",")
end
local total = 0
local listeners = {
  function(a) total = total + (a or 1) end,
  function(a, b) total = total + (a or 3) * (b or 1) end,
  function(...) total = total + select("#", ...) end,
  function(a, ...) local b, c = ... total = total + (b or 0) - (c or a or 2) return a, b end,
}
local function emit(list, ...)
  for i = 1, #list do list[i](...) end
  return #list, ...
end
local function several(n)
  if n % 3 == 0 then return end
  if n % 3 == 1 then return n end
  return n, n + 1, n + 2
end
local function hand_on(list, ...)
  local sum = 0
  for i = 1, select("#", ...) do
    local kept = i * 2
    listeners[i % 4 + 1](several(i + select("#", ...)), ...)
    sum = sum + kept + select("#", several(i)) + select("#", ...)
  end
  return sum, emit(list, several(sum))
end
for i = 1, 60 do
  emit(listeners, i)
  emit(listeners, i, i % 2 == 0 and 2 or nil)
  emit(listeners, i, i + 1, i + 2)
  if i % 7 == 0 then note(hand_on(listeners, several(i))) end
  if i % 10 == 0 then note(emit(listeners, several(i))) end
  if i == 40 then listeners[5] = function(...) return emit({listeners[1]}, ...) end end
end
print(total, #log)
for _, line in ipairs(log) do print(line) end

-- Lists in constructors, of what a loop has made.
local function pack_all(n, ...)
  local out = {}
  for i = 1, n do out[i] = {i, ...} end
  for i = 1, n do out[i] = {several(#out[i] + i)} end
  return out
end
local lengths = {}
for i = 1, 30 do
  local out = pack_all(i % 5, several(i))
  for j = 1, #out do lengths[#lengths + 1] = #out[j] end
end
print(#lengths, table.concat(lengths, " "))

-- An error in the middle of such a loop: what a handler sees are its variables.
local function fail(list, ...)
  for i = 1, #list do
    local at = i
    list[i](...)
    total = total + at
  end
end
local fails = {listeners[1], listeners[2], function(a) if a == 33 then error("a listener", 0) end end}
for i = 1, 60 do
  local fine, message = pcall(fail, fails, i, 1)
  if not fine then print(i, message, total) end
end
print(total)
