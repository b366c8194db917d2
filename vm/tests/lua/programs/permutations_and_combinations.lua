-- Permutations by coroutine and by Heap's algorithm, combinations, subsets, Gray codes.
local function permgen(a, n) n = n or #a if n <= 1 then coroutine.yield(a) else for i = 1, n do a[n], a[i] = a[i], a[n] permgen(a, n - 1) a[n], a[i] = a[i], a[n] end end end
for p in coroutine.wrap(function() permgen{"a", "b", "c"} end) do io.write(table.concat(p), " ") end print()
local count = 0 for p in coroutine.wrap(function() permgen{1, 2, 3, 4, 5} end) do count = count + 1 end print(count)
local function next_perm(a) local i = #a - 1 while i > 0 and a[i] >= a[i + 1] do i = i - 1 end if i == 0 then return false end local j = #a while a[j] <= a[i] do j = j - 1 end a[i], a[j] = a[j], a[i] local l, r = i + 1, #a while l < r do a[l], a[r] = a[r], a[l] l, r = l + 1, r - 1 end return true end
local a = {1, 1, 2, 2} repeat io.write(table.concat(a), " ") until not next_perm(a) print()
local function comb(n, k, start, acc, out) start, acc, out = start or 1, acc or {}, out or {} if #acc == k then out[#out + 1] = table.concat(acc) else for i = start, n do acc[#acc + 1] = i comb(n, k, i + 1, acc, out) acc[#acc] = nil end end return out end print(table.concat(comb(5, 3), " "))
for m = 0, 7 do local s = {} for i = 0, 2 do if bit.band(m, bit.lshift(1, i)) ~= 0 then s[#s + 1] = ("xyz"):sub(i + 1, i + 1) end end io.write("{", table.concat(s, ","), "} ") end print() local rows = {{1}} for i = 2, 8 do local r, p = {1}, rows[i - 1] for j = 2, i - 1 do r[j] = p[j - 1] + p[j] end r[i] = 1 rows[i] = r end print(table.concat(rows[8], " "))
