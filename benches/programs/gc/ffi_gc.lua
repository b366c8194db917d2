-- `n` pieces of C data with a finalizer each.
local n = ...
local found, ffi = pcall(require, "ffi")
if not found or not ffi.gc then return "this build has no ffi.gc" end
local finalized = 0
local function finalizer() finalized = finalized + 1 end
local all = {}
for i = 1, n do all[i] = ffi.gc(ffi.new("int[4]"), finalizer) end
return function()
    for _ = 1, 200 do all[math.random(n)] = ffi.gc(ffi.new("int[4]"), finalizer) end
end
