-- What the number format takes and leaves.
local name = os.tmpname()
local function write(text) local f = assert(io.open(name, "wb")) f:write(text) f:close() end
local function hide(...)
  local r = {...}
  for i = 1, select("#", ...) do if type(r[i]) == "string" then r[i] = r[i]:gsub("/tmp/lua_%w+", "FILE"):gsub("0x%x+", "ADDR") elseif type(r[i]) == "userdata" then r[i] = io.type(r[i]) or "userdata" end end
  return unpack(r, 1, select("#", ...))
end
local function try(text)
  write(text)
  local f = io.open(name)
  local n = f:read("*n")
  print(("%q"):format(text), n, ("%q"):format(f:read("*a")))
  f:close()
end
for _, text in ipairs{"12", " 12 ", "12abc", "-5", "+5", "--5", ".5", "5.", ".", "1e", "1e5", "1e+", "1e-2x", "0x10", "0xg", "0x", "0x1p4", "abc", "", " ", "\n\t 7\n8", "1 2", "inf", "nan", "infinity", "nano", "-inf", "1.2.3", "00012", "1,5", "0b1", "1e400", "9007199254740993", "1LL", "0x.8", "-0", "- 1"} do try(text) end
write("1 2 3 x") local f = io.open(name) print(f:read("*n", "*n", "*n", "*n", "*n")) print(f:read("*a")) f:close()
os.remove(name)
