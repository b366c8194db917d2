-- Variables named in errors of arithmetic in all forms of operands.
local function e(f, ...) print(select(2, pcall(f, ...))) end
local l, u = nil, {}
local t = {f = nil, s = "x", g = {}}
for _, op in ipairs{"+", "-", "*", "/", "%", "^"} do
  for _, source in ipairs{"l %s 1", "1 %s l", "l %s l2", "g1 %s 2", "2 %s g1", "t.f %s 3", "3 %s t.f", "t.g.h %s t.f", "t[1] %s 1", "t[k] %s 1", "'a' %s 1", "1 %s 'a'", "{} %s 1", "u %s 1", "1 %s u", "(l) %s 1", "f() %s 1", "1 %s f()", "t:m() %s 1", "true %s 1", "l %s 'x'", "#l %s 1", "-l %s 1", "nil %s 1"} do
    local chunk = "local u = ... local l, l2, t, k, f = nil, nil, {g = {}, m = function() end}, 'k', function() end return function() local x = l return " .. source:format(op) .. " end"
    e(assert(loadstring(chunk, "=c"))({}))
    chunk = "local u = ... local l, l2, t, k, f = nil, nil, {g = {}, m = function() end}, 'k', function() end return " .. source:format(op)
    e(assert(loadstring(chunk, "=c")), {})
  end
end
