-- Runs one hook of all instances of a class. One protected call serves the whole list; an instance that fails is taken out of it
-- and the loop goes on behind it.
local xpcall, tostring, traceback = xpcall, tostring, debug.traceback

local function describe(message)
  return { message = tostring(message), traceback = traceback("", 2) }
end

local function loop(hook, list, live, cursor, first, second)
  for i = cursor[1] + 1, #list do
    cursor[1] = i
    if live[i] then hook(list[i], first, second) end
  end
end

return function(class, list, live, cursor, name, from, failures, first, second)
  local hook = class[name]
  if hook == nil then return end
  cursor[1] = from
  repeat
    local ok, problem = xpcall(loop, describe, hook, list, live, cursor, first, second)
    if not ok then
      if type(problem) ~= "table" then problem = { message = tostring(problem), traceback = "" } end
      live[cursor[1]] = false
      failures[#failures + 1] = { index = cursor[1], message = problem.message, traceback = problem.traceback }
    end
  until ok
end
