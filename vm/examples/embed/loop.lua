-- The server once more, through FFI. The packet is a packed C struct that lies in the host's memory; constants, methods and layout come from
-- its declaration. The chunk is given the configuration and returns two ways to serve: `answer`, called by the host for every packet in
-- its slot, and `serve`, which has the event loop and asks the host for packets by the batch.

local ffi = require "ffi"
local bit = require "bit"
local bswap = bit.bswap

local config = ...

ffi.cdef [[
#pragma pack(1)
struct packet {
   static const int BOOT_REQUEST = 1;
   static const int BOOT_REPLY = 2;
   static const int DISCOVER = 1;
   static const int OFFER = 2;
   static const int REQUEST = 3;
   static const int ACK = 5;

   uint8_t op, htype, hlen, hops;
   uint32_t xid;
   uint16_t secs, flags;
   uint32_t ciaddr, yiaddr, siaddr, giaddr;
   union {
      uint8_t chaddr[16];
      struct { uint8_t maker0, maker1, maker2, serial0, serial1, serial2; };
   };
   uint8_t sname[64], file[128];
   uint8_t cookie[4];
   uint8_t option, length, message, finish;
   uint8_t rest[268];
};
#pragma pack()
typedef uint32_t (*receive)(struct packet *batch, uint32_t room);
]]
assert(ffi.sizeof "struct packet" == 512)

-- "10.0.0.1" as the number that packets carry.
local function to_number(address)
   local a, b, c, d = address:match("^(%d+)%.(%d+)%.(%d+)%.(%d+)$")
   assert(a, "not an address: " .. address)
   return ((a * 256 + b) * 256 + c) * 256 + d
end

local allowed = {}
for _, prefix in ipairs(config.allowed) do
   allowed[tonumber((prefix:gsub(":", "")), 16)] = true
end

local free, last = to_number(config.pool.first), to_number(config.pool.last)
local leases = {}

local Packet = {}
Packet.__index = Packet

function Packet:maker()
   return (self.maker0 * 256 + self.maker1) * 256 + self.maker2
end

function Packet:serial()
   return (self.serial0 * 256 + self.serial1) * 256 + self.serial2
end

-- Makes a request its answer; whether there is one.
function Packet:reply()
   local message = self.message
   if self.op ~= 1 or message ~= 1 and message ~= 3 then
      return false
   end
   local maker = self:maker()
   if not allowed[maker] then
      return false
   end
   local client = maker * 16777216 + self:serial()
   local address = leases[client]
   if not address then
      if free > last then
         return false
      end
      address, free = free, free + 1
      leases[client] = address
   end
   self.op = 2
   self.message = message == 1 and 2 or 5
   self.yiaddr = bswap(address)
   return true
end

local packet_type = ffi.metatype("struct packet", Packet)
assert(packet_type.BOOT_REQUEST == 1 and packet_type.BOOT_REPLY == 2)
assert(packet_type.DISCOVER == 1 and packet_type.OFFER == 2 and packet_type.REQUEST == 3 and packet_type.ACK == 5)

local server = {}

-- The callback for packets that the host puts at an address.
function server.answer(address)
   local packet = ffi.cast("struct packet *", address)
   return function()
      return packet:reply()
   end
end

-- Serves so many packets, which the host's `receive` brings; returns how many were answered.
function server.serve(receive, packets, room)
   receive = ffi.cast("receive", receive)
   local batch = ffi.new("struct packet[?]", room)
   local answered = 0
   while packets > 0 do
      local count = receive(batch, math.min(room, packets))
      for i = 0, count - 1 do
         if batch[i]:reply() then
            answered = answered + 1
         end
      end
      packets = packets - count
   end
   return answered
end

return server
