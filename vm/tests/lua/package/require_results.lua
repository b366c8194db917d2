-- What require returns and remembers.
local log = {}
local function define(name, f) package.preload[name] = f end
define("returns_value", function(...) log[#log + 1] = select("#", ...) .. ":" .. (...) return {tag = "value"} end)
define("returns_nil", function() end) define("returns_false", function() return false end) define("sets_loaded", function(n) package.loaded[n] = "set" end) define("sets_and_returns", function(n) package.loaded[n] = "set" return "returned" end) define("sets_false", function(n) package.loaded[n] = false end)
print(require("returns_value").tag, require("returns_value") == require("returns_value"), table.concat(log, " "))
print(require("returns_nil"), package.loaded.returns_nil) print(require("returns_false"), package.loaded.returns_false, require("returns_false")) print(require("sets_loaded"), require("sets_and_returns"), package.loaded.sets_and_returns) print(require("sets_false"), package.loaded.sets_false)
print(select("#", require("returns_value")))
define("raises", function() error("inside", 0) end) print(pcall(require, "raises")) print(pcall(require, "raises"))
define("loops", function() return require("loops") end) print(pcall(require, "loops"))
define("a", function() return require("b") end) define("b", function() return require("a") end) print(pcall(require, "a"))
package.loaded.given = "given" print(require("given")) package.loaded.given = nil print((pcall(require, "given")))
package.loaded.off = false define("off", function() return "on" end) print(require("off"))
print(pcall(require)) print(pcall(require, nil)) print(pcall(require, {})) define("12", function(n) return type(n) .. n end) print(require(12), require("12"))
define("cut", function(n) return #n end) print(require("cut\0rest"))
define("not a function", "text") print((select(2, pcall(require, "not a function")):gsub("\n.*", "")))
