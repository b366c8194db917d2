-- Every math function on zeros, infinities, NaN and ordinary numbers.
local names = {"abs", "ceil", "floor", "sqrt", "exp", "log", "log10", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "deg", "rad"} local function s(r) return r ~= r and "nan" or r == 0 and (1/r < 0 and "-0" or "0") or ("%.12g"):format(r) end
for _, n in ipairs(names) do local out = {} for i, v in ipairs{0, -0, 1, -1, 0.5, -0.5, 2, 10, 100, 1/0, -1/0, 0/0, 1e-300, 1e300, 4.5, -4.5} do out[i] = s(math[n](v)) end print(n, table.concat(out, " ")) end
for _, n in ipairs(names) do print(n, pcall(math[n])) print(n, pcall(math[n], "x")) print(n, pcall(math[n], {})) print(n, s(math[n]("0.5")), select("#", math[n](1, 2))) end
