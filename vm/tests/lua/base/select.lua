-- Positions from both ends.
print(select("#")) print(select("#", nil, nil)) print(select("#x", 1)) print(select(1, "a", "b")) print(select(2, "a", "b")) print(select(3, "a", "b"))
print(select(-1, "a", "b")) print(select(-2, "a", "b")) print(select(100, "a")) print(select(1.9, "a", "b")) print(select("2", "a", "b"))
for _, n in ipairs{0, -3, 2^31, -2^31, 1e300, 0/0} do print(pcall(select, n, "a", "b")) end
print(pcall(select)) print(pcall(select, nil)) print(pcall(select, "x")) print(pcall(select, {}, 1)) print(pcall(select, true))
print((select(2, "a", "b", "c"))) print(select("#", select(2, nil, nil, nil)))
