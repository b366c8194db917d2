-- Which locals are in scope where.
local function dump(level) local names = {} for i = 1, 20 do local n, v = debug.getlocal(level + 1, i) if not n or n:sub(1, 1) == "(" and not n:find("for") then break end names[#names + 1] = n == "(for control)" and n or n .. "=" .. type(v) end print(table.concat(names, " ")) end
local function f(a, b)
  dump(1)
  local c = 1
  do local d = 2 dump(1) end
  local e, g = 3
  dump(1)
  for i = 1, 1 do local inside = i dump(1) end
  for k, v in pairs({1}) do dump(1) end
  for k in next, {1} do dump(1) end
  while c do local w = 1 dump(1) break end
  repeat local r = 1 dump(1) until r
  local a = "shadow" dump(1)
  return a
end
f(1)

