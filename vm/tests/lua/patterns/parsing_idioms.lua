-- Small parsers as scripts write them.
local function split(s, sep)
  local out = {}
  for piece in (s .. sep):gmatch("(.-)" .. sep:gsub("%p", "%%%0")) do out[#out + 1] = piece end
  return out
end
print(table.concat(split("a,b,,c", ","), "|"), #split("", ","), table.concat(split("1.2.3", "."), " "))
print((("hello world from lua"):gsub("(%a)(%w*)", function(a, b) return a:upper() .. b end)))
print(("%d%%"):format(50), ("rgb(10, 20,30)"):match("rgb%((%d+),%s*(%d+),%s*(%d+)%)"))
print((("a&b<c>"):gsub("[&<>]", {["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;"})))
print((("%48%69"):gsub("%%(%x%x)", function(h) return string.char(tonumber(h, 16)) end)))
local csv = {}
for field in ('1,"two, three",4'):gmatch('"?([^",]+)"?') do csv[#csv + 1] = field end
print(#csv, csv[1], csv[2])
print(("path/to/file.tar.gz"):match("([^/]+)%.(%w+)$"), ("/a/b/"):gsub("/+$", ""))
print(("1234567"):reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", ""))
