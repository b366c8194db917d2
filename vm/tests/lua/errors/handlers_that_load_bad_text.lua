-- A handler that fails is not called for its own error, unless something has been caught meanwhile: text that does not compile, for one.
local calls = 0
local function handler()
  calls = calls + 1
  if calls > 20 then return "deep enough" end
  load("=(")
  return (select(2, xpcall(math.max, handler, "a")))
end
print(pcall(handler), calls)
calls = 0
local function plain()
  calls = calls + 1
  if calls > 20 then return "deep enough" end
  load("return 1")
  return (select(2, xpcall(math.max, plain, "a")))
end
print(pcall(plain), calls)
