-- Long strings: levels, the first newline, line ends, no escapes.
local function q(s) print(("%q"):format(s), #s) end
q([[a]]) q([[]]) q([[
first newline skipped]]) q([[

second kept]]) q([==[a]]b]=]c]==]) q([=[[[x]]]=]) q([[\n\t\z]]) q([[a
b]]) q([[ [x] ]]) q([=[]]]=]) q([==[]=]]==]) q([[a]b]]) q([=[
]=])
local function run(src) local f, e = loadstring(src, "=s") if f then local ok, v = pcall(f) if type(v) == "string" then q(v) else print(ok, v) end else print(e) end end
run("return [[a\rb]]") run("return [[a\r\nb]]") run("return [[a\n\rb]]") run("return [[\r\nx]]") run("return [[\n\rx]]") run("return [[\r\rx]]") run("return [[a\n\n\nb]]") run("return [[a\0b]]")
run("return [[unfinished") run("return [=[unfinished]]") run("return [=x]") run("return [==") run("return [= [a]]") run("--[[unfinished") run("--[==[ ok ]==] return 'after'") run("--[[ a ]] return 'b'") run("--[ not long\nreturn 'c'") run("--[=not long\nreturn 'd'") run("return [[a]] .. [[b]]") run("return #[[abc]]") run("local t = {[ [[k]] ] = 1} return t.k")
run("x = [[\n\n" .. ("y\n"):rep(3) .. "]] error('line')")
