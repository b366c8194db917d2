-- ^ anchors only at the start of a pattern, $ only at its end.
print(("hello"):match("^h"), ("hello"):match("^e"), ("hello"):match("o$"), ("hello"):match("l$"))
print(("a^b"):match("a^b"), ("a$b"):match("a$b"), ("hello"):find("^l", 3), ("hello"):find("^e", 2))
print(("x"):match("^$"), (""):match("^$") == "", ("a$"):match("a%$$"), ("^a"):match("^%^a"))
print(("hello"):gsub("^h", "J"), ("hhh"):gsub("^h", "J"), ("hello"):gsub("$", "!"))
for w in ("one two"):gmatch("^%a+") do io.write("[", w, "]") end print()
print(("abc"):find("^b", 2), ("abc"):match("()$"))
