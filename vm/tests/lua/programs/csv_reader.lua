-- CSV with quotes, escaped quotes, empty fields and both line ends.
local function parse(text)
  local rows, row, i, n = {}, {}, 1, #text
  while i <= n + 1 do
    local field
    if text:sub(i, i) == '"' then
      local parts = {} i = i + 1
      while true do local a = text:find('"', i, true) if not a then error("unclosed quote at " .. i, 0) end parts[#parts + 1] = text:sub(i, a - 1) if text:sub(a + 1, a + 1) == '"' then parts[#parts + 1] = '"' i = a + 2 else i = a + 1 break end end
      field = table.concat(parts)
    else local a = text:find("[,\r\n]", i) or n + 1 field = text:sub(i, a - 1) i = a end
    row[#row + 1] = field
    local c = text:sub(i, i)
    if c == "," then i = i + 1 else rows[#rows + 1] = row row = {} if c == "\r" and text:sub(i + 1, i + 1) == "\n" then i = i + 1 end i = i + 1 if i > n then break end end
  end
  return rows
end
local function show(t) local ok, rows = pcall(parse, t) if not ok then return print("error", rows) end for _, r in ipairs(rows) do io.write(#r, ": ") for _, f in ipairs(r) do io.write("<", (f:gsub("\n", "\\n")), ">") end io.write("\n") end end
show("a,b,c\n1,2,3\n") show('"x, y","say ""hi""",z') show(",,\r\n,\r\n") show('"multi\nline",2') show("") show("one") show('"open') show('a,"b"\n"c",d') show("tail,")
local function quote(v) v = tostring(v) return v:find('[,"\n]') and '"' .. v:gsub('"', '""') .. '"' or v end print(quote("plain"), quote("a,b"), quote('q"q'), quote(12.5))
