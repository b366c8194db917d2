-- %f matches the empty string between a non-member and a member.
print(("THE (quick) fox"):find("%f[%a]%a+%f[%A]"), ("THE (quick) fox"):gsub("%f[%a]%a+", string.lower))
print(("hello"):match("%f[%z]()"), ("hello"):match("%f[h]()"), ("aXbX"):gsub("%f[X]", "-"))
for w in ("one, two;three"):gmatch("%f[%w]%w+%f[%W]") do io.write(w, ".") end print()
print(pcall(string.match, "a", "%f"))
print(pcall(string.match, "a", "%fa"))
print((""):match("%f[%z]") == "", ("x"):find("%f[^x]"))
