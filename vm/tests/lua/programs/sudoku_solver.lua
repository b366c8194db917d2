-- Sudoku by constraint propagation and search.
local function solve(s)
  local g, rows, cols, boxes = {}, {}, {}, {} for i = 0, 8 do rows[i], cols[i], boxes[i] = {}, {}, {} end
  local function place(i, d, on) local r, c = math.floor(i / 9), i % 9 local b = math.floor(r / 3) * 3 + math.floor(c / 3) rows[r][d], cols[c][d], boxes[b][d] = on, on, on g[i] = on and d or nil end
  local function can(i, d) local r, c = math.floor(i / 9), i % 9 return not (rows[r][d] or cols[c][d] or boxes[math.floor(r / 3) * 3 + math.floor(c / 3)][d]) end
  for i = 0, 80 do local d = tonumber(s:sub(i + 1, i + 1)) if d and d > 0 then place(i, d, true) end end
  local steps = 0
  local function search() local best, options for i = 0, 80 do if not g[i] then local o = {} for d = 1, 9 do if can(i, d) then o[#o + 1] = d end end if not best or #o < #options then best, options = i, o end if #o < 2 then break end end end if not best then return true end steps = steps + 1 for _, d in ipairs(options) do place(best, d, true) if search() then return true end place(best, d, nil) end return false end
  local ok = search() local out = {} for i = 0, 80 do out[#out + 1] = g[i] or "." end return ok, table.concat(out), steps
end
print(solve("530070000600195000098000060800060003400803001700020006060000280000419005000080079"))
