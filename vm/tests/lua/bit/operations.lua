-- band, bor, bxor, bnot over 32 bits.
print(bit.band(0xff, 0x0f), bit.bor(1, 2, 4), bit.bxor(0xff, 0x0f), bit.bnot(0), bit.bnot(-1))
print(bit.band(0xffffffff, 0xf0f0f0f0), bit.bor(0x80000000, 1), bit.bxor(1, 1, 1), bit.bnot(0x7fffffff))
print(bit.tobit(0xffffffff), bit.tobit(2^32 + 5), bit.tobit(-1), bit.tobit(2^31), bit.tobit(1.7), bit.tobit(-1.7), bit.tobit(0.5), bit.tobit(1.5))
print(bit.band(1), bit.band(7, 6, 5), bit.band("7", 3), bit.tobit("0xff"))
print(bit.band(-1, 255), bit.bor(-2, 1), bit.bxor(-1, 0))
print(bit.tobit(1e15), bit.tobit(2^40 + 1), bit.tobit(-2^33 + 3))
