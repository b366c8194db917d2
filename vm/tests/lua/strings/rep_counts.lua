-- string.rep with zero, negative, fractional and huge counts.
local function show(ok, v) if ok then print(#v, v:sub(1, 12)) else print(ok, v) end end
local function try(...) show(pcall(string.rep, ...)) end
try("ab", 3) try("ab", 0) try("ab", -1) try("ab", 1) try("", 10) try("", 1e9) try("ab", 2.9) try("ab", "2") try(12, 2)
try("ab", -1e300) try("ab", 0/0) try("x", 1000)
try("ab") try() try("ab", {}) try({}, 1) try("ab", nil) try("a", "b") try("a", true)
try("ab", 3, ",") try("ab", 1, ",") try("ab", 0, ",") try("ab", 2, "") try("", 3, ",") try("ab", 3, 1) try("ab", 2, {}) try("a", 2, nil)
try("ab", -5, ",") try("", 4, "") try("x", 3, "\0") try("\0", 3)
print(("-"):rep(20), ("=-"):rep(4, "|"))
print(pcall(function() return #("x"):rep(1e10) end))
