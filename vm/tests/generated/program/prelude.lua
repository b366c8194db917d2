do -- what every generated program starts with
  local type, next, rawget, select, error, pcall, print = type, next, rawget, select, error, pcall, print
  local format, concat, sort, status, gsub = string.format, table.concat, table.sort, coroutine.status, string.gsub
  local tostring = tostring
  local rank = { boolean = 1, number = 2, string = 3 }
  local function before(a, b)
    local x, y = rank[type(a)], rank[type(b)]
    if x ~= y then return x < y end
    if x == 1 then return not a and b end
    return a < b
  end
  local function show(v, depth)
    local kind = type(v)
    if kind == "number" then return format("%.17g", v) end
    if kind == "string" then return format("%q", #v > 200 and v:sub(1, 200) .. #v or v) end
    if kind == "thread" then return "thread " .. status(v) end
    if kind ~= "table" then return kind == "function" and kind or tostring(v) end
    if depth == 0 then return "{...}" end
    local keys, other = {}, 0
    for k in next, v do
      if rank[type(k)] then keys[#keys + 1] = k else other = other + 1 end
    end
    sort(keys, before)
    for i = 1, #keys do
      keys[i] = show(keys[i], 0) .. "=" .. show(rawget(v, keys[i]), depth - 1)
      if i == 40 then break end
    end
    return "{" .. concat(keys, ",", 1, #keys < 40 and #keys or 40) .. (other > 0 and "+" .. other or "") .. "}"
  end
  function p(...)
    local out = {}
    for i = 1, select("#", ...) do out[i] = show((select(i, ...)), 3) end
    print(concat(out, " "))
  end
  function try(...) p("try", pcall(...)) end
  local ticks = 0
  function tick()
    ticks = ticks + 1
    if ticks > 150 then error("out of ticks", 0) end
  end
  function clip(v)
    if type(v) == "string" and #v > 100 then return v:sub(1, 100) end
    return v
  end
  local function without_address(text)
    return (gsub(gsub(text, "0x%x%x%x%x%x%x%x+", "0x"), "builtin#%d+", "0x"))
  end
  function _G.tostring(v)
    local text = tostring(v)
    return without_address(text)
  end
  function string.format(...)
    local text = format(...)
    return without_address(text)
  end
  -- A reader can go on for ever.
  local load = load
  function _G.load(reader, ...)
    if type(reader) ~= "function" then return load(reader, ...) end
    return load(function() tick() return reader() end, ...)
  end
  function full(...)
    if select("#", ...) == 0 then return end
    local v = ...
    if v == nil then v = "nil" end
    return v, full(select(2, ...))
  end
  function sorted(t)
    local keys, i = {}, 0
    for k in next, t do keys[#keys + 1] = rank[type(k)] and k or nil end
    sort(keys, before)
    return function() i = i + 1 return keys[i], rawget(t, keys[i]) end
  end
end
G1, G2, G3, M1, M2 = 7, "global", { 3, 2, 1 }, {}, {}
