-- `load` with modes: b for bytecode, t for text.
local dump = string.dump(function(...) return "bytecode", ... end)
local text = "return 'text', ..."
for _, mode in ipairs({"b", "t", "bt", "tb", "", "x", "binary", "text"}) do
  for name, chunk in pairs({dump = dump}) do
    local f, message = load(chunk, "=chunk", mode)
    print(mode, name, f and f(1) or message)
  end
  local f, message = load(text, "=chunk", mode)
  print(mode, "text", f and f(1) or message)
end
print(load(dump, nil, "t"))
print(load(dump, nil, "b")(2))
print(load(dump, nil, nil)(3))
print(loadstring(dump, "=chunk", "t"))
print(loadstring(text, "=chunk", "b"))
local function reader(chunk)
  local at = 0
  return function() at = at + 1 if at <= #chunk then return chunk:sub(at, at) end end
end
print(load(reader(dump), "=read", "b")(4))
print(load(reader(dump), "=read", "t"))
print(load(reader(text), "=read", "b"))
print(load(reader(text), "=read", "t")(5))
