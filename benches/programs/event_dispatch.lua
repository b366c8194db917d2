-- n: 240000
-- An event system as games have them: listeners are closures, added, called with arguments and removed.
local Emitter = {}
Emitter.__index = Emitter

function Emitter.new() return setmetatable({listeners = {}}, Emitter) end

function Emitter:on(name, listener)
  local list = self.listeners[name]
  if not list then
    list = {}
    self.listeners[name] = list
  end
  list[#list + 1] = listener
  return function()
    for i = #list, 1, -1 do
      if list[i] == listener then
        table.remove(list, i)
        break
      end
    end
  end
end

function Emitter:emit(name, ...)
  local list = self.listeners[name]
  if not list then return 0 end
  for i = 1, #list do list[i](...) end
  return #list
end

return function(n)
  local events = Emitter.new()
  local health, score, log = 1000, 0, {}
  for i = 1, 4 do
    local weight = i
    events:on("hit", function(damage) health = health - damage * weight % 3 end)
    events:on("score", function(points, factor) score = score + points * (factor or 1) + weight end)
  end
  events:on("log", function(...)
    local first, second = ...
    log[#log % 100 + 1] = first + (second or 0) + select("#", ...)
  end)
  local called = 0
  for i = 1, n do
    called = called + events:emit("hit", i % 7)
    called = called + events:emit("score", i % 5, i % 2 == 0 and 2 or nil)
    called = called + events:emit("log", i, i + 1, i + 2)
    local once
    once = events:on("tick", function(at) if at % 3 == 0 then score = score - 1 end end)
    called = called + events:emit("tick", i) + events:emit("unheard", i)
    once()
  end
  return called .. " " .. health .. " " .. score .. " " .. #log
end
