-- `return` ends a block; parentheses truncate; a trailing semicolon is fine.
local function none() return end
local function semi() return 1; end
local function many() return 1, 2, 3 end
local function paren() return (many()) end
local function mid() do return "inside" end end
print(select("#", none()), semi(), many())
print(paren())
print(mid())
print((many()), many())
print(many(), (many()))
local function cond(x) if x then return "yes" else return "no" end end
print(cond(1), cond(nil))
print(loadstring("return 1, 2")())
print(pcall(loadstring, "return 1; return 2"))
