-- Which library functions a callback may yield out of.
local function try(label, f, ...)
  local co = coroutine.create(f)
  print(label, coroutine.resume(co, ...)) if coroutine.status(co) == "suspended" then print(label, coroutine.resume(co, "resumed")) end
end
local yield = coroutine.yield
try("pcall", function() return pcall(yield, 1) end) try("xpcall", function() return xpcall(yield, print, 1) end) try("nested pcall", function() return pcall(pcall, yield, 1) end)
try("sort", function() table.sort({3, 2, 1}, function() yield(1) end) end) try("gsub", function() return ("x"):gsub("x", function() return yield(1) end) end)
try("gmatch body", function() for c in ("ab"):gmatch(".") do yield(c) end end) try("pairs body", function() for k in pairs({a = 1}) do yield(k) end end) try("iterator", function() for v in yield do return v end end)
try("load", function() return load(function() return yield(1) end) end) try("require", function() package.preload.yields = function() return yield(1) end return require("yields") end)
try("dofile", function() local n = os.tmpname() local f = io.open(n, "w") f:write("coroutine.yield(1)") f:close() local ok, m = pcall(dofile, n) os.remove(n) return ok, (m:gsub("/tmp/lua_%w+", "FILE")) end)
try("error handler", function() return xpcall(error, function() yield(1) end) end)
try("metamethods", function() local t = setmetatable({}, {__index = function(_, k) return yield(k) end, __add = function() return yield("add") end}) return t.key, t + 1 end)
try("string.format", function() return ("%s"):format(setmetatable({}, {__tostring = function() return yield(1) end})) end)
try("wrap in wrap", function() return coroutine.wrap(function() return yield(1) end)() end) try("resume", function() return coroutine.resume(coroutine.create(yield), 1) end)
try("table.foreach", function() return table.foreach({1, 2}, function(k, v) return yield(k, v) end) end) try("table.foreachi", function() return table.foreachi({1, 2}, function(k, v) return yield(k, v) end) end)
try("tostring", function() return tostring(setmetatable({}, {__tostring = function() return yield(1) end})) end)
