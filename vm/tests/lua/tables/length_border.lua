-- # of proper sequences as they grow and shrink.
local t = {}
for i = 1, 40 do t[i] = i assert(#t == i) end
for i = 40, 1, -1 do assert(#t == i) t[i] = nil end
print(#t)
local d = {}
for i = 10, 1, -1 do d[i] = i end
print(#d)
d[11] = 11 print(#d)
d[#d] = nil d[#d] = nil print(#d)
d[#d + 1] = "new" print(#d, d[#d])
local h = {n = 1, m = 2}
print(#h)
h[1] = "one" print(#h)
h[3] = "three" h[2] = "two" print(#h)
print(#{1, 2, 3, x = 1, [4] = 4}, #{n = 3}, #"string")
local neg = {[0] = 0, [-1] = -1, 1}
print(#neg)
print(#{[1] = 1, [2] = 2, [3] = 3})
