-- Numbers that are zero to any precision `%f` takes.
for _, v in ipairs({-9e-320, 5e-324, 1e-310, 2.2250738585072014e-308, 1e-200}) do
  for _, f in ipairs({"%f", "%.3f", "%5.0f", "%.99f"}) do
    print(v, f, string.format(f, v))
  end
end
