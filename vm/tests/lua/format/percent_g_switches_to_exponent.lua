-- %g changes form at exponents -5 and P, drops trailing zeros, keeps them with #.
for e = -8, 20 do local v = tonumber("1e" .. e) local w = tonumber("9.999995e" .. e) print(e, ("%g %g %.3g %.1g %.0g %.10g %#g %#.3g"):format(v, w, w, w, w, w, v, w)) end
for _, v in ipairs{0, -0, 100000, 999999, 999999.5, 1000000, 1234567, 0.0001, 0.00001, 0.00009999995, 123456, 123456.5, 12345.65, 0.5, 1e100, 1e-100, 1e308, 5e-324, 1/0, -1/0} do print(("%g|%G|%.14g|%.15g|%.16g|%.17g|%10.4g|%-10.2g|%+g|%010g"):format(v, v, v, v, v, v, v, v, v, v)) end
for p = 0, 20 do io.write(("%." .. p .. "g "):format(1/3), ("%." .. p .. "g "):format(2/3), ("%." .. p .. "g"):format(123.456), "\n") end
