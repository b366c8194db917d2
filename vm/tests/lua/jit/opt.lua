-- jit.opt.start checks its flags.
local start = require("jit.opt").start
local function try(...) print(..., pcall(start, ...)) end
print(start == jit.opt.start, select("#", start()))
for _, flag in ipairs({
  "0", "1", "2", "3", "9", "10", "", "fold", "cse", "dce", "fwd", "dse", "narrow", "loop", "abc", "sink", "fuse", "fma",
  "+fold", "-fold", "nofold", "no-fold", "+nofold", "--fold", "-no-fold", "Fold", "fold ", " fold", "folded", "no", "-", "+",
  "hotloop=1", "hotloop=0", "hotloop=", "hotloop", "hotloop=x", "hotloop=1x", "hotloop=-1", "hotloop= 1", "+hotloop=1",
  "hotloop=2147483647", "hotloop=2147483648", "hotloop=4294967296", "hotloop=99999999999", "hotloop=1=2", "=1",
  "maxtrace=1000", "maxrecord=4000", "maxirconst=500", "maxside=100", "maxsnap=500", "minstitch=0", "hotexit=10",
  "tryside=4", "instunroll=4", "loopunroll=15", "callunroll=3", "recunroll=2", "sizemcode=64", "maxmcode=2048",
  "maxparallel=1", "fold\0x", "hotloop=1\0x", "x\0fold",
}) do try(flag) end
try("fold", "cse", "hotloop=56")
try("fold", "unknown", "cse")
try(3)
try(33)
print(pcall(start, nil))
print(pcall(start, {}))
print(pcall(start, true))
print(pcall(start, "fold", print == nil))
start("hotloop=56", "hotexit=10", "sizemcode=64")
start()
local ok, message = pcall(function() start("bad flag") end)
print(ok, message)
