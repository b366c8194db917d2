-- Objects, closures and string keys working together.
local World = {} World.__index = World
function World.new() return setmetatable({rooms = {}, log = {}}, World) end
function World:room(name) local w = self return function(def) def.name = name def.items = def.items or {} w.rooms[name] = def return def end end
function World:say(fmt, ...) self.log[#self.log + 1] = fmt:format(...) end
local w = World.new()
w:room "hall" {exits = {north = "study"}, items = {"lamp"}}
w:room "study" {exits = {south = "hall"}, enter = function(self, who) who:say("dark in the %s", self.name) end}
local at, bag = w.rooms.hall, {}
local verbs = setmetatable({
  go = function(dir) local to = at.exits[dir] if not to then return w:say("no way %s", dir) end at = w.rooms[to] if at.enter then at:enter(w) end end,
  take = function(item) for i, it in ipairs(at.items) do if it == item then bag[#bag + 1] = table.remove(at.items, i) return w:say("taken %s", item) end end w:say("no %s here", item) end,
}, {__index = function(_, verb) return function() w:say("cannot %s", verb) end end})
for line in ("go west;take lamp;take lamp;go north;dance wildly;go south"):gmatch("[^;]+") do local verb, obj = line:match("(%a+)%s*(%a*)") verbs[verb](obj) end
print(table.concat(w.log, "|")) print(at.name, #bag, bag[1], #at.items)
