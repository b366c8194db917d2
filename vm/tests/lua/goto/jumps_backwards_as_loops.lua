-- Backward goto makes loops, nested ones too.
local i, out = 1, {} ::top:: out[#out + 1] = i i = i + 1 if i <= 5 then goto top end print(table.concat(out, " "))
do local a = 0 ::outer:: a = a + 1 local b = 0 ::inner:: b = b + 1 io.write(a, ":", b, " ") if b < 3 then goto inner end if a < 3 then goto outer end end print()
local n = 0 do ::again:: n = n + 1 if n < 10 then goto again end end print(n)
