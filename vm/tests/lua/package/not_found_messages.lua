-- The message lists every place in order.
package.path, package.cpath = "./?.lua;/nonexistent/?/init.lua", "./?.so"
print(pcall(require, "no.such.module")) print(pcall(require, "plain"))
package.cpath = "" print(pcall(require, "x.y")) package.path = "" print(pcall(require, "x"))
package.path = nil print(pcall(require, "x")) package.path = {} print(pcall(require, "x")) package.path = 5 print(pcall(require, "x"))
package.path, package.cpath = "", nil print(pcall(require, "x")) package.cpath = ""
local loaders = package.loaders
package.loaders = nil print(pcall(require, "x")) package.loaders = {} print(pcall(require, "x")) package.loaders = "x" print(pcall(require, "x"))
package.loaders = {function(n) return "\n\ttried " .. n end, function() end, function() return 12 end, function() return {} end, function() return nil, "ignored" end} print(pcall(require, "x"))
package.loaders = {function(n) return function(...) return "made " .. table.concat({...}, ",") end end} print(require("made"))
package.loaders = {function() error("loader fails", 0) end} print(pcall(require, "y"))
package.loaders = loaders
package.preload = nil print(pcall(require, "z")) package.preload = 1 print(pcall(require, "z"))
for i = 1, 4 do print(i, pcall(loaders[i])) print(i, pcall(loaders[i], {})) end
