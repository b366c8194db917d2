-- Which bytes each class matches.
local function span(p)
  local out, from = {}, nil
  for i = 0, 256 do
    local hit = i < 256 and string.char(i):find("^" .. p .. "$") ~= nil
    if hit and not from then from = i elseif not hit and from then out[#out + 1] = from == i - 1 and tostring(from) or from .. "-" .. i - 1 from = nil end
  end
  print(p, table.concat(out, " "))
end
for c in ("acdglpsuwxz"):gmatch(".") do span("%" .. c) span("%" .. c:upper()) end
span(".") span("[%w_]") span("[^%w_]") span("[%a%d]") span("[%A]") span("[^%A]") span("[%S%s]") span("[a-fA-F0-9]") span("[%-%]]") span("[]]") span("[^]]") span("[a-]") span("[-a]") span("[%a-z]") span("[+--]") span("[!-~]") span("[\128-\255]") span("[z-a]") span("[a-a]") span("[^a-zA-Z]") span("[%%]") span("[.]") span("[*]") span("[$^]") span("[^^]") span("[%d.]") span("[[]") span("[[%]]") span("%.") span("%%") span("%[") span("%-") span("%q") span("%\255")
