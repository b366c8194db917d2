-- The registry.
local r = debug.getregistry()
print(type(r), r == debug.getregistry(), r._LOADED == package.loaded, type(r._LOADED), select("#", debug.getregistry(1, 2)))
r.mark = 1 print(debug.getregistry().mark) r.mark = nil
