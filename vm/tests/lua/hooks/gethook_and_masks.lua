-- What gethook gives for every mask.
local function show(...) print(select("#", ...), select(2, ...)) end
local function f() end
for _, mask in ipairs {"", "c", "r", "l", "lrc", "x"} do
  debug.sethook(f, mask)
  local g, m, n = debug.gethook()
  debug.sethook()
  print(mask, g == f, m, n)
end
debug.sethook(f, "", 1000000)
local g, m, n = debug.gethook()
debug.sethook()
print(g == f, m, n)
print(debug.gethook())
show(debug.gethook())
print(pcall(debug.sethook, 1, "c")) print(pcall(debug.sethook, f)) print(pcall(debug.sethook, f, {}))
print(pcall(debug.sethook, nil, 1)) print(pcall(debug.sethook, f, "c", "x"))
debug.sethook()
