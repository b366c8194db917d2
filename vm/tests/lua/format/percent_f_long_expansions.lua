-- %f prints all digits of a double, however many there are.
for _, v in ipairs{0.1, 1/3, 2/3, 1e15, 1e16, 1e17, 1e20, 1e22, 1e23, 2^53, 2^63, 2^64, 2^100, 1e100, 123456789.125, 1e-10} do print(("%f %.0f %.1f %.20f"):format(v, v, v, v)) end
print(#("%f"):format(1e308), ("%f"):format(1e308):sub(1, 40), #("%.99f"):format(1/3), ("%.99f"):format(1/3)) print(#("%.99f"):format(1e308), #("%.99e"):format(5e-324), ("%.60e"):format(0.1)) print(("%f"):format(1.7976931348623157e308):sub(1, 30), ("%.99f"):format(2^-60))
for p = 0, 25 do print(p, ("%." .. p .. "f"):format(0.1), ("%." .. p .. "f"):format(2.5), ("%." .. p .. "f"):format(-1e-5), ("%." .. p .. "f"):format(99999.99999)) end
