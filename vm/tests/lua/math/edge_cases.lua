-- Infinities, NaN, zero and out-of-domain arguments.
local nan, inf = 0/0, 1/0
local function isnan(x) return x ~= x end
print(math.floor(inf), math.ceil(-inf), isnan(math.floor(nan)), math.floor(2^60), math.floor(-0.5), math.ceil(-0.5))
print(isnan(math.sqrt(-1)), math.sqrt(inf), isnan(math.log(-1)), math.log(0), math.exp(1000), math.exp(-1000))
print(isnan(math.asin(2)), isnan(math.acos(-2)), isnan(math.sin(inf)), isnan(math.fmod(1, 0)), isnan(math.fmod(inf, 1)))
print(math.modf(inf), math.modf(-inf), (select(2, math.modf(2^53))))
print(isnan((math.modf(nan))), math.frexp(0), math.frexp(inf))
print(math.max(nan, 1) ~= math.max(nan, 1) or math.max(nan, 1), math.max(1, 2, inf), math.min(-inf, 0))
print(math.pow(0, 0), math.pow(2, -1), isnan(math.pow(-8, 1/3)), math.pow(0, -1), 0^0, isnan((-1)^0.5))
print(math.ldexp(1, 1023), math.ldexp(1, 1024), math.ldexp(1, -1074), math.ldexp(1, -1075))
print(math.abs(-0), math.atan2(0, -1), math.atan2(-0.0, 1), math.atan(inf), math.tanh(1000), math.deg(0))
print(math.fmod(5.5, 2), math.fmod(-5.5, 2), math.fmod(5, inf), math.fmod(-6, 2))
