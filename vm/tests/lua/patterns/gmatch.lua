-- gmatch walks all matches; captures; empty matches; the loop may nest.
for w in ("one two  three"):gmatch("%a+") do io.write("[", w, "]") end print()
for k, v in ("a=1, b=2, c=3"):gmatch("(%w)=(%w)") do io.write(k, ":", v, " ") end print()
for p in ("abc"):gmatch("()") do io.write(p, " ") end print()
for m in ("abc"):gmatch("") do io.write("[", m, "]") end print()
for m in ("xaxbx"):gmatch("[ab]*") do io.write("[", m, "]") end print()
for line in ("l1\nl2\n\nl4"):gmatch("([^\n]*)\n?") do io.write("<", line, ">") end print()
for a in ("ab cd"):gmatch("%a%a") do for b in a:gmatch("%a") do io.write(b, "-") end end print()
local f = ("a b"):gmatch("%a")
print(f(), f(), f(), type(f))
print(pcall(string.gmatch, "x"))
print(pcall(string.gmatch))
print(pcall(string.gmatch, "x", {}))
print(pcall(function() for _ in ("x"):gmatch("[") do end end))
local n = 0
for _ in (("ab"):rep(100)):gmatch("ab") do n = n + 1 end
print(n)
