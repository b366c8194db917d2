-- A table that gets `n` keys that are no array's.
local n, frames = ...
local all, count = {}, 0
local each = math.ceil(n / frames)
return function()
    for _ = 1, each do
        count = count + 1
        all[-count] = count
    end
end
