local ffi = require "ffi"
ffi.cdef "enum op { ADD, SUB, MUL }; struct ins { enum op op; int arg; };" local prog = ffi.new("struct ins[3]", { { "ADD", 5 }, { "MUL", 3 }, { "SUB", 1 } }) local acc = 0 for i = 0, 2 do local ins = prog[i] if ins.op == "ADD" then acc = acc + ins.arg elseif ins.op == "SUB" then acc = acc - ins.arg else acc = acc * ins.arg end end print(acc, tonumber(prog[1].op))
