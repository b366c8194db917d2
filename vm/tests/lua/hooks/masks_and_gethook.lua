-- What gethook returns for every mask.
local function h() end
local function show() local f, mask, count = debug.gethook() print(f == h, f == nil, mask, count) end
show()
for _, mask in ipairs{"c", "r", "l", "cr", "rl", "lrc", "clr", "x", "", "cc", "count"} do debug.sethook(h, mask) show() debug.sethook() end
debug.sethook(h, "", 100) show()
debug.sethook(h, "l", 1000000) show()
debug.sethook(h, "c", 0) show()
debug.sethook(h, "c", -5) show()
debug.sethook(h, "", 2.7) show()
debug.sethook(nil, "l", 3) show()
debug.sethook(h, "c") debug.sethook(nil) show()
print(select("#", debug.sethook()), select("#", debug.gethook()))
