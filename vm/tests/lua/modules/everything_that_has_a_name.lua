-- Names and types in every table of the libraries, metatables included.
-- Left out: `ffi`, and the modules of `jit`, of which LuaJIT keeps some in files.
local later = {ffi = 1, ["jit.profile"] = 1, ["jit.bc"] = 1, ["jit.dump"] = 1, ["jit.v"] = 1, ["jit.p"] = 1, ["jit.zone"] = 1}
local function list(label, t)
  local names = {}
  for k, v in pairs(t) do if not later[k] then names[#names + 1] = tostring(k) .. ":" .. type(v) end end
  table.sort(names)
  print(label .. " (" .. #names .. "): " .. table.concat(names, " "))
end
local globals = {}
for k, v in pairs(_G) do globals[k] = v end
globals.arg, globals.mlua = nil, nil
list("_G", globals)
for _, name in ipairs{"coroutine", "table", "math", "os", "bit", "io", "string", "package"} do list(name, _G[name]) end
list("package.loaded", package.loaded)
list("package.preload", package.preload)
list("strings", getmetatable(""))
list("files", getmetatable(io.stdout))
print(#package.loaders, getmetatable(_G), getmetatable(package), getmetatable(package.loaded), getmetatable(package.preload))
print(_VERSION, _G._G == _G, package.loaded._G == _G, package.loaded.string == string)
print(getmetatable("").__index == string, getmetatable(io.stdout).__index == getmetatable(io.stdout))
for _, v in ipairs{nil, 1, true, print, coroutine.create(print)} do print(getmetatable(v)) end
