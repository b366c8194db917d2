-- Not-a-number compares false with everything; infinities order.
local nan, inf = 0/0, 1/0
print(nan == nan, nan ~= nan, nan < nan, nan <= nan, nan > 1, nan >= 1, 1 > nan)
print(inf == inf, inf > 1e308, -inf < -1e308, inf - inf ~= inf - inf)
print(inf, -inf, inf + 1, inf * -1, 1 / inf)
print(tostring(nan):gsub("-", ""))
print(math.max(1, inf), math.min(1, -inf), math.huge == inf, math.abs(-inf))
print(inf % 2 ~= inf % 2, 5 % inf, -5 % inf, 5 % -inf)
print(math.floor(inf), math.ceil(-inf), math.sqrt(inf))
local t = {}
print(pcall(function() t[nan] = 1 end))
print(t[nan], rawget(t, nan))
print(1 / 0 > 0, 1 / -0 < 0, 0 == -0)
print(tonumber("inf"), tonumber("nan"), tonumber("0x1p9999"))
