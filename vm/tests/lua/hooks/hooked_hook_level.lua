-- The hook itself is at level 1, without a name of its own.
local done
debug.sethook(function()
  if done then return end
  done = true
  local i = debug.getinfo(1, "nSl")
  io.write(tostring(i.name), " ", i.namewhat, " ", i.what, " ", i.currentline, "\n")
  io.write(debug.traceback("in a hook"), "\n")
end, "l")
local x = 1
debug.sethook()
