-- An array that is appended to until it has `n` elements.
local n, frames = ...
local all, count = {}, 0
local each = math.ceil(n / frames)
return function()
    for _ = 1, each do
        count = count + 1
        all[count] = count
    end
end
