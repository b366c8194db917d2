-- Binary trees: a long-lived one of `n` nodes beside many short-lived ones.
local n = ...
local function tree(depth)
    if depth == 0 then return { false, false } end
    return { tree(depth - 1), tree(depth - 1) }
end
local function check(node)
    if node[1] then return 1 + check(node[1]) + check(node[2]) end
    return 1
end
local long_lived = tree(math.floor(math.log(n) / math.log(2)) - 1)
return function(frame)
    local count = 0
    for _ = 1, 8 do count = count + check(tree(7)) end
    if frame % 500 == 0 then count = count + check(long_lived) end
    return count
end
