-- Shift counts are taken modulo 32.
print(bit.lshift(1, 0), bit.lshift(1, 8), bit.lshift(1, 31), bit.lshift(1, 32), bit.lshift(1, 33), bit.lshift(1, -1))
print(bit.rshift(256, 8), bit.rshift(-1, 1), bit.rshift(-1, 31), bit.rshift(1, 32), bit.rshift(-256, 8))
print(bit.arshift(256, 8), bit.arshift(-1, 1), bit.arshift(-256, 8), bit.arshift(2^31, 31), bit.arshift(5, 0))
print(bit.rol(0x12345678, 12), bit.ror(0x12345678, 12), bit.rol(1, 31), bit.ror(1, 1), bit.rol(-1, 5))
print(bit.bswap(0x12345678), bit.bswap(0x78563412), bit.bswap(-1), bit.bswap(1))
print(bit.lshift(0xff, 24), bit.rshift(bit.lshift(0xff, 24), 24))
