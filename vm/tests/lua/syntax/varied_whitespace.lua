-- Any mixture of blanks separates tokens; CRLF counts as one line.
local f = loadstring("local\ta\v=\f1\r\nreturn\na+\r\n1")
print(f())
print((select(2, loadstring("\r\n\r\nx = =", "=c"))))
print((select(2, loadstring("\n\r\n\rx = =", "=c"))))
print((select(2, loadstring("\r\rx = =", "=c"))))
print(loadstring("return--[[]]1--")())
print(loadstring("return'a'..'b'")())
print(loadstring("return{1,2}[1]") == nil, loadstring("return({1,2})[1]")())
