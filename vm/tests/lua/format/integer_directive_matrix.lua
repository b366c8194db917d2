-- %d %i %u %c %x %X %o under every flag, width and precision.
local function f(spec, ...) print(spec, pcall(string.format, spec .. "|", ...)) end
for _, flags in ipairs{"", "-", "0", "+", " ", "#", "-0", "+0", "-+", "0#"} do
  for _, width in ipairs{"", "6", "12"} do
    for _, precision in ipairs{"", ".", ".1", ".4"} do
      for _, directive in ipairs{"d", "x"} do
        local spec = "%" .. flags .. width .. precision .. directive
        local out = {} for i, v in ipairs{0, 42, -7, 123456789} do local ok, s = pcall(string.format, "[" .. spec .. "]", v) out[i] = ok and s or s:gsub("^.-:", "") end
        print(spec, table.concat(out, " "))
      end
    end
  end
end
f("%i", 5) f("%u", 5) f("%o", 8) f("%#o", 8) f("%X", 255) f("%#X", 255) f("%c", 65) f("%5c", 65) f("%-5c", 65) f("%05c", 65) f("%i", -5) f("%u", -5) f("%o", -8) f("%x", -1) f("%X", -255)
f("%+d", 0) f("% d", 0) f("%+x", 10) f("% X", 10) f("%.0d", 0) f("%.0x", 0) f("%5.0d", 0) f("%+.0d", 0) f("%#.0o", 0) f("%#x", 0)
