-- n: 17
-- Building and dropping trees: allocation and the collector.
local function build(depth)
  if depth == 0 then return {} end
  return {build(depth - 1), build(depth - 1)}
end

local function count(tree)
  local left = tree[1]
  if not left then return 1 end
  return 1 + count(left) + count(tree[2])
end

return function(n)
  local lasting = build(n)
  local total = 0
  for depth = 4, n, 3 do
    for _ = 1, 2 ^ (n - depth) do total = total + count(build(depth)) end
  end
  return total .. " " .. count(lasting)
end
