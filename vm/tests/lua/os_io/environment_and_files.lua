-- getenv, tmpname, rename, remove and their failures.
print(os.getenv("A_NAME_NOBODY_SETS_HERE"))
print(os.remove("/nonexistent/file"))
print(os.rename("/nonexistent/a", "/nonexistent/b"))
local name = os.tmpname()
print(type(name), #name > 0)
local f = assert(io.open(name, "w")) f:write("text") f:close()
local other = name .. ".moved"
print(os.rename(name, other), io.open(name) == nil, os.remove(other), io.open(other) == nil)
print(pcall(os.getenv))
print(pcall(os.remove))
print(os.setlocale("C"), os.setlocale(nil), type(os.setlocale))
print(pcall(os.exit == nil and error or type, os.exit))
