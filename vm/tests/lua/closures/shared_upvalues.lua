-- Two closures see each other's assignments, during and after the scope.
local function pair()
  local v = "start"
  local function read() return v end
  local function write(x) v = x end
  write("during")
  print(read(), v)
  v = "outer"
  print(read())
  return read, write
end
local read, write = pair()
print(read())
write("after")
print(read())
local function three_levels()
  local a = 0
  return function()
    return function() a = a + 1 return a end
  end
end
local mk = three_levels()
local p, q = mk(), mk()
print(p(), q(), p(), q())
local t = {}
do local hidden = 5 function t.get() return hidden end function t.add(n) hidden = hidden + n end end
t.add(3) print(t.get(), hidden)
