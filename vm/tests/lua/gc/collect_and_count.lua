-- collectgarbage options and their results.
print(type(collectgarbage("count")), collectgarbage("count") > 0)
print(collectgarbage("collect"), collectgarbage())
print(type(collectgarbage("step")), type(collectgarbage("step", 100)))
print(collectgarbage("stop"), collectgarbage("restart"))
local pause = collectgarbage("setpause", 150) print(type(pause), collectgarbage("setpause", pause))
local mul = collectgarbage("setstepmul", 300) print(type(mul), collectgarbage("setstepmul", mul))
print(pcall(collectgarbage, "nonsense"))
print(pcall(collectgarbage, {}))
local function garbage() local t = {} for i = 1, 1000 do t[i] = {i, tostring(i)} end return #t end
local function live() for _ = 1, 3 do collectgarbage() end return collectgarbage("count") end
local before = live()
for _ = 1, 5 do garbage() end
print(live() < before + 100)
collectgarbage("stop") garbage() collectgarbage("restart")
print(live() < before + 100)
