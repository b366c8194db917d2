-- ? on single items in sequence.
for _, p in ipairs{"^-?%d+$", "^[+-]?%d+%.?%d*$", "colou?r", "^(%a?)(%d?)$", "x?x?x?", "^a?b?c?$", "%s?=%s?", "s?$", "^%(?(%d+)%)?$", "(https?)://"} do for _, s in ipairs{"-12", "+3.5", "color colour", "a1", "xx", "abc", "k = v", "cats", "(42)", "42", "https://x", "http://y", ""} do io.write(tostring((s:match(p))), " ") end print(p) end
