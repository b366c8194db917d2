-- The table library on weak tables: what is alive is moved, sorted and joined as in any table.
-- Two full collections, under a frame that overwrites dead temporaries.
local function collect()
  local a, b, c, d, e, f, g, h, i, j, k, l = nil
  collectgarbage()
  collectgarbage()
end

local held = {}
for i = 1, 40 do held[i] = { i } end
local w = setmetatable({}, {__mode = "v"})
for i = 1, 40 do w[i] = held[41 - i] end
table.sort(w, function(a, b) return a[1] < b[1] end)
collect()
print(#w, w[1][1], w[40][1])
table.insert(w, 1, held[40])
print(#w, w[1] == held[40], w[2] == held[1])
table.remove(w, 1)
table.remove(w)
print(#w, w[1] == held[1], w[39] == held[39])
local a, b = unpack(w, 3, 4)
print(a == held[3], b == held[4], select("#", unpack(w, 1, 39)))
local texts = setmetatable({}, {__mode = "kv"})
for i = 1, 10 do texts[i] = "t" .. i end
collect()
print(table.concat(texts, ","), #texts)
for i = 1, 39 do if i % 2 == 0 then held[i] = nil end end
a, b = nil
collect()
local n, sum = 0, 0
for _, value in pairs(w) do n = n + 1 sum = sum + value[1] end
print(n, sum)
