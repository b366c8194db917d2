-- Large weak tables filled and emptied again and again, in their array and beside it.
-- Two full collections, under a frame that overwrites dead temporaries.
local function collect()
  local a, b, c, d, e, f, g, h, i, j, k, l = nil
  collectgarbage()
  collectgarbage()
end

local w = setmetatable({}, {__mode = "kv"})
local held = {}
for round = 1, 6 do
  for i = 1, 3000 do
    local object = { i }
    if i % 100 == round then held[#held + 1] = object end
    if i % 3 == 0 then w[i] = object elseif i % 3 == 1 then w[object] = i else w["key " .. i] = object end
  end
  collect()
  local n = 0
  for _ in pairs(w) do n = n + 1 end
  print(round, n, #held)
  if round % 2 == 0 then
    held = {}
    collect()
    print(next(w))
  end
end
