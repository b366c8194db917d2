-- inf and nan under flags and widths; zeros never pad them.
for _, spec in ipairs{"%f", "%F", "%e", "%E", "%g", "%G", "%a", "%A", "%5f", "%-5f|", "%05f", "%+f", "% f", "%.0f", "%.3f", "%10.2e", "%010g", "%+010.1f", "%#g", "%-+8g|", "%s", "%q", "%5s", "%.2s"} do
  local ok, a = pcall(string.format, spec, 1/0) local _, b = pcall(string.format, spec, -1/0) local _, c = pcall(string.format, spec, 0/0) local _, d = pcall(string.format, spec, -(0/0)) print(spec, a, b, (tostring(c):gsub("%-nan", "nan"):gsub(" nan", "nan")), #d)
end
for _, spec in ipairs{"%d", "%x", "%c", "%o", "%u"} do local ok, v = pcall(string.format, spec, 1e300) print(spec, ok, type(v)) end
print(tostring(1/0), tostring(-1/0), (tostring(0/0):gsub("-", "")), 1/0 .. "", -1/0 .. "")
