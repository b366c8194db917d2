-- The lines that have code.
local function lines(f) local t = {} for l in pairs(debug.getinfo(f, "L").activelines) do t[#t + 1] = l end table.sort(t) return table.concat(t, " ") end
local function a()
  local x = 1

  return x
end
local function b()
end
local function c(...)
  for i = 1, 2 do
    print(i)
  end
end
local d = function() return 1 end
print(lines(a)) print(lines(b)) print(lines(c)) print(lines(d))
print(debug.getinfo(next, "L").activelines)
