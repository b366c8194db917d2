-- A coverage tool: lines that ran against lines that could.
local covered = {}
local function tested(x)
  if x then
    return "yes"
  else
    return "no"
  end
end
debug.sethook(function(_, line) if debug.getinfo(2, "f").func == tested then covered[line] = true end end, "l")
tested(true)
debug.sethook()
local lines = {}
for line in pairs(debug.getinfo(tested, "L").activelines) do lines[#lines + 1] = line end
table.sort(lines)
for _, line in ipairs(lines) do print(line, covered[line] or false) end
