-- Upvalues close when a scope is left by an error, return or break.
local keep
local ok = pcall(function()
  local x = "alive"
  keep = function() return x end
  error("leave")
end)
print(ok, keep())
local function early(n) local v = n keep = function() v = v + 1 return v end if n > 0 then return v end return nil end
print(early(5), keep(), keep())
for i = 1, 10 do local z = i keep = function() return z end if i == 3 then break end end
print(keep())
local co = coroutine.wrap(function() local c = 1 keep = function() c = c + 1 return c end coroutine.yield() c = 100 end)
co() print(keep()) co() print(keep())
local function chain() local a = 1 local function f() a = a + 1 return a end return f(), f, a end
local r, f, a = chain()
print(r, a, f())
