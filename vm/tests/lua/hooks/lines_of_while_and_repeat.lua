-- Jumps back are events even on one line.
local seen = {}
local function f(n)
  local i = 0
  while i < n do
    i = i + 1
  end
  while i < 2 * n do
    i = i + 1
    if i > 2 then break end
    if i == 1 then
      i = i + 0
    end
  end
  while i < n do i = i + 1 end
  repeat i = i - 1 until i == 0
  return i
end
debug.sethook(function(_, line) seen[#seen + 1] = line end, "l")
f(2)
debug.sethook()
print(table.concat(seen, " "))
