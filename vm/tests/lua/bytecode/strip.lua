-- Names and lines, with and without debug information.
local function fail(t)
  local u = t
  return u.x.y
end
local full = load(string.dump(fail), "=given")
local stripped = load(string.dump(fail, true), "=given")
local unnamed = load(string.dump(fail, true))
local named = load(string.dump(fail, true), "some name")
local file = load(string.dump(fail, true), "@some.lua")
print(pcall(full, {}))
print(pcall(stripped, {}))
print(pcall(unnamed, {}))
print(pcall(named, {}))
print(pcall(file, {}))
for _, f in ipairs({full, stripped, unnamed, named, file}) do
  local info = debug.getinfo(f, "Slu")
  print(info.source, info.short_src, info.linedefined, info.lastlinedefined, info.what, info.currentline)
  print(info.nups, info.nparams, info.isvararg)
  print(debug.getlocal(f, 1))
end
local function lines(f)
  local list = {}
  for line in pairs(debug.getinfo(f, "L").activelines or {}) do list[#list + 1] = line end
  table.sort(list)
  return table.concat(list, " ")
end
print(lines(full))
local main = loadstring("local x = 1\nreturn function()\n return x end", "=main")
print(debug.getinfo(main, "S").what, debug.getinfo(load(string.dump(main)), "S").what)
print(debug.getinfo(load(string.dump(main, true)), "S").what)
print(debug.getinfo(load(string.dump(main, true))(), "S").what)
