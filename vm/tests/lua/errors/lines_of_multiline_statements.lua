-- The line reported inside statements that span lines.
local function try(f) print((select(2, pcall(f)))) end
try(function()
  local t = {
    a = 1,
    b = nil + 1,
  }
end)
try(function()
  local x
  print(
    1,
    x.y)
end)
try(function()
  local s = "a" ..
    "b" ..
    nil
end)
try(function()
  local f
  f(
    1,
    2
  )
end)
try(function()
  local o = {}
  o
  :method()
end)
try(function()
  if nil > 1
  then
  end
end)
try(function()
  return 1
    + {}
end)
try(function() for i = 1,
  "x" do end
end)
try(function()
  error(
    "multi"
  )
end)
