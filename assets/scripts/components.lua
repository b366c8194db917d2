-- Creatures that a script declares, spawns, moves, hurts and buries. Save this file while the game runs: change a number, or add a
-- field to Creature, and what lives keeps its values.

component("Creature", "struct { float speed, heading; }")
component("Health", "struct { float current, max; Entity bar; }")
component("Spark", "struct { float left; Vec2 velocity; }")
component("Shielded")

local COUNT = 160
local RADIUS = 90
local COLOURS = { Color.hex("#E4B363"), Color.hex("#7FB7BE"), Color.hex("#C97B84"), Color.hex("#9DBF9E") }

local random = math.random
local function square(colour, width, height)
  return { color = colour, custom_size = Vec2(width, height) }
end

local function spawn_creature(n)
  local angle = n * 2.399963
  local distance = 40 + math.sqrt(n) * 24
  local bar = commands.spawn {
    Sprite = square(Color(0.4, 0.9, 0.4), 16, 3),
    Transform = { translation = Vec3(0, 12, 1) },
  }
  local creature = commands.spawn {
    Creature = { speed = 20 + random() * 40, heading = angle },
    Health = { current = 100, max = 100, bar = bar },
    Sprite = square(COLOURS[n % #COLOURS + 1], 12, 12),
    Transform = { translation = Vec3(math.cos(angle) * distance, math.sin(angle) * distance, 0) },
    Name = "creature " .. n,
  }
  commands.set_parent(bar, creature)
  -- Every fifth has a shield, which strikes do not get through.
  if n % 5 == 0 then commands.insert(creature, { "Shielded" }) end
end

system {
  name = "populate",
  query = { "Creature" },
  run = function(q)
    for n = q:count() + 1, COUNT do spawn_creature(n) end
  end,
}

system {
  name = "wander",
  query = { "mut Transform", "mut Creature" },
  run = function(q, dt)
    for _, transform, creature in q:iter() do
      local x, y = transform.translation.x, transform.translation.y
      creature.heading = creature.heading + (random() - 0.5) * 3 * dt
      -- Back towards the middle from the edge.
      if x * x + y * y > 330 * 330 then creature.heading = math.atan2(-y, -x) end
      transform.translation.x = x + math.cos(creature.heading) * creature.speed * dt
      transform.translation.y = y + math.sin(creature.heading) * creature.speed * dt
    end
  end,
}

-- Strikes are messages that the game writes; a click is one more.
system {
  name = "strike",
  query = { "Transform", "mut Health", without = "Shielded" },
  run = function(q)
    local strikes = messages.read("Strike")
    for _, strike in ipairs(strikes) do
      for entity, transform, health in q:iter() do
        local x, y = transform.translation.x - strike.at.x, transform.translation.y - strike.at.y
        local distance = math.sqrt(x * x + y * y)
        if distance < RADIUS then
          health.current = health.current - strike.force * (1 - distance / RADIUS)
          if health.current <= 0 then commands.despawn(entity) end
        end
      end
      commands.trigger("Flash", { at = strike.at, radius = RADIUS })
    end
    if input.just_pressed("MouseLeft") then messages.write("Click", { force = 80 }) end
  end,
}

-- Only the bars of creatures that were hurt are touched.
system {
  name = "bars",
  query = { "Health", changed = "Health" },
  run = function(q)
    for _, health in q:iter() do
      local part = math.max(health.current / health.max, 0)
      commands.insert(health.bar, { Sprite = square(Color(1 - part, part, 0.3), 16 * part, 3) })
    end
  end,
}

local function sparks(at, count, colour)
  for i = 1, count do
    local angle, speed = random() * 2 * math.pi, 30 + random() * 90
    commands.spawn {
      Spark = { left = 0.4 + random() * 0.8, velocity = Vec2(math.cos(angle) * speed, math.sin(angle) * speed) },
      Sprite = square(colour, 3, 3),
      Transform = { translation = Vec3(at.x, at.y, 2) },
    }
  end
end

observe {
  despawn = "Creature",
  run = function(entity, creature)
    deaths = (deaths or 0) + 1
  end,
}

observe {
  event = "Flash",
  run = function(flash) sparks(flash.at, 24, Color(1, 0.9, 0.5)) end,
}

system {
  name = "sparks",
  query = { "mut Spark", "mut Transform" },
  run = function(q, dt)
    for n, all, transforms, entities in q:columns() do
      for i = 0, n - 1 do
        transforms[i].translation.x = transforms[i].translation.x + all[i].velocity.x * dt
        transforms[i].translation.y = transforms[i].translation.y + all[i].velocity.y * dt
        all[i].left = all[i].left - dt
        if all[i].left < 0 then commands.despawn(entities[i]) end
      end
    end
  end,
}

system {
  name = "report",
  query = { "Health" },
  resources = { "mut Report" },
  run = function(q, dt, resources)
    resources.Report.alive = q:count()
    resources.Report.deaths = deaths or 0
  end,
}
