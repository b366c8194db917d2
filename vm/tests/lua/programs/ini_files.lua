-- INI parsing with sections, comments, typed values and writing back in order.
local function parse(s) local data, order, cur = {}, {}, nil local n = 0 for line in (s .. "\n"):gmatch("(.-)\n") do n = n + 1 line = line:match("^%s*(.-)%s*$") if line ~= "" and not line:find("^[;#]") then local name = line:match("^%[([^%]]+)%]$") if name then cur = data[name] or {} if not data[name] then order[#order + 1] = name data[name] = cur end else local k, v = line:match("^([%w_.]+)%s*=%s*(.-)%s*$") if not k then error(("line %d: bad entry %q"):format(n, line), 0) end if not cur then error(("line %d: no section"):format(n), 0) end if v == "true" or v == "false" then v = v == "true" else v = tonumber(v) or v:match('^"(.*)"$') or v end cur[#cur + 1] = k cur[k] = v end end end return data, order end
local function write(data, order) for _, s in ipairs(order) do print("[" .. s .. "]") for _, k in ipairs(data[s]) do local v = data[s][k] print("  " .. k, type(v), v) end end end
write(parse([[
; comment
[window]
width = 800
height=600
title = "My = Game"
full = false
# other
[keys]
jump = space
fire = 0x20
ratio = 1.5e-1
[window]
scale=2
]])) print(pcall(parse, "a = 1")) print(pcall(parse, "[s]\nnonsense")) print(pcall(parse, "[s]\n\n[t\n")) print(next((parse(""))))
