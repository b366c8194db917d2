-- Frames that a tail call has replaced are gone.
local function level(n) local i = debug.getinfo(n, "Sl") return i and i.what .. ":" .. i.linedefined .. ":" .. i.currentline end
local function c() local r = level(2) .. " " .. level(3) return r end
local function b() return c() end
local function a() local r = b() return r end
print(a())
local function d() return debug.getinfo(1, "S") end
print(d().what, d().linedefined)
local function e() return pcall(function() local r = level(2) .. " " .. level(3) .. " " .. level(4) return r end) end
local ok, r = e() print(ok, r)
