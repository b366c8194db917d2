-- String functions take numbers where they want strings.
print(pcall(function() return (12345):rep(2) end))
print(string.len(12345), string.sub(12345, 2, 3), string.rep(1, 3), string.reverse(123), string.format("%s", 1.5))
print(string.find(12345, 34), string.gsub(112, 1, 2), string.byte(1))
print(pcall(function() return (5):len() end))
print(pcall(function() local n = 5 return n:len() end))
