-- Formats of read, alone and together.
local name = os.tmpname()
local function write(text) local f = assert(io.open(name, "wb")) f:write(text) f:close() end
local function hide(...)
  local r = {...}
  for i = 1, select("#", ...) do if type(r[i]) == "string" then r[i] = r[i]:gsub("/tmp/lua_%w+", "FILE"):gsub("0x%x+", "ADDR") elseif type(r[i]) == "userdata" then r[i] = io.type(r[i]) or "userdata" end end
  return unpack(r, 1, select("#", ...))
end
write("first line\nsecond\n\n42 0x1F -7.5e1 word 1e5x\nlast without end")
local f = io.open(name)
print(f:read()) print(f:read("*l")) print(f:read("*L")) print(f:read("n", "*n", "n", "n"))
print(f:read("*l")) print(f:read(0)) print(f:read(4, 1, 100)) print(f:read(0)) print(f:read("a")) print(f:read("*a")) print(f:read("l")) print(f:read(1)) print(f:read("n"))
print(f:seek("set")) print(f:read("*all")) print(f:seek("set")) print(f:read("line", "L", "lots")) print(f:seek("set")) print(f:read(5, "l", 0, 3))
print(f:seek("end")) print(f:read("*a", "*l", "*a")) print(f:read("*a", "*a"))
print(f:seek("set", 5)) print(f:read(1.9), f:read("1"  + 1))
for _, format in ipairs{"", "x", "*", "**l", "*x", " l"} do print(pcall(f.read, f, format)) end
print(pcall(f.read, f, {})) print(pcall(f.read, f, true)) print(pcall(f.read, f, nil)) print(pcall(f.read, f, -1)) print(pcall(f.read, f, 2^31)) print(pcall(f.read)) print(pcall(f.read, 1))
print(f:close()) print(pcall(f.read, f)) print(pcall(f.read, f, "x"))
write("") f = io.open(name) print(f:read("*a") == "", f:read("*a") == "", f:read("*l"), f:read("*L"), f:read(0), f:read(1), f:read("*n")) f:close()
write("\n") f = io.open(name) print(f:read("*l") == "", f:read("*l")) f:close()
write("a\0b\nc") f = io.open(name) print(#f:read(3), f:read(1) == "\n") f:close()
os.remove(name)
