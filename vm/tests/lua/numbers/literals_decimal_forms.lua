-- Every shape of a decimal literal, and the malformed ones.
for src in ("0 1 007 1. .5 0.5 1e1 1E1 1e+1 1e-1 1.5e3 .5e1 5.e1 1e400 1e-400 123456789012345678901234567890 0.1e1 4.9e-324 2.5e-324 2.4e-324 1.7976931348623157e308 1.7976931348623159e308 9007199254740993 3..2 1..2 1.2.3 1e 1e+ .e1 . 1x 1_000 0b10 1e5.5 5f 1ee1 0e12 00 0.0 -0 - --5 1e-5x 0xep1 0x"):gmatch("%S+") do
  local f, e = loadstring("return " .. src, "=n") print(src, f and ("%.17g"):format(tonumber((f())) or 0/0):gsub("-?nan", "nan") or e)
end
print(1 ..2, 1.5 ..1, 0x10 ..1) print(1e2, 1E2, .5, 5., 0.5e1) print(-0, 0 == -0, 1/0 > 0, 1/-0 < 0)
