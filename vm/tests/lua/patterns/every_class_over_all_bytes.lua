-- Which bytes each class matches.
local all = {} for i = 0, 255 do all[i + 1] = string.char(i) end all = table.concat(all)
local function span(p)
  local out, from, hits = {}, nil, {}
  for at in all:gmatch("()" .. p) do hits[at - 1] = true end
  for i = 0, 256 do
    local hit = hits[i]
    if hit and not from then from = i elseif not hit and from then out[#out + 1] = from == i - 1 and tostring(from) or from .. "-" .. i - 1 from = nil end
  end
  print(p, table.concat(out, " "))
end
for c in ("acdglpsuwxz"):gmatch(".") do span("%" .. c) span("%" .. c:upper()) end
span(".") span("[%w_]") span("[^%w_]") span("[%a%d]") span("[%A]") span("[^%A]") span("[%S%s]") span("[a-fA-F0-9]") span("[%-%]]") span("[]]") span("[^]]") span("[a-]") span("[-a]") span("[%a-z]") span("[+--]") span("[!-~]") span("[\128-\255]") span("[z-a]") span("[a-a]") span("[^a-zA-Z]") span("[%%]") span("[.]") span("[*]") span("[$^]") span("[^^]") span("[%d.]") span("[[]") span("[[%]]") span("%.") span("%%") span("%[") span("%-") span("%q") span("%\255")
