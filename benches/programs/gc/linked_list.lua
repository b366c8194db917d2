-- A list of `n` nodes; five hundred go at the front and come at the end in every frame.
local n = ...
local first = { value = 0 }
local last = first
local function append(i)
    local node = { value = i }
    last.next = node
    last = node
end
for i = 1, n do append(i) end
return function()
    for i = 1, 500 do
        append(i)
        first = first.next
    end
end
