-- Every iteration of every loop has its own variables.
local fs = {}
for i = 1, 3 do fs[#fs + 1] = function() i = i + 10 return i end end
print(fs[1](), fs[1](), fs[2](), fs[3]())
fs = {}
for k, v in ipairs{"a", "b", "c"} do fs[k] = function() return k .. v end end
print(fs[1](), fs[2](), fs[3]())
fs = {}
local i = 1
while i <= 3 do local j = i fs[i] = function() j = j + 1 return j end i = i + 1 end
print(fs[1](), fs[1](), fs[2](), fs[3]())
fs = {}
i = 0
repeat local k = i fs[#fs + 1] = function() return k end i = i + 1 until k >= 2
print(fs[1](), fs[2](), fs[3]())
fs = {}
for i = 1, 5 do
  local x = i * i
  if i == 4 then break end
  fs[i] = function() x = x + 1 return x end
end
print(#fs, fs[1](), fs[3](), fs[3]())
fs = {}
do
  local n = 1
  ::again::
  local captured = n
  fs[n] = function() return captured end
  n = n + 1
  if n <= 3 then goto again end
end
print(fs[1](), fs[2](), fs[3]())
