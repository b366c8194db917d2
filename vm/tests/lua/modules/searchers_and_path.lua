-- package.loaders can be extended; search failures list every attempt.
print(type(package.path), type(package.cpath), type(package.loaders), #package.loaders >= 2)
package.path = "./?.nothing;/nowhere/?/init.nothing" package.cpath = "./?.none"
print(pcall(require, "missing.module"))
table.insert(package.loaders, 2, function(name) if name == "magic" then return function(n) return "magic " .. n end end return "\n\tno magic for '" .. name .. "'" end)
print(require("magic"))
print(pcall(require, "unmagic"))
print(package.searchpath("a.b", "./?.x;/none/?.y"))
print(package.config:sub(1, 1))
