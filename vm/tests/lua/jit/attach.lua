-- jit.attach takes a function and the name of an event.
local function handler() end
print(select("#", jit.attach(handler, "trace")), select("#", jit.attach(handler)))
print(pcall(jit.attach))
print(pcall(jit.attach, nil, "trace"))
print(pcall(jit.attach, "x"))
print(pcall(jit.attach, handler, {}))
print(pcall(jit.attach, handler, true))
print(pcall(jit.attach, handler, nil))
print(pcall(jit.attach, select))
