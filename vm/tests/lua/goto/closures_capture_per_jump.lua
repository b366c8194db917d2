-- A local declared after a label is a new variable at each jump back.
local fs, i = {}, 1 do ::l:: local v = i * 10 fs[#fs + 1] = function() v = v + 1 return v end i = i + 1 if i <= 3 then goto l end end print(fs[1](), fs[1](), fs[2](), fs[3]())
local gs = {} for n = 1, 3 do local c = n if n == 2 then goto cont end gs[#gs + 1] = function() return c end ::cont:: end print(#gs, gs[1](), gs[2]())
do local k = 0 ::a:: local f = function() return k end k = k + 1 if k < 3 then goto a end print(f(), k) end
