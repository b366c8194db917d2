-- jit.p: a sampling profiler with the options and the output of LuaJIT's. start(options, file), stop(); without stop it reports when the VM ends.
--
--   f F l p   by function, by module and function, by line; with whole paths      <n> -<n>  so many levels of the stack, from the callee or from the caller
--   s         split after the first level     v z   by state of the VM, by zone    r a A G   counts, source excerpts, whole sources, input for flame graphs
--   m<n>      leave out less than n percent   i<n>  sample every n milliseconds
local profile = require("jit.profile")

local STATES = { N = "Compiled", I = "Interpreted", C = "C code", G = "Garbage Collector", J = "JIT Compiler" }
-- Of the running profile; nil while there is none.
local run

local function add(counts, key, n) counts[key] = (counts[key] or 0) + n end

local function sample(thread, n, state)
  run.samples = run.samples + n
  local by_state, by_stack, below
  if run.states == "v" then by_state = STATES[state] or state
  elseif run.states == "z" then by_state = run.zone.get() or "(none)" end
  if run.format then
    by_stack = profile.dumpstack(thread, run.format, run.depth)
    if run.split == "levels" then
      local first, rest = by_stack:match("(.-) [<>] (.*)")
      if rest then by_stack, below = first, rest end
    elseif run.split == "lines" then
      below = profile.dumpstack(thread, "l", 1)
    end
  end
  local first, second
  if run.split == "states" then
    if by_state then first, second = by_state, by_stack end
  elseif by_stack then
    first, second = by_stack, below or by_state
  end
  if not first then return end
  add(run.counts, first, n)
  if second then
    local inner = run.inner[first] or {}
    run.inner[first] = inner
    add(inner, second, n)
  end
end

local function sorted(counts)
  local keys = {}
  for key in pairs(counts) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b)
    if counts[a] ~= counts[b] then return counts[a] > counts[b] end
    return a < b
  end)
  return keys
end

local function percent(n, of) return math.floor(n * 100 / of + 0.5) end

local function list(p, counts, inner, samples, indent)
  for _, key in ipairs(sorted(counts)) do
    local n = counts[key]
    local share = percent(n, samples)
    if share < p.least then break end
    if p.raw == "stacks" then p.out:write(key, " ", n, "\n")
    elseif p.raw then p.out:write(("%s%5d  %s\n"):format(indent, n, key))
    else p.out:write(("%s%2d%%  %s\n"):format(indent, share, key)) end
    if inner and inner[key] then
      local arrow = (p.split == "lines" or p.split == "states") and "  -- " or p.depth < 0 and "  -> " or "  <- "
      list(p, inner[key], nil, n, arrow)
    end
  end
end

-- Source text with the share of each line beside it.
local function annotate(p, counts, samples)
  local files, most = {}, {}
  for key, n in pairs(counts) do
    local file, line = key:match("^(.*):(%d+)$")
    if file and percent(n, samples) >= p.least then
      files[file] = files[file] or {}
      files[file][tonumber(line)] = n
      most[file] = math.max(most[file] or 0, n)
    end
  end
  for _, file in ipairs(sorted(most)) do
    local lines = files[file]
    local source, message = io and io.open(file)
    if not source then
      p.out:write(("====== %s: %s\n"):format(file, message or "no access to files"))
    else
      p.out:write(("\n====== %s ======\n"):format(file))
      local text, number = {}, 0
      for line in source:lines() do number = number + 1 text[number] = line end
      source:close()
      local shown = 0
      for at = 1, number do
        local near = p.around == 0
        for distance = -p.around, p.around do near = near or lines[at + distance] ~= nil end
        if near then
          if shown ~= at - 1 and p.around > 0 then p.out:write("@@ ", at, " @@\n") end
          shown = at
          local n = lines[at]
          if not n then p.out:write("      | ", text[at], "\n")
          elseif p.raw then p.out:write(("%5d | %s\n"):format(n, text[at]))
          else p.out:write(("%4d%% | %s\n"):format(percent(n, samples), text[at])) end
        end
      end
    end
  end
end

local function finish()
  local p = run
  if not p then return end
  profile.stop()
  run = nil
  if p.samples == 0 then
    if p.raw ~= "stacks" then p.out:write("[No samples collected]\n") end
  elseif p.around then
    annotate(p, p.counts, p.samples)
  else
    list(p, p.counts, p.inner, p.samples, "")
  end
  if p.closes then p.out:close() else p.out:flush() end
end

local function start(options, file)
  finish()
  local p = { counts = {}, inner = {}, samples = 0, least = 3, depth = 1, out = io and io.stdout }
  options = options or "f"
  local interval = ""
  options = options:gsub("i%d*", function(text) interval = text return "" end)
  options = options:gsub("m(%d+)", function(text) p.least = tonumber(text) return "" end)
  options = options:gsub("%-?%d+", function(text) p.depth = tonumber(text) return "" end)
  local has = {}
  for letter in options:gmatch(".") do
    if not letter:find("[fFlpsvzraAG%-]") then error("bad profiler option '" .. letter .. "'", 3) end
    has[letter] = letter
  end
  p.states = has.z or has.v
  p.zone = has.z and require("jit.zone")
  p.raw = has.r and "counts"
  local scope = has.l or has.f or has.F or p.states and "" or "f"
  if has.s then
    p.split = "levels"
    if p.depth == -1 or has["-"] then p.depth = -2 elseif p.depth == 1 then p.depth = 2 end
  elseif options:find("[fF].*l") then
    scope, p.split = "l", "lines"
  elseif scope == "" or options:find("[zv].*[lfF]") then
    p.split = "states"
  end
  local paths = has.p or ""
  if has.a or has.A then
    p.around = has.A and 0 or 3
    p.format, p.split, p.depth = "pl", nil, 1
  elseif has.G and scope ~= "" then
    p.format, p.depth, p.raw, p.least = paths .. scope .. "Z;", -100, "stacks", 0
  elseif scope ~= "" then
    p.format = paths .. (p.split == "lines" and has.f or has.F or scope) .. (p.depth >= 0 and "Z < " or "Z > ")
  end
  file = file or os and os.getenv and os.getenv("LUAJIT_PROFILEFILE")
  if file and file ~= "-" then
    p.out, p.closes = assert(io.open(file, "w")), true
  elseif not p.out then
    local parts = {}
    p.out = {
      write = function(_, ...) for i = 1, select("#", ...) do parts[#parts + 1] = select(i, ...) end end,
      flush = function() print((table.concat(parts):gsub("\n$", ""))) end,
    }
  end
  -- Without a stop, the end of the VM is one.
  p.guard = newproxy(true)
  getmetatable(p.guard).__gc = function() if run == p then finish() end end
  run = p
  profile.start(scope:lower() .. interval, sample)
end

return { start = start, stop = finish }
