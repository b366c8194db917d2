-- Ranges, holes and too many results.
print(unpack({1, 2, 3})) print(unpack({1, 2, 3}, 2)) print(unpack({1, 2, 3}, 2, 3)) print(unpack({1, 2, 3}, 3, 2)) print(unpack({}, 1, 3)) print(unpack({1, nil, 3}, 1, 3))
print(unpack({1, 2}, -1, 1)) print(unpack({[0] = 0, 1}, 0)) print(unpack({1, 2, 3}, 1.9, 2.9)) print(unpack({1, 2}, "1", "2")) print(unpack({1, 2}, nil, nil))
print(select("#", unpack({}, 1, 7990))) print(pcall(unpack, {}, 1, 8000)) print(pcall(unpack, {}, 1, 1e6)) print(pcall(unpack, {}, 1, 2^31 - 1)) print(pcall(unpack, {}, -2^31, 2^31 - 1))
print(select("#", unpack({}, 2^31 - 1, 2^31 - 1))) print(select("#", unpack({}, -2^31, -2^31)))
print(pcall(unpack)) print(pcall(unpack, "x")) print(pcall(unpack, {}, "x")) print(pcall(unpack, {}, 1, {}))
print(unpack(setmetatable({1, 2}, {__index = function() return "meta" end, __len = function() return 5 end})))
