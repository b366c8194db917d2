-- Flags on conversions they have no meaning for.
for _, f in ipairs{"% s", "%+s", "%#s", "%0s", "%05s", "% c", "%+c", "%05c", "%#d", "%+x", "% x", "%+o", "% u", "%+u", "%#u", "%#c", "%#i", "%-05d", "%+ d", "%-+ 6d|", "%00d", "%##x", "%++d"} do print(f, pcall(string.format, f, 65)) end
