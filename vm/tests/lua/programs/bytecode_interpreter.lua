-- A stack machine running a loop: dispatch through a table of functions.
local ops = {}
function ops.push(s, a) s[#s + 1] = a end
function ops.add(s) local b = table.remove(s) s[#s] = s[#s] + b end
function ops.sub(s) local b = table.remove(s) s[#s] = s[#s] - b end
function ops.dup(s) s[#s + 1] = s[#s] end
function ops.swap(s) s[#s], s[#s - 1] = s[#s - 1], s[#s] end
function ops.jnz(s, a) if table.remove(s) ~= 0 then return a end end
function ops.over(s) s[#s + 1] = s[#s - 1] end
local prog = {{"push", 0}, {"push", 100}, {"swap"}, {"over"}, {"add"}, {"swap"}, {"push", 1}, {"sub"}, {"dup"}, {"jnz", 3}}
local stack, pc, steps = {}, 1, 0
while prog[pc] do local ins = prog[pc] steps = steps + 1 pc = ops[ins[1]](stack, ins[2]) or pc + 1 end
print(stack[1], stack[2], steps)
