-- Functions called by library functions.
local seen = {}
local function less(a, b)
  return a < b
end
local function f()
  table.sort({2, 1}, less) local x = 1
  local s = ("ab"):gsub("%w", function(c)
    return c:upper()
  end) local y = s
  return y
end
debug.sethook(function(_, line) seen[#seen + 1] = line end, "l")
f()
debug.sethook()
print(table.concat(seen, " "))
