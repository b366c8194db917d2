-- select with counts, negative indices and errors.
print(select("#"), select("#", nil), select("#", nil, nil, 1))
print(select(2, "a", "b", "c"))
print(select(-1, "a", "b", "c"))
print(select(-3, "a", "b", "c"))
print(select(4, "a", "b", "c"))
print((select(2, "a", "b", "c")))
print(select("2", "a", "b"), select(1.9, "a", "b"))
print(pcall(select, 0))
print(pcall(select, -5, 1))
print(pcall(select))
print(pcall(select, {}))
print(pcall(select, "x"))
local function f(...) return select("#", ...), (select(1, ...)) end
print(f(nil, 2), f(1))
print(pcall(f))
local function sum(...) local s = 0 for i = 1, select("#", ...) do s = s + (select(i, ...) or 0) end return s end
print(sum(), sum(1), sum(1, nil, 3), sum(1, 2, 3, 4, 5))
