-- Escapes in quoted strings, those of LuaJIT included.
print("a\tb", 'q\'q', "d\"d", "back\\slash")
print(#"\a\b\f\n\r\t\v", ("\a\b\f\n\r\t\v"):byte(1, -1))
print("\65\066\0067", "\x41\x42\x7a", "\u{41}\u{e9}\u{20AC}\u{1F600}")
print(("\u{7FF}"):byte(1, -1))
print(("\u{10FFFF}"):byte(1, -1))
print("line one\
line two")
print("skip \z
       blanks \z   here")
print(#"\0", ("a\0b"):byte(1, -1))
print("\0651")
print(#"\z")
for _, s in ipairs{[["\300"]], [["\xg0"]], [["\x4"]], [["\u{110000}"]], [["\u{}"]], [["\q"]], [["open]], [['a]], '"a\nb"', [["\u41"]]} do
  local f, e = loadstring("return " .. s, "=c")
  print(f, e)
end
