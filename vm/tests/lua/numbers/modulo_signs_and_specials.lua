-- % follows the sign of the divisor; zeros, infinities, NaN.
local vals = {5, -5, 5.5, -5.5, 0, -0, 3, -3, 0.5, 1/0, -1/0, 1e300, 2^53} local ds = {3, -3, 0.7, -0.7, 1, -1, 1/0, -1/0, 0, 2^31, 1e-300}
for _, a in ipairs(vals) do local out = {} for i, b in ipairs(ds) do local r = a % b out[i] = r ~= r and "nan" or r == 0 and (1/r < 0 and "-0" or "0") or ("%.14g"):format(r) end print(a, table.concat(out, " ")) end
print(5 % 3, -5 % 3, 5 % -3, -5 % -3, 5.5 % 2, -5.5 % 2, 5 % 1, 5.25 % 1, -5.25 % 1, 2^53 % 3, (-2^53) % 3, 1e15 % 7, 0 % 5, 1 % 1e308, -1 % 1e308) print("7" % 4, 7 % "4", "7" % "4", "0x10" % 7, pcall(function() return {} % 2 end)) print(pcall(function() return 2 % nil end)) local a, b = 7, -2 a = a % b print(a, a % b, -a % b)
