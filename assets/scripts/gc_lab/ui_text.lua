-- Strings: labels over heads, a chat log, tooltips.
local workload = require "lib.workload"

local LABELS = 1500  -- a frame
local LOG = 2000     -- lines kept

workload("ui_text", function()
  local log, labels, frame = {}, {}, 0
  return function(load)
    frame = frame + 1
    for i = 1, LABELS * load do
      labels[i] = string.format("%s <%d/%d> %.2f m", "Goblin " .. i, (frame + i) % 100, 100, (frame * 0.37 + i * 0.71) % 50)
    end
    for i = 1, 5 * load do
      log[frame * 5 % LOG + i] = "[" .. frame .. "] Goblin " .. i .. " hits you for " .. (frame * i) % 40 .. " damage"
    end
    local tooltip = {}
    for i = 1, 20 * load do
      tooltip[#tooltip + 1] = "Sword of frame " .. frame .. "\n  damage " .. i .. "\n  price " .. i * 10 .. " gold"
    end
    labels.tooltip = table.concat(tooltip, "\n")
  end
end)
