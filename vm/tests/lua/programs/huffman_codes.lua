-- Huffman coding with a deterministic tie rule, and decoding.
local text = "she sells sea shells by the sea shore" local freq, order = {}, {} for c in text:gmatch(".") do if not freq[c] then order[#order + 1] = c end freq[c] = (freq[c] or 0) + 1 end
local nodes = {} for i, c in ipairs(order) do nodes[i] = {f = freq[c], c = c, id = i} end local id = #nodes
local function less(a, b) if a.f ~= b.f then return a.f < b.f end return a.id < b.id end
while #nodes > 1 do table.sort(nodes, less) local a, b = table.remove(nodes, 1), table.remove(nodes, 1) id = id + 1 nodes[#nodes + 1] = {f = a.f + b.f, l = a, r = b, id = id} end
local codes = {} local function walk(n, p) if n.c then codes[n.c] = p else walk(n.l, p .. "0") walk(n.r, p .. "1") end end walk(nodes[1], "")
table.sort(order) for _, c in ipairs(order) do io.write("'", c, "'", codes[c], " ") end print() local bits = text:gsub(".", codes) print(#bits, bits:sub(1, 40))
local out, n = {}, nodes[1] for b in bits:gmatch(".") do n = b == "0" and n.l or n.r if n.c then out[#out + 1] = n.c n = nodes[1] end end print(table.concat(out) == text)
