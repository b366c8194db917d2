-- Bytes go in at one end and out at the other for a long time.
local buffer = require("string.buffer")
local b = buffer.new()
local written, read, sum = 0, 0, 0
for round = 1, 2000 do
  local piece = ("%d,"):rep(round % 7):gsub("%%d", tostring(round))
  b:put(piece)
  written = written + #piece
  if round % 3 == 0 then
    local got = b:get((round * 37) % 50)
    read = read + #got
    for i = 1, #got do sum = (sum * 31 + got:byte(i)) % 1000003 end
  end
  if round % 500 == 0 then print(round, #b, written - read) end
end
print(sum, #b, b:get(20))
b:reset()
for i = 1, 100 do b:put(("%03d"):format(i)) b:skip(1) end
print(#b, b:get(30))
b:free()
for i = 1, 20000 do b:put("x") end
print(#b, #b:get())
