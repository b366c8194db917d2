local ffi = require "ffi"
-- Addresses and the numbers of nameless types are not the same in two engines.
local function mask(v) return (tostring(v):gsub("0x%x+", "ADDRESS"):gsub("(%l+) %d+([' >&*])", "%1 N%2")) end
local say = print
local function print(...)
  local t = {}
  for i = 1, select("#", ...) do t[i] = mask((select(i, ...))) end
  say(table.concat(t, "\t"))
end
local s = ffi.new("struct { int i; double d; int *p; const char *c; struct { int x; } in; int a[2]; bool b; }") for _, key in ipairs { "i", "d", "p", "c", "in", "a", "b" } do for _, v in ipairs { "str", {}, print, 5 } do print(key, type(v), pcall(function() s[key] = v end)) end end
