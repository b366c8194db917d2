-- Errors of comparisons and of for loops.
local function e(f, ...) print(select(2, pcall(f, ...))) end
local up
for _, op in ipairs{"<", "<=", ">", ">="} do
  for _, pair in ipairs{"nil %s 1", "1 %s nil", "'a' %s 1", "1 %s 'a'", "{} %s {}", "{} %s 1", "true %s false", "print %s print", "nil %s nil", "{} %s 'x'", "1 %s {}", "x %s 5", "5 %s x", "x %s y"} do
    e(assert(loadstring("local x, y = {} return " .. pair:format(op), "=c"))) e(assert(loadstring("local x, y = {} if not (" .. pair:format(op) .. ") then return 1 end", "=c")))
  end
end
for _, header in ipairs{"i = nil, 1", "i = 1, nil", "i = 1, 2, nil", "i = 'a', 1", "i = 1, 'b'", "i = 1, 2, 'c'", "i = {}, 1", "i = 1, print", "i = up, 1", "i = 1, true", "i = '1', '2'", "i = 1, 2, '1'"} do
  e(assert(loadstring("local up for " .. header .. " do end return 'ran'", "=c")))
end
e(function() local t = setmetatable({}, {__lt = 5}) return t < t end) e(function() local t = setmetatable({}, {__le = function() error("le") end}) return t <= t end) e(function() return setmetatable({}, {__lt = function() end}) < 1 end)
