-- A large world: chunks of tiles around the player, loaded a few a frame and dropped when they are behind.
local workload = require "lib.workload"

local TILES = 256     -- in a chunk
local AROUND = 24     -- chunks before and behind the player
local ACROSS = 16     -- chunks in a row

local function new_chunk(x, y)
  local tiles = {}
  for i = 1, TILES do
    tiles[i] = { kind = (x * 31 + y * 17 + i) % 7, height = i % 16, items = i % 8 == 0 and { gold = i } or nil }
  end
  return { x = x, y = y, tiles = tiles, neighbours = {} }
end

workload("streaming", function()
  local rows, player = {}, 0
  local function load_row(x)
    local row = {}
    for y = 1, ACROSS do
      row[y] = new_chunk(x, y)
      local behind = rows[x - 1]
      if behind then
        row[y].neighbours.west = behind[y]
        behind[y].neighbours.east = row[y]
      end
    end
    rows[x] = row
  end
  local function drop_row(x)
    if not rows[x] then return end
    -- What is still there forgets it.
    for _, chunk in ipairs(rows[x + 1] or {}) do chunk.neighbours.west = nil end
    rows[x] = nil
  end
  for x = -AROUND, AROUND do load_row(x) end
  return function(load)
    local before = math.floor(player)
    player = player + 0.4 * load
    for x = before + 1, math.floor(player) do
      load_row(x + AROUND)
      drop_row(x - AROUND - 1)
    end
  end
end)
