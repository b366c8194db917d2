-- Values on their way are not disturbed by a hook.
local function three() return 1, 2, 3 end
local function pass(...) return ... end
local function f(...)
  local t = {three(), three()}
  local u = {pass(...), pass(three())}
  return #t, #u, select("#", pass(three(), three())), pass(t[4], u[4])
end
debug.sethook(function() local x = {} for i = 1, 10 do x[i] = ("x"):rep(i) end collectgarbage("step") end, "crl", 1)
local a, b, c, d, e = f(7, 8, 9)
debug.sethook()
print(a, b, c, d, e)
