-- A repeat loop.
local seen = {}
local function f(n)
  repeat
    n = n - 1
  until n <= 0
end
debug.sethook(function(_, line) seen[#seen + 1] = line end, "l")
f(2)
debug.sethook()
print(table.concat(seen, " "))
