-- The iteration protocol: function, state, control.
local function range(n) return function(s, c) if c < s then return c + 1 end end, n, 0 end
for i in range(3) do io.write(i, " ") end print()
for a, b, c in function(_, x) if x == nil then return 1, 2 end end do print(a, b, c) end
for k in pairs({}) do print("never") end
for i, v in ipairs({1, 2, nil, 4}) do io.write(i, v, " ") end print()
local calls = 0
for x in function() calls = calls + 1 if calls < 4 then return calls end end do x = x * 10 io.write(x, " ") end print(calls)
for a in function() return false end do print("false is a value", a) break end
print(pcall(function() for x in {} do end end))
print(pcall(function() for x in "str" do end end))
print(pcall(function() for x in nil do end end))
for k, v in next, {10, 20} do io.write(k, "=", v, " ") end print()
for i, v in ipairs{"a", "b"} do for j, w in ipairs{"c", "d"} do io.write(i, v, j, w, " ") end end print()
local iter, state, ctl = ipairs({"x"}) print(type(iter), type(state), ctl) print(iter(state, ctl)) print(iter(state, 1))
for i, v in (function(...) return ... end)(ipairs{"p", "q"}) do io.write(i, v, " ") end print()
