-- Every mode of open, and what may be done then.
local name = os.tmpname()
local function write(text) local f = assert(io.open(name, "wb")) f:write(text) f:close() end
local function hide(...)
  local r = {...}
  for i = 1, select("#", ...) do if type(r[i]) == "string" then r[i] = r[i]:gsub("/tmp/lua_%w+", "FILE"):gsub("0x%x+", "ADDR") elseif type(r[i]) == "userdata" then r[i] = io.type(r[i]) or "userdata" end end
  return unpack(r, 1, select("#", ...))
end
for _, mode in ipairs{"r", "w", "a", "r+", "w+", "a+", "rb", "wb", "ab", "r+b", "rb+", "w+b", "a+b", "", "x", "rw", "rr", "r++", "+r", "b", "wx", "R", "r\0w", "rx", "ra"} do
  write("old")
  local f, message, code = io.open(name, mode)
  print(("%q"):format(mode), hide(f, message, code))
  if f then
    print("  read", f:read(1)) 
    print("  seek", f:seek("set", 0))
    print("  write", hide(f:write("new")))
    print("  flush", hide(f:flush()))
    print("  close", f:close())
    local again = io.open(name) print("  holds", again:read("*a")) again:close()
  end
end
print(pcall(io.open)) print(pcall(io.open, {})) print(pcall(io.open, name, {})) print(pcall(io.open, nil))
os.remove(name)
for _, mode in ipairs{"r", "r+"} do print(mode, hide(io.open(name, mode))) end
print(hide(io.open("/nonexistent/file", "w"))) print(hide(io.open("/", "w"))) print(hide(io.open("", "r"))) print(hide(io.open("/tmp/lua_x\0y")))
print(pcall(function() io.open(5):read() end))
