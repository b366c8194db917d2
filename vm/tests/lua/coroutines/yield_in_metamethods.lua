-- Every metamethod may yield.
local mt = {}
for _, name in ipairs{"__add", "__concat", "__lt", "__le", "__eq", "__unm", "__index", "__newindex", "__call", "__mul"} do
  mt[name] = function(...) local v = coroutine.yield(name) return v end
end
local function new() return setmetatable({}, mt) end
local function run(f)
  local co = coroutine.create(f)
  local line = {}
  local ok, v = coroutine.resume(co)
  while coroutine.status(co) ~= "dead" do
    line[#line + 1] = v
    ok, v = coroutine.resume(co, "R" .. #line)
  end
  print(table.concat(line, " "), ok, v)
end
run(function() return new() + 1 end)
run(function() return new() .. "x" end)
run(function() return "x" .. "y" .. new() end)
run(function() return new() < new() end)
run(function() return new() <= new() end)
run(function() return new() == new() end)
run(function() return new() ~= new() end)
run(function() return -new() end)
run(function() return new().field end)
run(function() new().field = 1 return "assigned" end)
run(function() return new()(1, 2) end)
run(function() return new() + 1, new() * 2 end)
run(function() if new() < new() then return "then" end return "else" end)
run(function() if new() == new() then return "then" end return "else" end)
run(function() local t = new() return t.a .. t.b end)
