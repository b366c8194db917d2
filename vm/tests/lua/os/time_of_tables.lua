-- Fields: defaults, ranges, strings, missing ones. The test machine's zone does not matter: dates are turned back.
local function back(t) return os.date("%Y-%m-%d %H:%M:%S", os.time(t)) end
print(back{year = 2024, month = 2, day = 29}) print(back{year = 2024, month = 2, day = 29, hour = 0}) print(back{year = 2023, month = 14, day = 1, hour = 5}) print(back{year = 2024, month = 3, day = 0}) print(back{year = 2024, month = 1, day = -10, hour = 25, min = -70, sec = 3700})
print(back{year = "2024", month = "5", day = "6", hour = "7"}) print(back{year = 2024.9, month = 1.9, day = 2.9, hour = 3.9}) print(back{year = 2024, month = 1, day = 1, hour = "x", min = {}, sec = true})
for _, t in ipairs{{}, {year = 2024}, {year = 2024, month = 1}, {month = 1, day = 1}, {year = "x", month = 1, day = 1}, {year = 2024, month = {}, day = 1}} do print(pcall(os.time, t)) end
print(pcall(os.time, 1)) print(pcall(os.time, "x")) print(type(os.time()), type(os.time(nil)), os.time() > 1.6e9)
print(back(setmetatable({}, {__index = function(_, k) return ({year = 2020, month = 6, day = 15, hour = 1})[k] end})))
local t = {year = 2020, month = 13, day = 40} os.time(t) print(t.month, t.day)
local now = os.time() print(os.time(os.date("*t", now)) == now, os.difftime(now + 5, now), os.difftime(now), os.difftime(1.9, 0.9), os.difftime("10", "4"))
print(pcall(os.difftime)) print(pcall(os.difftime, nil, "x")) print(pcall(os.difftime, {}, 1)) print(os.difftime(5, nil))
print(os.time{year = 1970, month = 1, day = 2, hour = 12} - os.time{year = 1970, month = 1, day = 1, hour = 12})
