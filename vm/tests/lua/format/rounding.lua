-- Decimal rounding follows the exact binary value.
for _, v in ipairs{0.125, 0.375, 2.675, 1.005, 0.5, 1.5, 2.5, 1e21, 123456.789, 0.000123456, 9.995, 99.995} do
  print(("%.2f %.1f %.0f %.3g %.2e"):format(v, v, v, v, v))
end
print(("%.14g %.15g %.16g %.17g"):format(0.1, 0.1, 0.1, 0.1))
print(("%.14g %.14g %.14g"):format(1e14, 1e15, 123456789012345))
print(("%5.2f|%-8.3f|%08.3f|%+.1f"):format(1.005, 1.0005, -1.5, 0.05))
