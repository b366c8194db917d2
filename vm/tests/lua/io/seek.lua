-- Positions from every origin.
local name = os.tmpname()
local function write(text) local f = assert(io.open(name, "wb")) f:write(text) f:close() end
local function hide(...)
  local r = {...}
  for i = 1, select("#", ...) do if type(r[i]) == "string" then r[i] = r[i]:gsub("/tmp/lua_%w+", "FILE"):gsub("0x%x+", "ADDR") elseif type(r[i]) == "userdata" then r[i] = io.type(r[i]) or "userdata" end end
  return unpack(r, 1, select("#", ...))
end
write("0123456789")
local f = io.open(name, "r+")
print(f:seek(), f:seek("set", 3), f:read(1), f:seek("cur", 2), f:read(1), f:seek("end", -1), f:read(1), f:seek("cur"), f:seek("end"))
print(f:seek("set", 100), f:read(1), f:seek("end", 5), f:seek("set"))
print(hide(f:seek("set", -1))) print(hide(f:seek("cur", -100))) print(hide(f:seek("end", -11))) print(f:seek("set", 2.9), f:seek("set", "4"), f:seek("cur", nil), f:seek(nil, 1))
print(pcall(f.seek, f, "x")) print(pcall(f.seek, f, 1)) print(pcall(f.seek, f, "set", "x")) print(pcall(f.seek, f, "set", {})) print(pcall(f.seek, f, {})) print(pcall(f.seek, f, "SET"))
f:seek("set", 12) f:write("!") f:seek("set") print(("%q"):format(f:read("*a")))
print(f:read(1), f:seek("set", 0), f:read(3), f:write("W"), f:seek("set"), f:read("*a"))
f:close() print(pcall(f.seek, f)) print(pcall(f.seek, f, "x"))
os.remove(name)
