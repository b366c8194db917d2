-- Each turn has variables of its own, also when it is left by `continue`.
local fs = {}
for i = 1, 4 do
  local j = i * 10
  fs[#fs + 1] = function() i += 1 j += 1 return i, j end
  if i % 2 == 0 then continue end
  local k = i
  fs[#fs + 1] = function() return k end
  do local z = k fs[#fs + 1] = function() return z end continue end
end
for _, f in ipairs(fs) do print(f()) end
print(fs[1]())
local n, gs = 0, {}
repeat
  local v = n
  n += 1
  gs[n] = function() return v end
  do
    local w = n
    gs[-n] = function() return w end
    if n < 3 then continue end
  end
until v >= 3 or (function() return v > 5 end)()
for i = 1, n do print(gs[i](), gs[-i]()) end
n = 0
local hs = {}
while n < 3 do
  local v = n
  hs[#hs + 1] = function() v += 1 return v end
  n += 1
  if v == 1 then continue end
  hs[#hs + 1] = function() return -v end
end
for _, h in ipairs(hs) do print(h()) end
