-- A game: `n` entities with components, of which some die and are replaced, and about 200 KB of garbage in every frame.
local n = ...
local names = { "goblin", "bat", "spider", "ghost" }
local function vector(x, y) return { x = x, y = y } end
local function entity(i)
    return {
        id = i,
        name = names[i % #names + 1] .. i,
        position = vector(i, i),
        velocity = vector(1, 0.5),
        health = 100 + i % 50,
        inventory = { { item = "coin", count = i % 7 } },
    }
end
local entities = {}
for i = 1, n do entities[i] = entity(i) end
local grid = {}
return function(frame)
    -- A sixth of the entities moves, in vectors made anew.
    for i = frame % 6 + 1, n, 6 do
        local e = entities[i]
        e.position = vector(e.position.x + e.velocity.x, e.position.y + e.velocity.y)
    end
    local events = {}
    for _ = 1, 100 do
        local e = entities[math.random(n)]
        e.health = e.health - math.random(20)
        events[#events + 1] = { kind = "hit", target = e, text = e.name .. " has " .. e.health }
        if e.health <= 0 then entities[math.random(n)] = entity(math.random(1000000)) end
    end
    grid[frame % 64] = events
    return #events
end
