-- Bit operators, navigation, compound assignment and the rest of the extended syntax, dumped and loaded.
local function again(f, ...) return assert(load(string.dump(f, ...))) end
for _, strip in ipairs({false, true}) do
  print(again(function(a, b) return a & b, a | b, a ~ b, ~a, a << 2, a >> 1, a ~>> 1, a & 0xff, 1 << b end, strip)(-6, 11))
  print(again(function(t) return t?.x?.y, t?.z?.y end, strip)({x = {y = 1}}))
  print(again(function(n) n += 1 n *= 3 n -= 2 n &= 0xf return n end, strip)(4))
  print(again(function(n) local s = 0 for i = 1, n do if i % 2 == 0 then continue end s = s + i end return s end, strip)(9))
  print(again(function(a) return a ? "yes" : "no" end, strip)(nil), again(function(a, b) return a != b end, strip)(1, 2))
  print(again(function() const k = 5 return (|x| -> x + k)(1) end, strip)())
end
print(pcall(again(function(a) return a & 1 end), {}))
print(pcall(again(function(a) return a | 1 end, true), "x"))
