-- A long-lived tree and array, and short-lived trees built top down and bottom up. After the benchmark of Ellis, Kovac and Boehm.
local n = ...
local function bottom_up(depth)
    if depth == 0 then return {} end
    return { left = bottom_up(depth - 1), right = bottom_up(depth - 1) }
end
local function top_down(depth, node)
    if depth == 0 then return end
    node.left, node.right = {}, {}
    top_down(depth - 1, node.left)
    top_down(depth - 1, node.right)
end
local depth = math.floor(math.log(n) / math.log(2))
local long_lived = bottom_up(depth - 1)
local array = {}
for i = 1, n / 2 do array[i] = 1 / i end
return function(frame)
    local short = 2 + frame % 5 * 2
    for _ = 1, 2 ^ (10 - short) do
        bottom_up(short)
        top_down(short, {})
    end
    return long_lived, array
end
