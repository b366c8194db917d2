-- io.type, close and standard files.
local name = os.tmpname()
local function write(text) local f = assert(io.open(name, "wb")) f:write(text) f:close() end
local function hide(...)
  local r = {...}
  for i = 1, select("#", ...) do if type(r[i]) == "string" then r[i] = r[i]:gsub("/tmp/lua_%w+", "FILE"):gsub("0x%x+", "ADDR") elseif type(r[i]) == "userdata" then r[i] = io.type(r[i]) or "userdata" end end
  return unpack(r, 1, select("#", ...))
end
print(io.type(io.stdout), io.type(io.stdin), io.type(io.stderr), io.type(1), io.type({}), io.type(nil), io.type("file"), io.type(newproxy()))
print(pcall(io.type))
local f = io.tmpfile() print(io.type(f), f:close(), io.type(f), tostring(f)) print(pcall(f.close, f)) print(pcall(io.close, f)) print(pcall(f.close)) print(pcall(f.close, {}))
print(io.stdout:close()) print(io.stderr:close()) print(io.close(io.stdin)) print(io.type(io.stdout))
print(pcall(function() local f = io.tmpfile() f:close() f:read() end)) print(pcall(function() return io.stdout.nothing() end)) print(pcall(function() io.stdout.field = 1 end)) print(pcall(function() return #io.stdout end)) print(pcall(function() return io.stdout .. "" end)) print(pcall(function() return io.stdout < io.stdin end))
print(io.stdout == io.stdout, io.stdout == io.stdin, io.output() == io.stdout, io.input() == io.stdin)
local t = {[io.stdout] = 1} print(t[io.output()])
print(io.stdout:setvbuf("no"), io.stdout:setvbuf("full"), io.stdout:setvbuf("line", 100)) print(pcall(io.stdout.setvbuf, io.stdout, "x")) print(pcall(io.stdout.setvbuf, io.stdout)) print(pcall(io.stdout.setvbuf, io.stdout, "full", {}))
