-- %x classes and decoding of escapes.
print(("\\x41\\x42"):gsub("\\x(%x%x)", function(h) return string.char(tonumber(h, 16)) end)) print(("a\\nb\\\\c"):gsub("\\(.)", {n = "\n", ["\\"] = "\\"})) print(("DEADbeef12xyz"):match("^%x+"), ("xyz"):match("%x+"), ("0xFFg"):match("0x(%x*)(.*)"))
print(("%41%zz"):gsub("%%(%x%x)", function(h) return string.char(tonumber(h, 16)) end)) for p in ("ff00:1::2"):gmatch("%x*") do io.write("[", p, "]") end print()
