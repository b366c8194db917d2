-- What write takes, and what it answers.
local name = os.tmpname()
local function write(text) local f = assert(io.open(name, "wb")) f:write(text) f:close() end
local function hide(...)
  local r = {...}
  for i = 1, select("#", ...) do if type(r[i]) == "string" then r[i] = r[i]:gsub("/tmp/lua_%w+", "FILE"):gsub("0x%x+", "ADDR") elseif type(r[i]) == "userdata" then r[i] = io.type(r[i]) or "userdata" end end
  return unpack(r, 1, select("#", ...))
end
local f = io.open(name, "wb")
print(f:write("text", 1, 2.5, -0, 1e100, 1/0, "", "a\0b")) print(f:write()) print(f:write(""))
print(pcall(f.write, f, "before ", {})) print(pcall(f.write, f, nil)) print(pcall(f.write, f, true)) print(pcall(f.write, f, setmetatable({}, {__tostring = function() return "x" end}))) print(pcall(f.write)) print(pcall(f.write, "x"))
print(pcall(function() f:write("a", {}) end))
print(f:flush(), f:seek(), f:close()) print(pcall(f.write, f, "x")) print(pcall(f.flush, f)) print(pcall(f.close, f))
f = io.open(name, "rb") print(("%q"):format(f:read("*a"))) print(hide(f:write("x"))) print(f:close())
f = io.open(name, "r") print(hide(f:write("to a reader"))) f:close()
f = io.open(name, "w") print(hide(f:read(1))) print(hide(f:read("*a"))) print(hide(f:read())) f:close()
f = io.open(name, "w+") print(f:write("abc") == true, f:seek("set", 1), f:read(1), f:seek("cur", 0), f:write("X"), f:seek("set"), f:read("*a")) f:close()
f = io.open(name, "a+") print(f:read("*a"), f:write("end"), f:seek("set"), f:read("*a")) f:close()
os.remove(name)
