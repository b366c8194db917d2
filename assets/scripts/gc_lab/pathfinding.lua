-- A* on a grid, from scratch for some units in every frame: a table for each node that is looked at.
local workload = require "lib.workload"

local SIZE = 48      -- the grid is so wide and high
local SEARCHES = 2   -- a frame

local function push(heap, node)
  local at = #heap + 1
  while at > 1 do
    local parent = math.floor(at / 2)
    if heap[parent].total <= node.total then break end
    heap[at], at = heap[parent], parent
  end
  heap[at] = node
end

local function pop(heap)
  local first, last = heap[1], table.remove(heap)
  local count = #heap
  if count == 0 then return first end
  local at = 1
  while true do
    local child = at * 2
    if child > count then break end
    if child < count and heap[child + 1].total < heap[child].total then child = child + 1 end
    if last.total <= heap[child].total then break end
    heap[at], at = heap[child], child
  end
  heap[at] = last
  return first
end

local function find_path(walls, from_x, from_y, to_x, to_y)
  local open, seen = {}, {}
  push(open, { x = from_x, y = from_y, cost = 0, total = 0 })
  while open[1] do
    local node = pop(open)
    if node.x == to_x and node.y == to_y then
      local path = {}
      while node do
        path[#path + 1] = { x = node.x, y = node.y }
        node = node.parent
      end
      return path
    end
    for _, step in ipairs { { 1, 0 }, { -1, 0 }, { 0, 1 }, { 0, -1 } } do
      local x, y = node.x + step[1], node.y + step[2]
      local key = y * SIZE + x
      if x >= 0 and y >= 0 and x < SIZE and y < SIZE and not walls[key] and not seen[key] then
        seen[key] = true
        local cost = node.cost + 1
        local distance = math.abs(x - to_x) + math.abs(y - to_y)
        push(open, { x = x, y = y, cost = cost, total = cost + distance, parent = node })
      end
    end
  end
end

workload("pathfinding", function()
  local walls, units, next_unit = {}, {}, 0
  for y = 4, SIZE - 5, 8 do
    for x = 0, SIZE - 1 do
      if (x * 7 + y) % 13 ~= 0 then walls[y * SIZE + x] = true end
    end
  end
  return function(load)
    for _ = 1, math.max(1, SEARCHES * load) do
      next_unit = next_unit % 200 + 1
      local x = (next_unit * 17) % SIZE
      units[next_unit] = find_path(walls, x, 0, (x * 5) % SIZE, SIZE - 1)
    end
  end
end)
