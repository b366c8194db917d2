-- Exponents of three digits and of one.
for _, v in ipairs{1e5, 1e99, 1e100, 1e-5, 1e-99, 1e-100, 1.5e300, 2.5e-300, 9.99e9, 1} do print(("%e %E %.0e %.2g %G %10.3e %-12.1e|"):format(v, v, v, v, v, v, v)) end
