-- The usual ways to split text, on awkward inputs.
local function split(s, sep) local out = {} for piece in (s .. sep):gmatch("(.-)" .. sep:gsub("%p", "%%%0")) do out[#out + 1] = "[" .. piece .. "]" end return #out .. " " .. table.concat(out) end
for _, s in ipairs{"", ",", ",,", "a", "a,b", ",a", "a,", "a,,b", " a , b ", "a.b,c"} do print(split(s, ","), split(s, "."), split(s, ", ")) end
local function words(s) local out = {} for w in s:gmatch("%S+") do out[#out + 1] = w end return table.concat(out, "|") end print(words(""), words("  "), words("a"), words(" a  b\tc\nd "))
local function lines(s) local out = {} for l in (s:sub(-1) == "\n" and s or s .. "\n"):gmatch("(.-)\r?\n") do out[#out + 1] = "<" .. l .. ">" end return table.concat(out) end print(lines(""), lines("a"), lines("a\n"), lines("a\n\nb"), lines("a\r\nb\r\n"), lines("\n\n"))
local function trim(s) return (s:gsub("^%s+", ""):gsub("%s+$", "")) end for _, s in ipairs{"", " ", "a", " a ", "\t\na b\n", "a  "} do io.write("[", trim(s), "][", s:match("^%s*(.-)%s*$"), "][", s:match("^()%s*$") and "" or s:match("^%s*(.*%S)"), "]") end print()
local function starts(s, p) return s:sub(1, #p) == p end local function ends(s, p) return p == "" or s:sub(-#p) == p end print(starts("abc", "ab"), starts("abc", ""), starts("a", "ab"), ends("abc", "bc"), ends("abc", ""), ends("c", "bc"))
print(("a/b/c.txt"):match("^(.-)([^/]-)%.?([^./]*)$"), ("/x/y"):match("(.*)/"), ("file"):match("^(.-)%.([^.]*)$"), ("a.b.c"):match("^(.-)%.([^.]*)$"), ("a.b.c"):match("^(.*)%.([^.]*)$"))
print((("%d+"):gsub("%p", "%%%0")), (("a.b"):gsub("%W", "%%%0")), ("1,234,567"):gsub(",", ""), (("1234567"):reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", "")))
