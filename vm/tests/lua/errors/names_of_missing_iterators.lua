-- An iterator that cannot be called: LuaJIT takes its name from the last value in the register the iterator is copied to.
local n, t = nil, {x = 1}
print(pcall(function()
  t["a" .. "b"], n = t.x, n
  for k, v in nil do print(k, v) end
end))
