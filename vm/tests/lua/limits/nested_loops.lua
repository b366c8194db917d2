-- As many loops inside each other as the locals allow.
local function nested(head, n) return string.rep(head, n, " ") .. " count = (count or 0) + 1" .. string.rep(" end", n) end
for _, head in ipairs{
  "for i = 1, 1 do", "for i in once() do", "while once()() do", "for i = 1, 1 do for j in once() do",
} do
  local n = head:find("for j") and 25 or head:find("for") and 50 or 100
  local env = {once = function()
    local done
    return function() if not done then done = true return true end end
  end}
  env.once = head:find("while") and function() local n = 0 return function() return false end end or env.once
  local source = nested(head, n)
  if head:find("for j") then source = string.rep(head, n, " ") .. " count = (count or 0) + 1" .. string.rep(" end", n * 2) end
  local f, message = loadstring(source, "=nested")
  print(head, message)
  if f then print(pcall(setfenv(f, env))) print(env.count) end
end
print(loadstring(nested("for i in x do", 51), "=nested"))
print(loadstring(nested("repeat", 10):gsub("end", "until true"), "=nested") ~= nil)
print(select(2, loadstring(nested("while x do", 200), "=nested")))
