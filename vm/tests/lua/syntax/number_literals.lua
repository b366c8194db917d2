-- Decimal, exponent, hexadecimal and hexadecimal float literals.
print(0, 1, 007, 3., .5, 3.25, 1e2, 1E+2, 1e-2, .5e1)
print(0x0, 0xff, 0XFF, 0xA.8, 0x.8, 0x1p4, 0x1P-2, 0xA.8p1)
print(0xffffffff, 0x100000000, 0xfffffffffffff)
print(9007199254740992, 9007199254740993, 1e308 * 10, -1e308 * 10)
print(1e15, 1e14, 123456789012345, 1234567890123456)
print(0.1, 1/3, 100000000000000, 1e100)
for _, s in ipairs{"3x", "0x", "0xg", "1e", "1e+", "1..2", "3.4.5", "0x1p", "08", "0b11", "1e5x"} do
  local f, e = loadstring("return " .. s, "=c")
  print(s, f and f(), e)
end
print(loadstring("return .0xp-1"))
print(loadstring("return .0x1e-1"))
print(loadstring("return .0e-1")())
