-- The registry's tables count, the fields of package do not always.
local loaded, preload = package.loaded, package.preload
package.loaded = {} print(require("string") == string, package.loaded.string) package.loaded = loaded
preload.later = function() return "later" end print(require("later"), loaded.later)
loaded.string = nil print((pcall(require, "string")), rawget(loaded, "string")) loaded.string = string
print(require("_G") == _G, require("package") == package, require("coroutine") == coroutine)
setmetatable(loaded, {__index = function(_, k) return k == "virtual" and "from __index" or nil end}) print(require("virtual")) setmetatable(loaded, nil)
setmetatable(preload, {__index = function(_, k) return k:match("^auto_") and function(n) return "auto " .. n end or nil end}) print(require("auto_x"), loaded.auto_x) setmetatable(preload, nil)
local count = 0 loaded.counted = setmetatable({}, {__index = function() count = count + 1 end}) print(require("counted") == loaded.counted, count)
