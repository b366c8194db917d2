-- %q writes a literal that reads back as the same string.
local function q(v) return (select(2, pcall(string.format, "%q", v))) end
for _, s in ipairs{"", "a", "a\"b", "a\\b", "a\nb", "a\rb", "a\0b", "a\0001", "a\0z", "\1\2\31\127\128\255", "\t\v\f\a\b", "\r\n", "\0", "\0\0", "'", "é", "%d", "\\\"", "\\n", "]]", "\n\n", "a\0009"} do print(q(s), #q(s), loadstring("return " .. q(s))() == s) end
local all = {} for i = 0, 255 do all[#all + 1] = string.char(i) all[#all + 1] = "5" end all = table.concat(all) print(loadstring("return " .. q(all))() == all, #q(all)) for i = 0, 255 do io.write(#q(string.char(i)), " ") end print()
print(q(1), q(-1.5), q(1e100), q(1/3), q(2^53), q(1/0)) print(q(nil), q(true), (q({}):gsub("0x%x+", "A"))) print(pcall(string.format, "%q")) print(pcall(string.format, "%5q", "a")) print(pcall(string.format, "%.2q", "abc")) print(pcall(string.format, "%-q", "abc")) print(("%q %q"):format("a", "b"), ("[%q]"):format(""))
