-- A least-recently-used cache over a doubly linked list.
local Cache = {} Cache.__index = Cache
function Cache.new(limit) local c = setmetatable({limit = limit, size = 0, map = {}, head = {}, tail = {}}, Cache) c.head.next, c.tail.prev = c.tail, c.head return c end
local function unlink(n) n.prev.next, n.next.prev = n.next, n.prev end
function Cache:front(n) n.next, n.prev = self.head.next, self.head self.head.next.prev = n self.head.next = n end
function Cache:get(k) local n = self.map[k] if not n then return nil end unlink(n) self:front(n) return n.value end
function Cache:put(k, v)
  local n = self.map[k]
  if n then n.value = v unlink(n) self:front(n) return end
  if self.size == self.limit then local last = self.tail.prev unlink(last) self.map[last.key] = nil self.size = self.size - 1 end
  n = {key = k, value = v} self.map[k] = n self:front(n) self.size = self.size + 1
end
function Cache:__tostring() local out, n = {}, self.head.next while n ~= self.tail do out[#out + 1] = n.key .. "=" .. tostring(n.value) n = n.next end return "[" .. table.concat(out, " ") .. "]" end
local c = Cache.new(3) for i, k in ipairs{"a", "b", "c"} do c:put(k, i) end print(c) print(c:get("a"), c) c:put("d", 4) print(c, c:get("b")) c:put("c", 30) print(c) c:put("e", 5) c:put("f", 6) print(c, c.size)
local hits = 0 local big = Cache.new(10) for i = 1, 200 do local k = i * i % 17 if big:get(k) then hits = hits + 1 else big:put(k, i) end end print(hits, big.size)
