-- Large counts pass through calls, tables and unpack.
local t = {}
for i = 1, 200 do t[i] = i end
local function count(...) return select("#", ...) end
local function last(...) return (select(select("#", ...), ...)) end
print(count(unpack(t)), last(unpack(t)))
local function id(...) return ... end
print(count(id(unpack(t))), last(id(id(unpack(t)))))
print(#{unpack(t)}, #{0, unpack(t)}, #{unpack(t), 0})
print(math.max(unpack(t)), math.min(unpack(t)), #string.char(unpack(t)))
local big = {}
for i = 1, 3000 do big[i] = i end
print(count(unpack(big)), #{unpack(big)}, last(id(unpack(big))))
print(count(pcall(id, unpack(t))), count(coroutine.wrap(id)(unpack(t))))
