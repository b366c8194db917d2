-- A parenthesis on a new line after a callable expression is refused.
local function try(src)
  local f, e = loadstring(src, "=src")
  print(f and f() or e)
end
try("local f = function(x) return x end\nlocal r = f\n(1)\nreturn r")
try("local f = function(x) return x end\nlocal r = f;\n(f)(1)\nreturn type(r)")
try("local f = function(x) return x end\nreturn f(\n1\n)")
try("local f = function(x) return x end\nreturn f\n'string on the next line'")
try("local f = function(x) return #x end\nreturn f\n{1, 2, 3}")
try("local t = {f = function(x) return x end}\nreturn t\n.f\n'dotted'")
try("local t = {f = function(s, x) return x end}\nreturn t\n:f\n'method'")
