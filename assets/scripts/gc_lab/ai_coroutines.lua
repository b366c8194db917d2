-- Characters that think in coroutines. In every frame each goes on, and some die and are replaced.
local workload = require "lib.workload"

local CHARACTERS = 1000
local DEATHS = 20   -- a frame

local function patrol(self)
  while true do
    for _ = 1, 20 do
      self.memory[self.steps % 16 + 1] = { x = self.x, y = self.y, step = self.steps }
      self.steps = self.steps + 1
      coroutine.yield("walking")
    end
    local seen = {}
    for i, place in ipairs(self.memory) do seen[i] = place.x + place.y end
    coroutine.yield("looking")
  end
end

local function new_character(number)
  local self = { x = number, y = 0, steps = 0, memory = {} }
  self.think = coroutine.wrap(function() patrol(self) end)
  return self
end

workload("ai_coroutines", function()
  local characters, dying = {}, 0
  return function(load)
    local count = math.floor(CHARACTERS * load)
    for i = #characters, count + 1, -1 do characters[i] = nil end
    for i = #characters + 1, count do characters[i] = new_character(i) end
    for _ = 1, math.min(DEATHS * load, count) do
      dying = dying % count + 1
      characters[dying] = new_character(dying)
    end
    for _, character in ipairs(characters) do character.state = character.think() end
  end
end)
