-- Second arguments and odd texts.
print(pcall(tonumber)) print(tonumber(nil)) print(tonumber({})) print(tonumber(true)) print(tonumber("")) print(tonumber(" ")) print(tonumber(" 12 ")) print(tonumber("1 2")) print(tonumber("12x")) print(tonumber("0x")) print(tonumber("1e")) print(tonumber("1e+")) print(tonumber(".")) print(tonumber("-.5")) print(tonumber("5.")) print(tonumber("\t7\n")) print(tonumber("7\0")) print(tonumber("inf"), tonumber("nan"), tonumber("-inf"), tonumber("infinity"))
print(tonumber("0x1p4"), tonumber("0x.8"), tonumber("0x1.8p-1"), tonumber("0b101"), tonumber("0B11"), tonumber("1LL"), tonumber("1i"), tonumber("1e5"), tonumber("1E5"), tonumber("1_000"))
for _, base in ipairs{2, 8, 10, 16, 36} do print(base, tonumber("10", base), tonumber("zz", base), tonumber("-11", base), tonumber(" 11 ", base), tonumber("1.5", base), tonumber("", base), tonumber("7fffffffffffffff", base)) end
for _, base in ipairs{1, 0, -1, 37, 2^31} do print(base, pcall(tonumber, "1", base)) end
print(tonumber(12, 16), pcall(tonumber, {}, 16), pcall(tonumber, nil, 16), pcall(tonumber, "1", "x"), tonumber("ff", "16"), tonumber("11", 2.9), tonumber("1", nil))
print(tonumber("ffffffffffffffff", 16), tonumber("10000000000000000", 16), tonumber("-ffffffffffffffff", 16), tonumber("- 1", 10), tonumber("+5"), tonumber("+-5"), tonumber("--5"), tonumber("0x-5"))
