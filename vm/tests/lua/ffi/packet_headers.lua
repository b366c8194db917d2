local ffi = require "ffi"
ffi.cdef [[ #pragma pack(1)
struct eth { uint8_t dst[6], src[6]; uint16_t type; }; struct ip { uint8_t ihl:4, version:4; uint8_t tos; uint16_t len; uint32_t addr; }; struct packet { struct eth eth; struct ip ip; uint8_t data[20]; };
#pragma pack()
]] local p = ffi.new "struct packet" print(ffi.sizeof(p), ffi.offsetof("struct packet", "ip"), ffi.offsetof("struct packet", "data")) p.ip.version, p.ip.ihl = 4, 5 print(ffi.cast("uint8_t *", p)[14]) p.eth.type = 0x0800 p.ip.len = 1500 p.ip.addr = 0xc0a80001 local b = ffi.cast("uint8_t *", p) print(b[12], b[13], b[16], b[17], b[18], b[21])
