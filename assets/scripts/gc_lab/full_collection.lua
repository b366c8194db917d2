-- What not to do in a game: everything is collected at once, and the frame waits. The log names this script and line.
local done = 0

system {
  name = "full_collection",
  resources = { "Lab" },
  run = function(_, _, resources)
    if resources.Lab.full_collections > done then
      done = resources.Lab.full_collections
      collectgarbage()
    end
  end,
}
