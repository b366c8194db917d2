-- A chunk is a vararg function.
print(select("#", ...))
print(loadstring("return ...")(1, 2, 3))
print(loadstring("local a, b = ... return b, a")("x", "y"))
print(loadstring("return select('#', ...)")(nil, nil))
print(loadstring("arg = 'no implicit arg' return arg")())
arg = nil
