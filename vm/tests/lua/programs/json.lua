-- A JSON writer and reader with escapes, nesting and errors.
local escapes = {['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n"}
local function encode(v)
  local t = type(v)
  if t == "table" then
    local out = {}
    if #v > 0 then for i, x in ipairs(v) do out[i] = encode(x) end return "[" .. table.concat(out, ",") .. "]" end
    local keys = {} for k in pairs(v) do keys[#keys + 1] = k end table.sort(keys)
    for i, k in ipairs(keys) do out[i] = encode(k) .. ":" .. encode(v[k]) end
    return "{" .. table.concat(out, ",") .. "}"
  elseif t == "string" then return '"' .. v:gsub('["\\\n]', escapes) .. '"'
  else return tostring(v) end
end
local function decode(s)
  local pos = 1
  local function fail(what) error(("%s at %d"):format(what, pos), 0) end
  local function ws() pos = s:find("%S", pos) or #s + 1 end
  local value
  local function str()
    local out, i = {}, pos + 1
    while true do
      local c = s:sub(i, i)
      if c == "" then fail("open string") elseif c == '"' then pos = i + 1 return table.concat(out)
      elseif c == "\\" then i = i + 1 c = s:sub(i, i) out[#out + 1] = c == "n" and "\n" or c else out[#out + 1] = c end
      i = i + 1
    end
  end
  function value()
    ws()
    local c = s:sub(pos, pos)
    if c == "{" then
      local t = {} pos = pos + 1 ws()
      if s:sub(pos, pos) == "}" then pos = pos + 1 return t end
      repeat ws() local k = str() ws() if s:sub(pos, pos) ~= ":" then fail("colon expected") end pos = pos + 1 t[k] = value() ws() c = s:sub(pos, pos) pos = pos + 1 until c ~= ","
      if c ~= "}" then fail("brace expected") end
      return t
    elseif c == "[" then
      local t = {} pos = pos + 1 ws()
      if s:sub(pos, pos) == "]" then pos = pos + 1 return t end
      repeat t[#t + 1] = value() ws() c = s:sub(pos, pos) pos = pos + 1 until c ~= ","
      if c ~= "]" then fail("bracket expected") end
      return t
    elseif c == '"' then return str()
    else
      local word = s:match("^[%w+.-]+", pos) or fail("value expected")
      pos = pos + #word
      if word == "true" then return true elseif word == "false" then return false elseif word == "null" then return nil end
      return tonumber(word) or fail("bad literal " .. word)
    end
  end
  return value()
end
local doc = {name = "x\"y\\z\n", list = {1, 2.5, -3e10, {deep = {true, false}}}, empty = {}}
local text = encode(doc)
print(text)
print(encode(decode(text)) == text)
print(decode(' { "a" : [ 1 , 2 , { "b" : "c" } ] } ').a[3].b)
for _, bad in ipairs{"{", "[1,", '{"a" 1}', '"open', "nope", "[1 2]"} do print(pcall(decode, bad)) end
