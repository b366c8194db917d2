-- Integer keys far apart, and keys filled from the top.
local t = {}
t[1000000] = "far" t[1] = "near" t[-5] = "neg"
print(#t, t[1000000], t[1], t[-5], t[2])
local n = 0 for _ in pairs(t) do n = n + 1 end print(n)
local u = {}
for i = 100, 1, -1 do u[i] = i end
print(#u, u[1], u[50], u[100])
local p = {}
for i = 0, 20 do p[2 ^ i] = i end
local c = 0 for k, v in pairs(p) do assert(2 ^ v == k) c = c + 1 end print(c)
t[1.5] = "half" t[2^31] = "i32" t[2^52] = "i52" t[-2^31] = "neg"
print(t[1.5], t[2^31], t[2^52], t[-2^31], t[3])
