-- What _G holds, and what it does not (5.2 names without the switch).
for _, n in ipairs{"_G", "_VERSION", "assert", "collectgarbage", "dofile", "error", "gcinfo", "getfenv", "getmetatable", "ipairs", "load", "loadfile", "loadstring",
    "module", "newproxy", "next", "pairs", "pcall", "print", "rawequal", "rawget", "rawset", "rawlen", "require", "select", "setfenv", "setmetatable", "tonumber",
    "tostring", "type", "unpack", "xpcall", "bit", "coroutine", "debug", "io", "math", "os", "package", "string", "table"} do
  print(n, type(_G[n]))
end
print(_VERSION, _G._G == _G)
