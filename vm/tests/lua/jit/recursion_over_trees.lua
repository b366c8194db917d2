-- Two arguments that change, trees, visitors, a coroutine that leaves in the middle.
local function ack(m, n)
  if m == 0 then return n + 1 elseif n == 0 then return ack(m - 1, 1) else return ack(m - 1, ack(m, n - 1)) end
end
print(ack(2, 6), ack(1, 30))
local function walk(node, visit) if node then walk(node.left, visit) visit(node.key) walk(node.right, visit) end end
local function insert(node, key)
  if not node then return {key = key} end
  if key < node.key then node.left = insert(node.left, key) else node.right = insert(node.right, key) end
  return node
end
local root
for i = 1, 200 do root = insert(root, (i * 37) % 211) end
local keys = {}
walk(root, function(key) keys[#keys + 1] = key end)
print(#keys, keys[1], keys[100], keys[200])
local co = coroutine.wrap(function() walk(root, coroutine.yield) end)
local total = 0
for i = 1, 200 do total = total + co() * i end
print(total)
