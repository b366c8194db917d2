-- What traceback makes of its first arguments.
local t = {}
print(debug.traceback(t) == t, debug.traceback(true), debug.traceback(print) == print, debug.traceback(nil))
print((debug.traceback("msg"):gsub("\n.*", "")), (debug.traceback(12):gsub("\n.*", "")), (debug.traceback(""):gsub("\n.*", "|")))
print(pcall(debug.traceback, "m", {})) print(pcall(debug.traceback, "m", "x")) print(pcall(debug.traceback, "m", 100)) print(pcall(debug.traceback, nil, 100))
local co = coroutine.create(print)
print(debug.traceback(co)) print(debug.traceback(co, "m")) print(debug.traceback(co, nil)) print(debug.traceback(co, t) == t) print(debug.traceback(co, "m", 5))
print(pcall(debug.traceback, co, "m", {}))
