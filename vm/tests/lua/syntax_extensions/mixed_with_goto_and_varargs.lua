-- The extensions together, and with goto, closures, varargs and coroutines.
local function first(...) const a, b = ... return a ?? "a", b ? b : "b" end
print(first()) print(first(1)) print(first(nil, 2)) print(first(false, false))
local function scan(list)
  local out = ""
  for i, v in ipairs(list) do
    if v == "skip" then continue end
    if v == "stop" then goto done end
    out ..= (type(v) == "table" ? v?.name : v) ?? "?"
    out ..= ","
  end
  ::done::
  return out
end
print(scan{"a", "skip", {name = "n"}, {}, "b", "stop", "c"})
local gen = coroutine.wrap(|n| -> do for i = 1, n do if i & 1 == 0 then continue end coroutine.yield(i << 1) end end)
print(gen(6), gen(), gen(), gen())
local sum = |...| -> do local s = 0 for i = 1, select("#", ...) do s += (select(i, ...)) ?? 0 end return s end
print(sum(1, nil, 2, nil, 3))
local counter = do_it -> do local n = 0 return || -> do n += 1 do_it?.(n) return n end end
local c = counter(x -> io.write("<", x, ">")) c() print(c(), counter()())
local i = 0
::again::
i += 1
do const keep = i if keep < 5 && keep != 3 then goto again end end
print(i)
while i > 0 do
  i -= 1
  const bit = 1 << i
  if bit & 0x5 == 0 then continue end
  local f = || -> bit ~ 0xFF
  io.write(f(), " ")
  if i == 0 then break end
end
print()
local t = setmetatable({}, {__index = |t, k| -> k == "x" ? 1 : nil, __call = |self, ...| -> select("#", ...)})
print(t.x, t?.y ?? "none", t?.(1, 2), t.y?.z)
