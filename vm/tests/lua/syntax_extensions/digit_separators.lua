-- Underscores between, and after, the digits of a number are skipped.
print(1_000, 1_000_000, 1__0, 1_, 0_1, 0_x10, 0x_ff, 0xf_f_, 1_0.5_0, 1_0e1_0, 1e_1, 1e_+_1, 0x1p_4, 0b1_0_1, 0b_11)
print(tostring(1_000LL), tostring(0xFF_FFULL), .5_0, 1_.5, 0__.5)
print(tonumber("1_000"), tonumber("0x_f"), pcall(function() return "1_0" + 1 end))
local _1, _ = 5, 6 print(_1, _)
local function try(src) print((select(2, loadstring(src, "=s")))) end
try("x = 1_x") try("x = 1_0_0z_1") try("x = 0x_") try("x = 1_0..2_0") try("x = 1e_") try("x = 0b1_2") try("x = 1_000 2_000") try("x = 1_0LLx")
