-- n: 150
-- Finds the nesting of loops in control-flow graphs (after Havlak, "Nesting of Reducible and Irreducible Loops").

local Graph = {}
Graph.__index = Graph

function Graph.new() return setmetatable({blocks = {}, size = 0}, Graph) end

function Graph:block(name)
  local block = self.blocks[name]
  if not block then
    block = {name = name, successors = {}, predecessors = {}}
    self.blocks[name] = block
    self.size = self.size + 1
  end
  return block
end

function Graph:edge(from, to)
  local source, target = self:block(from), self:block(to)
  source.successors[#source.successors + 1] = target
  target.predecessors[#target.predecessors + 1] = source
end

function Graph:diamond(at)
  self:edge(at, at + 1)
  self:edge(at, at + 2)
  self:edge(at + 1, at + 3)
  self:edge(at + 2, at + 3)
  return at + 3
end

function Graph:straight(at, length)
  for i = 0, length - 1 do self:edge(at + i, at + i + 1) end
  return at + length
end

function Graph:loop(from)
  local header = self:straight(from, 1)
  local first = self:diamond(header)
  local bottom = self:straight(first, 1)
  local second = self:diamond(bottom)
  local footer = self:straight(second, 1)
  self:edge(second, first)
  self:edge(bottom, header)
  self:edge(footer, from)
  return self:straight(footer, 1)
end

-- Nodes of the depth-first tree are sets that grow to whole loops.
local Node = {}
Node.__index = Node

function Node:find()
  local path, node = {}, self
  while node.parent ~= node do
    if node.parent ~= node.parent.parent then path[#path + 1] = node end
    node = node.parent
  end
  for i = 1, #path do path[i].parent = node.parent end
  return node
end

local function number(block, nodes, numbers, last, current)
  nodes[current] = setmetatable({block = block, number = current, loop = nil}, Node)
  nodes[current].parent = nodes[current]
  numbers[block] = current
  local highest = current
  local successors = block.successors
  for i = 1, #successors do
    if not numbers[successors[i]] then highest = number(successors[i], nodes, numbers, last, highest + 1) end
  end
  last[current] = highest
  return highest
end

local function find_loops(graph, start)
  local nodes, numbers, last = {}, {}, {}
  local count = number(graph.blocks[start], nodes, numbers, last, 1)
  local function is_ancestor(w, v) return w <= v and v <= last[w] end

  local back, others, header, kind = {}, {}, {}, {}
  for w = 1, count do
    header[w], kind[w], back[w], others[w] = 1, "plain", {}, {}
    local predecessors = nodes[w].block.predecessors
    for i = 1, #predecessors do
      local v = numbers[predecessors[i]]
      if v then
        local list = is_ancestor(w, v) and back[w] or others[w]
        list[#list + 1] = v
      end
    end
  end

  local loops = {}
  for w = count, 1, -1 do
    local body, in_body = {}, {}
    for _, v in ipairs(back[w]) do
      if v ~= w then
        local found = nodes[v]:find()
        if not in_body[found] then
          in_body[found] = true
          body[#body + 1] = found
        end
      else
        kind[w] = "self"
      end
    end
    if #body > 0 then kind[w] = "reducible" end
    local i = 1
    while i <= #body do
      local x = body[i]
      local entering = others[x.number]
      for j = 1, #entering do
        local y = nodes[entering[j]]:find()
        if not is_ancestor(w, y.number) then
          kind[w] = "irreducible"
          others[w][#others[w] + 1] = y.number
        elseif y.number ~= w and not in_body[y] then
          in_body[y] = true
          body[#body + 1] = y
        end
      end
      i = i + 1
    end
    if #body > 0 or kind[w] == "self" then
      local loop = {header = w, kind = kind[w], size = 1, depth = 0, inner = {}}
      nodes[w].loop = loop
      for _, node in ipairs(body) do
        header[node.number] = w
        node.parent = nodes[w]
        loop.size = loop.size + 1
        if node.loop then
          node.loop.outer = loop
          loop.inner[#loop.inner + 1] = node.loop
        end
      end
      loops[#loops + 1] = loop
    end
  end

  local function nest(loop, depth)
    loop.depth = depth
    local deepest = depth
    for _, inner in ipairs(loop.inner) do deepest = math.max(deepest, nest(inner, depth + 1)) end
    return deepest
  end
  local deepest, members = 0, 0
  for _, loop in ipairs(loops) do
    if not loop.outer then deepest = math.max(deepest, nest(loop, 1)) end
    members = members + loop.size
  end
  return #loops, deepest, members
end

local function build(copies)
  local graph = Graph.new()
  local at = graph:straight(1, 2)
  for _ = 1, copies do
    local top = at
    at = graph:straight(at, 1)
    for _ = 1, 5 do at = graph:loop(at) end
    graph:edge(at, top)
    at = graph:straight(at, 1)
  end
  return graph
end

return function(n)
  local loops, deepest, members
  for _ = 1, n do loops, deepest, members = find_loops(build(12), 1) end
  return loops .. " " .. deepest .. " " .. members
end
