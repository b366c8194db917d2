-- An error in a hook is one of the function that ran; the hook stays.
local n = 0
debug.sethook(function(event, line) n = n + 1 if line == 5 then error("from the hook", 0) end end, "l")
local function f()
  local x = 1
  return x
end
local ok, message = pcall(f)
local before = n
local again = f and 1
debug.sethook()
print(ok, message, n > before)
debug.sethook(function() if debug.getinfo(2, "f").func == math.abs then error("call") end end, "c")
local ok, message = pcall(math.abs, 1)
debug.sethook()
print(ok, message)
local armed = true
local function g() armed = true return 1 end
debug.sethook(function() if armed then armed = false error({}) end end, "r")
armed = false
local ok, message = pcall(g)
debug.sethook()
print(ok, type(message))
