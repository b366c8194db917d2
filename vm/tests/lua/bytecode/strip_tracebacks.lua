-- Tracebacks through functions without debug information.
local source = [[
local function inner() return debug.traceback("here") end
local function outer() local text = inner() return text end
return (outer())
]]
local full = loadstring(source, "=chunk")
print(loadstring(string.dump(full))())
print(load(string.dump(full, true), "=stripped")())
local errors = loadstring([[
local t = ...
local x = nil
function t.global() return undefined() end
function t.field() return t.missing() end
function t.method() return t:missing() end
function t.upvalue() return x() end
function t.locals() local y y() end
function t.arithmetic() local y return y + 1 end
function t.concat() local y return "a" .. y end
function t.index() local y return y.z end
function t.compare() return {} < 1 end
function t.argument() return ("x"):rep({}) end
function t.explicit() error("message") end
function t.level() error("message", 2) end
]], "=chunk")
for _, strip in ipairs({false, true}) do
  local t = {}
  load(string.dump(errors, strip), "=errors")(t)
  for _, name in ipairs({"global", "field", "method", "upvalue", "locals", "arithmetic", "concat", "index", "compare",
                         "argument", "explicit", "level"}) do
    print(name, pcall(t[name]))
  end
end
