-- gmatch: several captures, empty matches, anchors, independent iterators, calls after the end.
local function all(s, p) local out = {} for a, b, c in s:gmatch(p) do out[#out + 1] = "(" .. tostring(a) .. (b and "," .. tostring(b) or "") .. (c and "," .. tostring(c) or "") .. ")" end print(p, #out, table.concat(out)) end
all("one two  three", "%a+") all("a=1, b=2", "(%w+)=(%w+)") all("abc", "") all("abc", "()") all("abc", ".") all("", "") all("", ".") all("a,b,,c", "([^,]*)")
all("aXbX", "X?") all("aaa", "a*") all("baaac", "a*") all("baaac", "a-") all("baaac", "a-c") all("key", "^k") all("kkk", "^k") all("a b", "$") all("abc", "%w$")
all("[[x]][[y]]", "%[%[(.-)%]%]") all("1.5 -2 3e4", "%-?%d[%d.e]*") all("THE (quick) fox", "%f[%a]%a+") all("a1b2c3", "((%a)(%d))") all("\0a\0b", "%z(.)")
local it = ("ab"):gmatch(".") print(it()) print(it()) print(it()) print(it())
local x, y = ("123"):gmatch("%d"), ("abc"):gmatch("%a") print(x(), y(), x(), y(), x(), y(), x(), y())
print(type(it), pcall(string.gmatch)) print(pcall(string.gmatch, "a")) print(pcall(string.gmatch, {}, "a")) print(pcall(string.gmatch, "a", {}))
print(pcall(string.gmatch("a", "("))) print(pcall(string.gmatch("a", "%"))) print(pcall(string.gmatch("a", "[")))
for w in string.gmatch(12321, "2") do io.write(w, ";") end print()
for k, v in ("a=1;b=2"):gmatch("(%w)=(%w)") do if k == "b" then break end io.write(k, v, ";") end print()
print(string.gfind == string.gmatch, string.gfind)
