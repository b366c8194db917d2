-- Which fields every option gives, for Lua functions, C functions and levels.
local function f(a, b) return a end
local function fields(t) local names = {} for k in pairs(t) do names[#names + 1] = k end table.sort(names) return table.concat(names, " ") end
for _, option in ipairs{"n", "S", "l", "u", "f", "L", "nSluf", "", "SS", "Ln"} do
  print(option, fields(debug.getinfo(f, option)), fields(debug.getinfo(print, option)), fields(debug.getinfo(1, option)))
end
print(fields(debug.getinfo(f)))
print(fields(debug.getinfo(1)))
for _, option in ipairs{"x", "nx", ">f", ">", "f>", "t", "r", "nSl\0x", "z\0"} do local ok, r = pcall(debug.getinfo, f, option) print(ok, ok and fields(r) or r) ok, r = pcall(debug.getinfo, 1, option) print(ok, ok and fields(r) or r) end
