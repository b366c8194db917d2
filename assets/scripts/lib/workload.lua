-- A workload of the collector's laboratory: a system that runs while the lab has chosen it. `new` makes its state and returns what a frame does;
-- when another one is chosen, all of it becomes garbage.
return function(name, new)
  local step
  system {
    name = name,
    resources = { "Lab" },
    run = function(_, dt, resources)
      local lab = resources.Lab
      if tostring(lab.workload) ~= name then
        step = nil
        return
      end
      step = step or new()
      step(lab.load, dt)
    end,
  }
end
