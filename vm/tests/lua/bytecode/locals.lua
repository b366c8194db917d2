-- Debuggers see the variables of loaded functions, unless they are stripped.
local function show(f)
  local seen = {}
  for i = 1, 20 do
    local name, value = debug.getlocal(f, i)
    if not name then break end
    seen[#seen + 1] = name .. "=" .. tostring(value)
  end
  return table.concat(seen, " ")
end
show_locals = function()
  local seen = {}
  for i = 1, 20 do
    local name, value = debug.getlocal(2, i)
    if not name then break end
    seen[#seen + 1] = name .. "=" .. tostring(value)
  end
  print(table.concat(seen, " "))
end
local function f(a, b, ...)
  local c = a
  show_locals()
  for i = 1, 1 do local d = i show_locals() end
  do local e = "e" show_locals() end
  return c
end
f(1, 2, 3)
load(string.dump(f))(1, 2, 3)
print(show(f), show(load(string.dump(f))))
print(debug.getinfo(load(string.dump(f, true)), "u").nparams)
