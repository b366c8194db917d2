-- `n` pieces of C data of 1 MiB each, every byte written, all released in one frame, again and again.
local n = ...
local found, ffi = pcall(require, "ffi")
if not found or not pcall(function() return ffi.new("uint8_t[?]", 16) end) then
    return "this build has no ffi.new of arrays"
end
local all = {}
return function(frame)
    local at = frame % 300
    if at == 0 then all = {} end
    if at < 64 then
        for _ = 1, n / 64 do
            local piece = ffi.new("uint8_t[?]", 1048576)
            ffi.fill(piece, 1048576, 1)
            all[#all + 1] = piece
        end
    end
end
