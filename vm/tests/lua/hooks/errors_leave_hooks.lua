-- An error in a hook is an error of what was hooked, and the hook stays.
local calls = 0
local function f()
  local x = 1
  return x
end
debug.sethook(function(event, line)
  calls = calls + 1
  if calls == 3 then error("stop here", 0) end
end, "l")
local ok, message = pcall(f)
debug.sethook()
print(ok, message)
debug.sethook(function() if debug.getinfo(2, "f").func == f then error({code = 7}) end end, "c")
local ok, message = pcall(f)
debug.sethook()
print(ok, type(message), type(message) == "table" and message.code)
print(pcall(f))
