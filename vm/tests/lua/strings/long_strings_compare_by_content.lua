-- Strings too long to be interned are equal when their bytes are, however each was made.
for _, n in ipairs{1, 39, 40, 41, 63, 64, 65, 100, 255, 256, 1000, 70000} do
  local made = ("x"):rep(n)
  local constant = loadstring("return '" .. made .. "'")()
  local parts = {} for i = 1, n do parts[i] = "x" end
  local joined = table.concat(parts)
  local half = math.floor(n / 2)
  local glued = made:sub(1, half) .. made:sub(half + 1)
  local all = {made, constant, joined, glued, (made .. "y"):sub(1, n), (made:gsub("y", "z")), made:reverse()}
  local equal, keys = 0, {}
  for _, a in ipairs(all) do
    for _, b in ipairs(all) do if a == b and not (a ~= b) and rawequal(a, b) and a <= b and not (a < b) then equal = equal + 1 end end
    keys[a] = (keys[a] or 0) + 1
  end
  local other = made:sub(1, n - 1) .. "w"
  print(n, equal, keys[made], keys[constant], made == other, other == made .. "", constant == other, other < made, keys[other], constant == made .. "x")
  keys[joined] = nil print(next(keys))
end
local t = setmetatable({}, {__eq = function() return true end}) print(t == ("x"):rep(100), ("x"):rep(100) == 1)
