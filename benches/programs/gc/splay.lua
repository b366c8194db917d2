-- A splay tree of `n` nodes with a payload each; fifty come and fifty go in every frame. After the Octane benchmark of this name.
local n = ...
local root
local function splay(key)
    if not root then return end
    local dummy = {}
    local left, right, current = dummy, dummy, root
    while true do
        if key < current.key then
            local child = current.left
            if not child then break end
            if key < child.key then
                current.left, child.right = child.right, current
                current = child
                if not current.left then break end
            end
            right.left = current
            right, current = current, current.left
        elseif key > current.key then
            local child = current.right
            if not child then break end
            if key > child.key then
                current.right, child.left = child.left, current
                current = child
                if not current.right then break end
            end
            left.right = current
            left, current = current, current.right
        else
            break
        end
    end
    left.right, right.left = current.left, current.right
    current.left, current.right = dummy.right, dummy.left
    root = current
end
local function payload(key, depth)
    if depth == 0 then return { array = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 }, string = "String for key " .. key } end
    return { left = payload(key, depth - 1), right = payload(key, depth - 1) }
end
local function insert(key)
    local node = { key = key, value = payload(key, 3) }
    if root then
        splay(key)
        if root.key == key then return false end
        if key > root.key then
            node.left, node.right, root.right = root, root.right, nil
        else
            node.right, node.left, root.left = root, root.left, nil
        end
    end
    root = node
    return true
end
local function remove_near(key)
    splay(key)
    local left, right = root.left, root.right
    if not left then root = right return end
    root = left
    splay(key)
    root.right = right
end
for _ = 1, n do insert(math.random()) end
return function()
    for _ = 1, 50 do
        insert(math.random())
        remove_near(math.random())
    end
end
