-- What getinfo says of the function that runs into the hook.
local log = {}
local function add(...) log[#log + 1] = table.concat({...}, " ") end
local function hook(event, line)
  local i = debug.getinfo(2, "nSlu")
  add(event, tostring(line), tostring(i.name), i.namewhat, i.what, i.short_src, i.currentline, i.linedefined, i.nups, i.nparams, tostring(i.isvararg))
end
local t = {}
function t.field(a, ...) return a end
function t:method() local x = 1 return x end
local function f() local x = t.field(1) t:method() return x end
debug.sethook(hook, "l")
f()
debug.sethook()
for _, line in ipairs(log) do print(line) end
