-- The level where a traceback starts, and its length.
local function down(n, level) if n == 0 then return debug.traceback("m", level) end local r = down(n - 1, level) return r end
local function count(s) return select(2, s:gsub("\n", "\n")) end
for _, level in ipairs{0, 1, 2, 5, 12, 20} do print(level, count(down(5, level)), count(down(40, level)), (down(40, level):find("...", 1, true))) end
for n = 15, 25 do local text = down(n, 1) print(n, count(text), text:find("\n\t...", 1, true) ~= nil) end
