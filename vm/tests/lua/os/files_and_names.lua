-- remove, rename and tmpname.
local function hide(...) local r = {...} for i = 1, select("#", ...) do if type(r[i]) == "string" then r[i] = r[i]:gsub("/tmp/lua_%w+", "FILE") end end return unpack(r, 1, select("#", ...)) end
local a, b = os.tmpname(), os.tmpname()
print(a ~= b, a:match("^/tmp/lua_%w%w%w%w%w%w$") ~= nil, io.open(a):read("*a") == "", select("#", os.tmpname()))
local f = io.open(a, "w") f:write("moved") f:close()
print(os.rename(a, b), io.open(a), io.open(b):read("*a")) print(hide(os.rename(a, b))) print(hide(os.rename(b, "/nonexistent/x"))) print(hide(os.remove(a))) print(os.remove(b)) print(hide(os.remove("/nonexistent"))) print(hide(os.remove("")))
os.execute("mkdir " .. a) print(os.remove(a)) os.execute("mkdir " .. a .. " && touch " .. a .. "/x") print(hide(os.remove(a))) os.execute("rm -r " .. a)
print(pcall(os.remove)) print(pcall(os.remove, {})) print(pcall(os.rename)) print(pcall(os.rename, "x")) print(pcall(os.rename, {}, "x")) print(hide(os.remove("/nonexistent\0ignored")))
