-- Modules in files: found, broken, raising.
local base = os.tmpname() os.remove(base)
local dir = base:match("^(.*)/") local stem = base:match("[^/]+$")
local function write(suffix, text) local f = io.open(base .. suffix, "w") f:write(text) f:close() end
local function hide(...) local r = {...} for i = 1, select("#", ...) do if type(r[i]) == "string" then r[i] = r[i]:gsub(stem, "STEM") end end return unpack(r, 1, select("#", ...)) end
package.path, package.cpath = dir .. "/?.lua;" .. dir .. "/?/init.lua", ""
write("_good.lua", "return {name = ..., count = select('#', ...)}") write("_broken.lua", "return = 1") write("_raises.lua", "error('from the file')") write("_global.lua", "answer = 42")
local m = require(stem .. "_good") print(hide(m.name), m.count)
print(hide(pcall(require, stem .. "_broken"))) print(hide(pcall(require, stem .. "_raises"))) print(hide(pcall(require, stem .. "_raises"))) print(require(stem .. "_global"), answer)
os.execute("mkdir " .. base .. "_pkg") write("_pkg/init.lua", "return 'package ' .. #...") write("_pkg/sub.lua", "return 'sub'") print(require(stem .. "_pkg"), require(stem .. "_pkg.sub"))
print(hide(package.loaders[2](stem .. "_missing"))) print(type(package.loaders[2](stem .. "_good"))) print(package.loaders[4]("root"), select("#", package.loaders[4]("root")))
for _, suffix in ipairs{"_good.lua", "_broken.lua", "_raises.lua", "_global.lua"} do os.remove(base .. suffix) end os.execute("rm -r " .. base .. "_pkg")
