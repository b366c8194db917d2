-- %q writes a string that the parser reads back.
for _, s in ipairs{"simple", "with \"quotes\"", "new\nline", "tab\t", "zero\0end", "zero\0001", "back\\slash", "cr\rlf", "\127\128\255", "é", ""} do
  local q = ("%q"):format(s)
  print(q, loadstring("return " .. q)() == s)
end
print(("%q"):format(12), ("%q"):format(1.5))
print(pcall(string.format, "%q", nil))
print((pcall(string.format, "%q", {})))
print(pcall(string.format, "%q"))
