-- An event bus: listeners are closures that come and go, each event is a table, and a history is kept for a replay.
local workload = require "lib.workload"

local EVENTS = 1200   -- a frame
local HISTORY = 200   -- frames

workload("events", function()
  local listeners, history, frame = {}, {}, 0
  local kinds = { "damage", "pickup", "spawn", "death", "sound" }
  local function listen(kind)
    local heard = 0
    local list = listeners[kind] or {}
    listeners[kind] = list
    list[#list + 1] = function(event)
      heard = heard + event.amount
      return heard
    end
    -- The oldest one leaves.
    if #list > 20 then table.remove(list, 1) end
  end
  for _, kind in ipairs(kinds) do
    for _ = 1, 10 do listen(kind) end
  end
  return function(load)
    frame = frame + 1
    local events = {}
    for i = 1, EVENTS * load do
      local event = { kind = kinds[i % #kinds + 1], amount = i % 10, source = { id = i }, frame = frame }
      events[i] = event
      for _, listener in ipairs(listeners[event.kind]) do listener(event) end
    end
    for _, kind in ipairs(kinds) do listen(kind) end
    history[frame % HISTORY + 1] = events
  end
end)
