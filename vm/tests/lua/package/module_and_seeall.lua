-- Old-style modules.
local function define(name, ...) local options = {...} return setfenv(function() module(name, unpack(options)) x = "global of " .. _NAME end, setmetatable({}, {__index = _G})) end
local function fields(t) local r = {} for k, v in pairs(t) do r[#r + 1] = k .. "=" .. (type(v) == "table" and "table" or tostring(v)) end table.sort(r) return table.concat(r, " ") end
local f = function() module("plain_module") x = 1 end f() print(fields(plain_module), package.loaded.plain_module == plain_module, getfenv(f) == plain_module, plain_module._M == plain_module)
f = function() module("deep.er.module", package.seeall) y = type(print) end f() print(fields(deep.er.module), deep.er.module._PACKAGE, deep.er.module.y, getmetatable(deep.er.module).__index == _G)
local order = {} f = function() module("with_options", function(m) order[#order + 1] = m._NAME end, function(m) m.extra = true end) end f() print(table.concat(order), with_options.extra)
f = function() module("plain_module") end f() print(plain_module.x)
taken = 5 print(pcall(function() module("taken") end)) print(pcall(function() module("taken.sub") end)) print(pcall(module, "from_c")) print(pcall(function() module() end)) print(pcall(function() module({}) end)) print(pcall(function() module("bad_option", 1) end))
print(pcall(package.seeall)) print(pcall(package.seeall, 1)) local t = setmetatable({}, {}) print(package.seeall(t), getmetatable(t).__index == _G, t.print == print, select("#", package.seeall({})))
package.loaded.preset = {preset = true} f = function() module("preset") end f() print(fields(package.loaded.preset), rawget(_G, "preset"))
f = function() module("") end f() print(fields(package.loaded[""])) f = function() module("a..b") end print(pcall(f))
