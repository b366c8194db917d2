-- Userdata whose finalizer keeps it alive once more, `n` of them dropped in one frame, again and again.
local n = ...
local back = {}
local first = newproxy(true)
getmetatable(first).__gc = function(object) back[#back + 1] = object end
local all = {}
return function(frame)
    local at = frame % 400
    if at == 0 then
        all, back = {}, {}
    elseif at <= 100 then
        for _ = 1, n / 100 do all[#all + 1] = newproxy(first) end
    elseif at == 101 then
        all = {}
    end
end
