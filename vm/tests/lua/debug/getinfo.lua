-- What getinfo says about functions and levels.
local function f(a, b, ...) local info = debug.getinfo(1, "nSlu") return info end
local i = f()
print(i.name, i.namewhat, i.short_src, i.source, i.what, i.currentline, i.linedefined, i.lastlinedefined, i.nups, i.nparams, i.isvararg)
local s = debug.getinfo(f, "S") print(s.what, s.linedefined, s.lastlinedefined, s.name)
local c = debug.getinfo(next) print(c.what, c.short_src, c.source, c.currentline, c.linedefined, c.nups, c.func == next)
print(debug.getinfo(100), pcall(debug.getinfo, "x"))
print(pcall(debug.getinfo, 1, "?"))
print(pcall(debug.getinfo))
local m = {method = function() local info = debug.getinfo(1, "n") return info end}
local r = m.method() print(r.name, r.namewhat) r = m:method() print(r.name, r.namewhat)
function globalfunction() local r = debug.getinfo(1, "n") return r.name, r.namewhat end
local gn, gw = globalfunction() print(gn, gw) globalfunction = nil
local up = 1 local function u() up = up + 1 local info = debug.getinfo(1, "u") return info.nups end print((u()))
local lines = debug.getinfo(f, "L").activelines local ks = {} for k in pairs(lines) do ks[#ks + 1] = k end table.sort(ks) print(table.concat(ks, " "))
print(debug.getinfo(1, "l").currentline, debug.getinfo(1, "S").what, debug.getinfo(1, "S").short_src)
