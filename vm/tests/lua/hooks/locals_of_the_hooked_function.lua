-- A line hook looks at and changes the locals of the function.
local seen = {}
local function f(a)
  local b = a + 1
  local c = b + 1
  return c
end
debug.sethook(function(_, line)
  local names = {}
  for i = 1, 10 do
    local name, value = debug.getlocal(2, i)
    if not name then break end
    if name:sub(1, 1) ~= "(" then names[#names + 1] = name .. "=" .. tostring(value) end
  end
  seen[#seen + 1] = line .. ": " .. table.concat(names, " ")
  if line == 6 then debug.setlocal(2, 3, 100) end
end, "l")
local r = f(1)
debug.sethook()
for _, s in ipairs(seen) do if not s:find("seen") then print(s) end end
print(r)
