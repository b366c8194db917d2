-- Files that nobody closes.
local name = os.tmpname()
local function write(text) local f = assert(io.open(name, "wb")) f:write(text) f:close() end
local function hide(...)
  local r = {...}
  for i = 1, select("#", ...) do if type(r[i]) == "string" then r[i] = r[i]:gsub("/tmp/lua_%w+", "FILE"):gsub("0x%x+", "ADDR") elseif type(r[i]) == "userdata" then r[i] = io.type(r[i]) or "userdata" end end
  return unpack(r, 1, select("#", ...))
end
local t = io.tmpfile()
print(io.type(t), t:write("abc"), t:seek("set"), t:read("*a"), t:close(), io.type(t))
do local f = io.open(name, "w") f:write("flushed when collected") end
collectgarbage() collectgarbage()
print(io.open(name):read("*a"))
local f = io.open(name, "w") f:write("by hand")
print(getmetatable(f).__gc(f), io.type(f), getmetatable(f).__gc(f), tostring(f))
print(io.open(name):read("*a"))
print(pcall(getmetatable(f).__gc)) print(pcall(getmetatable(f).__gc, {})) print(getmetatable(io.stdout).__gc(io.stdout), io.type(io.stdout))
print(pcall(getmetatable(f).__tostring)) print(pcall(getmetatable(f).__tostring, 1)) print((tostring(io.stdout):gsub("0x%x+", "ADDR")))
local weak = setmetatable({}, {__mode = "v"})
weak[1] = io.tmpfile() collectgarbage() collectgarbage() print(weak[1])
os.remove(name)
