-- jit.zone: names for what a program is busy with. zone("AI") enters a zone, zone() leaves the one entered last.
local zones = {}
local methods = {}
function methods.get() return zones[#zones] end
function methods.flush() for i = #zones, 1, -1 do zones[i] = nil end end
return setmetatable(methods, {
  __call = function(_, name)
    if name then
      zones[#zones + 1] = name
      return
    end
    return table.remove(zones) or error("empty zone stack", 2)
  end,
})
