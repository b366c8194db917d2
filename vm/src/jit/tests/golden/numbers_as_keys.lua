-- Look-ups and assignments by numbers that are no indices, of a variable that nobody assigns to; what is nil in the first turns has a side trace that knows
-- the look-up.
local leases, next_lease = {}, 1
local function lease(client)
   local known = leases[client]
   if not known then
      known, next_lease = next_lease, next_lease + 1
      leases[client] = known
   end
   return known
end
local sum = 0
for i = 1, 60 do
   sum = sum + lease((i - 1) % 20 * 1.5)
end
print(sum)
