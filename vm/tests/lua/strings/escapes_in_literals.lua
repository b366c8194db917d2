-- Every escape of a quoted string, and the malformed ones.
local function bytes(s) return (s:gsub(".", function(c) return c:byte() .. " " end)) end
print(bytes("\a\b\f\n\r\t\v\\\"\'")) print(bytes("\0\00\000\1\12\123\255\0009")) print(bytes("\x41\x7a\xFF\x00")) print(bytes("\u{41}\u{e9}\u{20ac}\u{10FFFF}\u{0}\u{0041}")) print(bytes("a\
b")) print(bytes("a\z
     b\z c")) print(bytes('it\'s "q"')) print(bytes("\'\"")) print("tab\tend", 'new\nline')
for _, src in ipairs{[["\q"]], [["\256"]], [["\300"]], [["\x4"]], [["\xg0"]], [["\x"]], [["\u{110000}"]], [["\u{}"]], [["\u41"]], [["\u{41"]], [["\u{xyz}"]], "'abc", "'abc\n'", "\"abc\\", [['\]], [["\99999"]], [["\-1"]], [["\u{FFFFFFFF}"]], [["\c"]], [["\ "]], [["\8a"]], [["\u{D800}"]], [["\u{7FF}"]]} do
  local f, e = loadstring("return " .. src, "=s") print(src, f and bytes(f()) or e)
end
print(#"\z   ", "a\z

  b" == "ab", "\x41\z  \x42") print("\065\10\066" == "A\nB", '\z', "\\n" == [[\n]], "\"" == '"')
