-- Long brackets: first newline dropped, no escapes, levels.
print([[plain]])
print([[
first newline dropped]])
print([[

second newline kept]])
print([==[ ]] ]=] ]==])
print([[a\nb\x41]])
print(#[[
]], #[[

]])
print([=[[[nested]]]=])
print(("x"):rep(3) .. [[y]] .. [=[z]=])
print(#loadstring("return [[a\r\nb]]")(), #loadstring("return [[a\n\rb]]")(), #loadstring("return [[\r\na\rb]]")())
print(select(2, loadstring("x = [[open", "=c")))
print(select(2, loadstring("x = [=[open]]", "=c")))
print(select(2, loadstring("x = [=open", "=c")))
print(({[ [[key]] ] = 1}).key)
