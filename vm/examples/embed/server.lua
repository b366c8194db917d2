-- A tiny DHCP server. The chunk is given the configuration and returns the function the host calls with every packet;
-- that returns whether the packet is now an answer to be sent back.

local config = ...

local BOOT_REQUEST, BOOT_REPLY = 1, 2
local DISCOVER, OFFER, REQUEST, ACK = 1, 2, 3, 5

-- "10.0.0.1" as the number that packets carry.
local function to_number(address)
   local a, b, c, d = address:match("^(%d+)%.(%d+)%.(%d+)%.(%d+)$")
   assert(a, "not an address: " .. address)
   return ((a * 256 + b) * 256 + c) * 256 + d
end

-- "02:00:5e" as the bytes that packets carry.
local function to_bytes(prefix)
   return (prefix:gsub("(%x%x):?", function(byte) return string.char(tonumber(byte, 16)) end))
end

local allowed = {}
for _, prefix in ipairs(config.allowed) do
   allowed[to_bytes(prefix)] = true
end

local answers = { [DISCOVER] = OFFER, [REQUEST] = ACK }
local free, last = to_number(config.pool.first), to_number(config.pool.last)
local leases = {}

return function(packet)
   local answer = answers[packet:message()]
   if packet:op() ~= BOOT_REQUEST or not answer then
      return false
   end
   local client = packet:chaddr()
   if not allowed[client:sub(1, 3)] then
      return false
   end
   local address = leases[client]
   if not address then
      if free > last then
         return false
      end
      address, free = free, free + 1
      leases[client] = address
   end
   packet:op(BOOT_REPLY)
   packet:message(answer)
   packet:yiaddr(address)
   return true
end
