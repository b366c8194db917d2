-- %f %e %g %a under every flag with several widths and precisions.
for _, directive in ipairs{"f", "e", "g"} do
  for _, flags in ipairs{"", "-", "0", "+", " ", "#", "-+", "#0"} do
    for _, size in ipairs{"", "1", "12", ".0", ".3", "12.2", "8.0", ".10"} do
      local spec = "%" .. flags .. size .. directive local out = {}
      for i, v in ipairs{0, 1, -1.5, 3.14159265, 1234567.891, 1e-7} do out[i] = "[" .. spec:format(v) .. "]" end
      print(spec, table.concat(out, " "))
    end
  end
end
