-- `const`, `continue` and `goto` are names wherever no such statement can begin.
local const, continue = 1, 2
print(const, continue)
local t = {const = 3, continue = 4, goto = 5, const, continue}
print(t.const, t.continue, t.goto, t[1], t[2])
local goto = 6
print(goto)
function t.continue(const, continue) return const, continue end
function t:const(goto) return goto end
print(t.continue(7, 8), t:const(9))
const = 10 continue = 11 goto = 12
print(const, continue, goto)
const, continue = continue, const
print(const, continue)
local function goto(const) return const end
print(goto(1), goto "s", #goto {})
for const = 1, 2 do io.write(const, " ") end
for continue, goto in pairs{5} do print(continue, goto) end
goto = print goto(1) goto "x"
continue = {f = function() return 1 end}
continue.f() continue["f"]()
goto const
print "skipped"
::const::
do goto goto ::goto:: end
goto continue
::continue:: print(const ?? 1, const ? 2 : 3)
