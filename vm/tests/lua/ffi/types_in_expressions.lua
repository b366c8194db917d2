local ffi = require "ffi"
ffi.cdef "struct tx { char a; double b; int c[10]; }; enum { TX1 = sizeof(struct tx), TX2 = sizeof(((struct tx *)0)->c), TX3 = __alignof__(struct tx), TX4 = sizeof(int *), TX5 = sizeof(char[3][5]), TX6 = (unsigned char)300, TX7 = sizeof(((struct tx *)0)->c[0]) };" for i = 1, 7 do io.write(ffi.C["TX" .. i], " ") end print()
