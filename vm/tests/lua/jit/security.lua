-- jit.security names four settings.
for _, name in ipairs({"prng", "strhash", "strid", "mcode"}) do print(name, jit.security(name)) end
print(pcall(jit.security))
print(pcall(jit.security, nil))
print(pcall(jit.security, "other"))
print(pcall(jit.security, 1))
print(pcall(jit.security, {}))
