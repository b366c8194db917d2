-- % in replacement strings.
for _, r in ipairs{"%0", "%1", "%2", "%%", "%0%0", "%1%%%2", "x%", "%a", "%", "%3", "%9", "%%1", "%%%1", "a%0b%0c", "", "\0%1\0"} do print(#r, pcall(string.gsub, "key=val", "(%w+)=(%w+)", r)) end print(pcall(string.gsub, "abc", "%w", "%1%1")) print(pcall(string.gsub, "abc", "()", "%1")) print(pcall(string.gsub, "abc", "%w", "%2"))
