-- Stacks as the profiler writes them, of coroutines that stand still.
local profile = require("jit.profile")
local dump = profile.dumpstack
local function inner() coroutine.yield() end
local object = {}
function object:method() inner() end
local co = coroutine.create(function()
  local named = function() object:method() end
  named()
end)
coroutine.resume(co)
for _, format in ipairs({"f;", "fZ;", "F < ", "FZ < ", "pf|", "x", "fl ", "Z"}) do
  for depth = 2, 6 do
    -- What the library's functions are called is our own affair.
    local text = dump(co, format, depth):gsub("%[builtin#%d+%]", "?"):gsub("coroutine%.yield", "?")
    print(format, depth, text)
    print((dump(co, format, -depth):gsub("%[builtin#%d+%]", "?"):gsub("coroutine%.yield", "?")))
  end
end
print(dump(coroutine.create(print), "f", 0) == "", dump(co, "f", 0) == "")
print(pcall(dump, co))
print(pcall(dump, co, "f"))
print(pcall(profile.start, "i10"))
print(pcall(profile.start, "i10", 1))
print(select("#", profile.stop()))
-- Zones.
local zone = require("jit.zone")
print(zone:get(), zone("a"), zone:get(), zone("b"), zone:get(), zone(), zone:get(), zone())
print(pcall(zone))
zone("c")
zone:flush()
print(zone:get())
