-- ^ and / on zeros, infinities, NaN and fractions.
local vals = {0, -0, 1, -1, 2, -2, 0.5, -0.5, 1/0, -1/0, 0/0, 3} local function s(r) return r ~= r and "nan" or r == 0 and (1/r < 0 and "-0" or "0") or ("%.14g"):format(r) end
for _, a in ipairs(vals) do local p, d = {}, {} for i, b in ipairs(vals) do p[i], d[i] = s(a ^ b), s(a / b) end print(s(a), table.concat(p, " "), "|", table.concat(d, " ")) end
print(2^10, 2^-1, 2^0.5, -2^2, (-2)^2, 2^3^2, (2^3)^2, -2^-2, 2^-3^2, 10^15, 10^16, 10^-5, 0^0, 1^(1/0), (-8)^(1/3) ~= (-8)^(1/3)) print(7/2, -7/2, 1/3, 6/3, 1e308/1e-308, 5e-324/2, "6"/"4", "2"^"3", 2^"0.5") print(2^1023*2, 2^-1074, 2^-1075, 2^1024, -2^1024, 10^308, 10^309, 1.5^2, 1.1^100)
