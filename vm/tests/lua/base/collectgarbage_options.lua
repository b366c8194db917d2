-- What each option returns.
print(collectgarbage(), collectgarbage("collect"), collectgarbage(nil))
print(type(collectgarbage("count")), collectgarbage("count") > 0, select("#", collectgarbage("count")))
print(collectgarbage("stop"), collectgarbage("isrunning"), collectgarbage("restart"), collectgarbage("isrunning"))
print(type(collectgarbage("step")), type(collectgarbage("step", 100)))
local pause = collectgarbage("setpause", 150) print(pause, collectgarbage("setpause", pause))
local mul = collectgarbage("setstepmul", 300) print(mul, collectgarbage("setstepmul", mul))
print(pcall(collectgarbage, "nothing")) print(pcall(collectgarbage, {})) print(pcall(collectgarbage, 1)) print(pcall(collectgarbage, "step", {})) print(pcall(collectgarbage, "generational")) print(pcall(collectgarbage, "a\0b"))
print(type(gcinfo()), gcinfo() > 0, select("#", gcinfo("ignored")))
