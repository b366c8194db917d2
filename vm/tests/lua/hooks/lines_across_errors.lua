-- After an error the line of the pcall goes on.
local seen = {}
local function fail()
  error("x")
end
local function f()
  local ok = pcall(fail) local again = ok
  local ok2 = pcall(error, "y") local more = ok2
  local ok3 = xpcall(fail, function(m)
    return m
  end)
  local ok4 = pcall(function() local t = nil; return t.x end)
  return again
end
debug.sethook(function(_, line) seen[#seen + 1] = line end, "l")
f()
debug.sethook()
print(table.concat(seen, " "))
