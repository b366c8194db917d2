-- Precision zero on zero values, and precision against the 0 flag.
for _, f in ipairs{"%.0d", "%.d", "%5.0d|", "%05.0d|", "%+.0d", "%.0x", "%#.0x", "%.0o", "%#.0o", "%.0u", "%.0f", "%#.0f", "%.0e", "%#.0e", "%.0g", "%#.0g", "%.0s|", "%05.3d", "%-8.3d|", "%08.3x", "%#08x", "%#8.4x", "%+08d", "% 08d"} do print(f, (f:format(0)), (f:format(7))) end
