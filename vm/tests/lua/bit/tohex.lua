-- Hexadecimal text with digit counts.
print(bit.tohex(1), bit.tohex(-1), bit.tohex(0xffffffff), bit.tohex(255, 2), bit.tohex(255, 4), bit.tohex(255, -4), bit.tohex(0x12345678, 4))
print(bit.tohex(0), bit.tohex(1, 8), bit.tohex(1, 0) == "", bit.tohex(2^32 + 1), bit.tohex(-255, -8))
print(pcall(bit.tohex))
print(pcall(bit.tohex, "x"))
