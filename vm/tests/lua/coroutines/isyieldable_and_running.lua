-- Where a yield would be allowed.
print(coroutine.isyieldable(), coroutine.running())
local function report(label) print(label, coroutine.isyieldable(), type(coroutine.running())) end
coroutine.wrap(function()
  report("plain") pcall(report, "pcall") xpcall(report, print, "xpcall") table.sort({2, 1}, function(a, b) report("sort") return a < b end) string.gsub("x", "x", function() report("gsub") end) for _ in (function() report("iterator") end) do end
  local t = setmetatable({}, {__index = function() report("index") end, __add = function() report("add") end, __tostring = function() report("tostring") return "" end, __lt = function() report("less") return true end, __concat = function() report("concat") end, __call = function() report("call") end})
  local _ = t.x, t + 1, t < t, t .. "x", t() local s = tostring(t) s = ("%s"):format(t)
  load(function() report("reader") end) require("coroutine")
  coroutine.wrap(function() report("nested") end)()
end)()
report("main")
coroutine.wrap(function() local main_seen = coroutine.running() local co = coroutine.create(function() return coroutine.running() == main_seen end) print(coroutine.resume(co)) end)()
