-- Recursive descent parsing and evaluating.
local function calc(src)
  local pos = 1
  local function peek() pos = src:find("%S", pos) or #src + 1 return src:sub(pos, pos) end
  local expr
  local function atom()
    local c = peek()
    if c == "(" then pos = pos + 1 local v = expr() if peek() ~= ")" then error("expected ) at " .. pos, 0) end pos = pos + 1 return v end
    if c == "-" then pos = pos + 1 return -atom() end
    local num = src:match("^%d+%.?%d*", pos)
    if not num then error("unexpected '" .. c .. "' at " .. pos, 0) end
    pos = pos + #num
    return tonumber(num)
  end
  local function power() local b = atom() if peek() == "^" then pos = pos + 1 return b ^ power() end return b end
  local function term() local v = power() while true do local c = peek() if c == "*" then pos = pos + 1 v = v * power() elseif c == "/" then pos = pos + 1 v = v / power() elseif c == "%" then pos = pos + 1 v = v % power() else return v end end end
  function expr() local v = term() while true do local c = peek() if c == "+" then pos = pos + 1 v = v + term() elseif c == "-" then pos = pos + 1 v = v - term() else return v end end end
  local v = expr()
  if pos <= #src and peek() ~= "" then error("trailing input at " .. pos, 0) end
  return v
end
for _, e in ipairs{"1 + 2 * 3", "(1 + 2) * 3", "2 ^ 3 ^ 2", "-(4 - 6) * 10 / 4", "7 % 4 + 0.5", "1 +", "(1", "1 2", "a"} do print(e, pcall(calc, e)) end
