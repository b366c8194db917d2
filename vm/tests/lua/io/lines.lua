-- Iterators over files: with and without formats, closing and closed.
local name = os.tmpname()
local function write(text) local f = assert(io.open(name, "wb")) f:write(text) f:close() end
local function hide(...)
  local r = {...}
  for i = 1, select("#", ...) do if type(r[i]) == "string" then r[i] = r[i]:gsub("/tmp/lua_%w+", "FILE"):gsub("0x%x+", "ADDR") elseif type(r[i]) == "userdata" then r[i] = io.type(r[i]) or "userdata" end end
  return unpack(r, 1, select("#", ...))
end
write("one\ntwo\nthree\n")
for line in io.lines(name) do print(line) end
for a, b in io.lines(name, 1, 2) do print(("%q %q"):format(a, tostring(b))) end
for line in io.lines(name, "L") do print(("%q"):format(line)) end
for all in io.lines(name, "*a") do print(#all) if #all == 0 then break end end
local next_line = io.lines(name)
print(next_line(), next_line(), next_line(), next_line()) print(pcall(next_line))
local pieces = io.lines(name, 4)
print(pieces(), pieces(), pieces(), pieces(), pieces()) print(pcall(pieces))
local f = io.open(name)
local it = f:lines()
print(it(), f:read(1), it(), it(), it(), it(), io.type(f)) f:close() print(pcall(it)) print(pcall(f.lines, f))
print(hide(pcall(io.lines, "/nonexistent"))) print(pcall(io.lines, {})) print(type(io.lines(name, "x"))) print(pcall(io.lines(name, "x"))) print(pcall(io.lines(name, {}))) print(pcall(io.lines(name, nil)))
local many = {} for i = 1, 59 do many[i] = 0 end
print(pcall(io.lines, name, unpack(many)) == true) many[60] = 0 print(pcall(io.lines, name, unpack(many)))
print(select("#", io.lines(name)), type(io.lines(name)))
os.remove(name)
