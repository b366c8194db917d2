-- Replacing the default files, by name and by handle.
local name = os.tmpname()
local function write(text) local f = assert(io.open(name, "wb")) f:write(text) f:close() end
local function hide(...)
  local r = {...}
  for i = 1, select("#", ...) do if type(r[i]) == "string" then r[i] = r[i]:gsub("/tmp/lua_%w+", "FILE"):gsub("0x%x+", "ADDR") elseif type(r[i]) == "userdata" then r[i] = io.type(r[i]) or "userdata" end end
  return unpack(r, 1, select("#", ...))
end
write("line one\nline two\n3 4")
local stdin, stdout = io.input(), io.output()
print(hide(io.input(name))) print(io.read(), io.read("*l"), io.read("*n", "*n"), io.read()) print(io.input() ~= stdin, io.close(io.input())) print(pcall(io.read)) print(hide(pcall(io.lines())))
io.input(stdin)
local f = io.open(name) io.input(f) for line in io.lines() do print(line) end print(io.type(f)) f:close()
print(pcall(io.input, f)) io.input(stdin)
print(hide(pcall(io.input, "/nonexistent"))) print(pcall(io.input, {})) print(pcall(io.input, true)) print(io.input(nil) == stdin)
local out = os.tmpname() print(hide(io.output(out))) print(io.output() ~= stdout, io.output():write("text"), io.flush(), io.close()) print(pcall(io.flush)) print(pcall(io.close)) io.output(stdout)
print(io.open(out):read("*a")) print(hide(pcall(io.output, "/nonexistent/x"))) print(pcall(io.output, {}))
os.remove(out) os.remove(name)
