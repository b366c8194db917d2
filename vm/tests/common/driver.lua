-- Runs one test program the same way in every engine. What it prints goes to
-- `emit`; an error that ends it is the last line.
local emit, source, name = ...
local error, select, tostring, type, concat = error, select, tostring, type, table.concat

local function write(...)
  for i = 1, select("#", ...) do
    local v = select(i, ...)
    local kind = type(v)
    if kind ~= "string" and kind ~= "number" then
      error("bad argument #" .. i .. " to 'write' (string expected, got " .. kind .. ")", 2)
    end
    emit(tostring(v))
  end
  return io.stdout
end

function print(...)
  local parts = {}
  for i = 1, select("#", ...) do
    parts[i] = tostring((select(i, ...)))
  end
  emit(concat(parts, "\t") .. "\n")
end

io.write = write

local chunk, message = loadstring(source, name)
local ok = chunk ~= nil
if ok then
  ok, message = pcall(chunk)
end
if not ok then
  emit("error: " .. tostring(message) .. "\n")
end
