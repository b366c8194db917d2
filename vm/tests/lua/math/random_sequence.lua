-- LuaJIT's generator (Tausworthe, 223 bits) from fixed seeds.
math.randomseed(42)
print(("%.14g %.14g %.14g"):format(math.random(), math.random(), math.random()))
print(math.random(100), math.random(100), math.random(100), math.random(1, 6), math.random(-10, 10))
math.randomseed(0)
print(("%.14g"):format(math.random()), math.random(1000000))
math.randomseed(123456789.5)
print(("%.14g"):format(math.random()), math.random(1000000))
