-- Counting words and sorting by frequency.
local text = "the quick brown fox jumps over the lazy dog the fox"
local counts, words = {}, {}
for w in text:gmatch("%a+") do if not counts[w] then words[#words + 1] = w end counts[w] = (counts[w] or 0) + 1 end
table.sort(words, function(a, b) if counts[a] ~= counts[b] then return counts[a] > counts[b] end return a < b end)
for _, w in ipairs(words) do io.write(w, "=", counts[w], " ") end print()
