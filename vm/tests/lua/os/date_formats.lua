-- Every conversion, at fixed moments in UTC.
local moments = {0, 86399, 951782400, 1000000000, 1230768000, 1709210096, 4102444800, -1, -86400 * 365}
for _, t in ipairs(moments) do
  for c in ("aAbBcCdDeFgGhHIjmMnprRStTuUVwWxXyYzZ%"):gmatch(".") do
    print(t, c, (os.date("!%" .. c, t):gsub("\n", "NL"):gsub("\t", "TAB")))
  end
  print(os.date("!%Y-%m-%d %H:%M:%S", t)) 
end
print(os.date("!", 0) == "", os.date("!plain", 0), os.date("!%%%%", 0), os.date("!*t", 0).year, os.date("!a\0b", 0), os.date("!%Ex %EY %Od %OH", 0))
for _, t in ipairs(moments) do
  local d = os.date("!*t", t)
  print(d.year, d.month, d.day, d.hour, d.min, d.sec, d.wday, d.yday, d.isdst)
end
print(pcall(os.date, {})) print(pcall(os.date, "%Y", "x")) print(pcall(os.date, "%Y", {})) print(os.date("!%Y", "86400"), os.date("!%S", 1.9), os.date("!%S", -0.5))
print(type(os.date()), #os.date("%c") > 0, type(os.date("*t").isdst), os.date(nil, 0) == os.date("%c", 0))
print(os.date("!%c", 1e18), os.date("!*t", 1e18))
