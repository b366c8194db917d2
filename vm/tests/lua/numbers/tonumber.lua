-- Decimal and hexadecimal strings, blanks, and what is refused.
for _, s in ipairs{"10", " 10 ", "\t10\n", "1e2", "-1", "+1", "--1", "- 1", "0x10", "-0x10", "0x", "0xg", "1 2", "", " ", "abc",
    "1e", ".5", "5.", ".", "1e+", "0x.8", "0x1p4", "0x1P-4", "1e400", "-1e400", "1,5", "1_0", "0b1", "infinity", "0x1.8", "1\0", "١"} do
  print(("%q"):format(s), tonumber(s))
end
print(tonumber(5), tonumber(nil), tonumber({}), tonumber(true))
print(pcall(tonumber))
