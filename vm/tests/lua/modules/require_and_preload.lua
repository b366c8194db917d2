-- package.preload, package.loaded, and what require returns.
package.preload["my.mod"] = function(name, extra) print("loading", name, extra) return {name = name} end
local a = require("my.mod") local b = require "my.mod"
print(a == b, a.name, package.loaded["my.mod"] == a)
package.loaded["my.mod"] = nil print(require("my.mod") ~= a)
package.preload.noret = function() end print(require("noret"), package.loaded.noret)
package.preload.falseret = function() return false end print(require("falseret"), package.loaded.falseret)
package.preload.setsloaded = function(n) package.loaded[n] = "set inside" end print(require("setsloaded"))
package.preload.fails = function() error("load failed", 0) end print(pcall(require, "fails")) package.loaded.fails = nil
package.preload.cyc1 = function() require("cyc2") return "one" end
package.preload.cyc2 = function() require("cyc1") return "two" end
print(pcall(require, "cyc1"))
print(require("string") == string, require("table") == table, require("_G") == _G, package.loaded.math == math)
print(pcall(require))
print(pcall(require, {}))
