-- A `return` with a call that stands before the first closure of its function: LuaJIT moves it to the function's end, and takes the name of
-- what it could not call from what stands there.
local object = {v = 1}
print(pcall(function(first)
  if first then
    return (setmetatable({v = 1}, nil)):v(1)
  else
    if object then
      object.x = function() end
    end
  end
end, true))
