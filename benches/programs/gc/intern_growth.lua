-- New strings, all of them kept, until there are `n`.
local n, frames = ...
local all, count = {}, 0
local each = math.ceil(n / frames)
return function()
    for _ = 1, each do
        count = count + 1
        all[count] = "kept " .. count
    end
end
