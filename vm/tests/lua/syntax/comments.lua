-- Comments of every form are skipped; line numbers stay right.
print(1) -- to the end of the line
--[[ a long
comment ]] print(2)
--[==[ with ]] inside ]=] and
more ]==]
print(3) --[[inline]] print(4)
---[[ three dashes make a line comment
print(5)
--]]
--[ not long
print(6) --[=[ x ]=] --[[ y ]]
-- the last comment has no newline before the next statement
local ok, e = pcall(function() error("here") end)
print(e)
print(type(loadstring("--")), loadstring("--[[") == nil)
print(select(2, loadstring("--[==[ open ]=]", "=c")))
