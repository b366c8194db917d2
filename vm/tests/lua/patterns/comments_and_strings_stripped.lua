-- Removing comments and quoted text with lazy matches.
local src = 'a = 1 -- one\nb = "x -- y" -- two\n--[[ block\nmore ]] c = 3' print((src:gsub("%-%-%[%[.-%]%]", ""):gsub("%-%-[^\n]*", ""))) print((src:gsub('"[^"]*"', "STR"))) print(select(2, src:gsub("\n", "")), src:match("^[^\n]*"), src:match("[^\n]*$")) for l in src:gmatch("[^\n]+") do print(#l, l:find("%-%-"), l:match("^%s*(%w+)%s*=")) end
