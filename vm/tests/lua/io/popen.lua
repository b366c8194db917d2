-- Processes to read from and to write to.
local f = io.popen("echo one; echo two")
print(io.type(f), f:read(), f:read("*a"), f:read(), f:close()) print(io.type(f), pcall(f.read, f))
for line in io.popen("printf 'a\\nb\\n'"):lines() do print(line) end
print(io.popen("exit 3"):close()) print(io.popen("true", "r"):close()) print(io.popen("/nonexistent/command 2>/dev/null"):close())
local out = os.tmpname()
f = io.popen("cat > " .. out, "w") print(f:write("through ", "cat\n", 12), f:close())
print(io.open(out):read("*a")) os.remove(out)
print(pcall(io.popen)) print(pcall(io.popen, {})) print(io.popen("true", "x")) print(io.popen("true", "rw")) print(io.popen("true", "")) print(io.popen("true", "rb")) print(pcall(io.popen, "true", {}))
f = io.popen("cat", "w") print(f:read(1)) f:close()
f = io.popen("true", "r") print(f:write("x")) f:close()
f = io.popen("true") print(f:seek()) print(f:setvbuf("no")) f:close()
print((tostring(io.popen("true")):gsub("0x%x+", "ADDR")))
