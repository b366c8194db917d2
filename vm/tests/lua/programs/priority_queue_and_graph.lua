-- A binary heap driving Dijkstra's algorithm.
local Heap = {} Heap.__index = Heap
function Heap.new(less) return setmetatable({n = 0, less = less}, Heap) end
function Heap:push(v) self.n = self.n + 1 self[self.n] = v local i = self.n while i > 1 do local p = math.floor(i / 2) if not self.less(self[i], self[p]) then break end self[i], self[p] = self[p], self[i] i = p end end
function Heap:pop()
  if self.n == 0 then return nil end
  local top = self[1] self[1] = self[self.n] self[self.n] = nil self.n = self.n - 1
  local i = 1
  while true do
    local l, m = i * 2, i
    if l <= self.n and self.less(self[l], self[m]) then m = l end
    if l + 1 <= self.n and self.less(self[l + 1], self[m]) then m = l + 1 end
    if m == i then return top end
    self[i], self[m] = self[m], self[i] i = m
  end
end
local edges = {A = {B = 4, C = 1}, B = {D = 1}, C = {B = 2, D = 5}, D = {E = 3}, E = {}}
local dist, from = {A = 0}, {}
local h = Heap.new(function(a, b) return a.d < b.d end)
h:push{d = 0, n = "A"}
while true do
  local e = h:pop() if not e then break end
  if e.d == dist[e.n] then for n, w in pairs(edges[e.n]) do local nd = e.d + w if not dist[n] or nd < dist[n] then dist[n] = nd from[n] = e.n h:push{d = nd, n = n} end end end
end
for _, n in ipairs{"A", "B", "C", "D", "E"} do io.write(n, "=", dist[n], " ") end print()
local path, n = {}, "E" while n do table.insert(path, 1, n) n = from[n] end print(table.concat(path, ">"))
