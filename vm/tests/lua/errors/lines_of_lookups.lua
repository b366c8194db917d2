-- The line an error names is where the value was needed, which may be further down than where it is written.
local function try(f, ...) print(select(2, pcall(f, ...))) end
local up
try(function(a)
  local b = a
    .b
    .c
    .d
end, {})
try(function(a)
  return a.b.c
    + 1
end, {})
try(function(a)
  return 1 + a.b.c
    .. 2
end, {})
try(function(a)
  print(
    a.b.c
  )
end, {})
try(function(a)
  print(
    a.b.c
    , 1
  )
end, {})
try(function(a)
  return (
    a.b.c
  )
end, {})
try(function(a)
  return a.b.c
    :d()
end, {})
try(function(a)
  return a
    :d(
    )
end, {})
try(function(a)
  return {
    a.b.c
    ,
  }
end, {})
try(function(a)
  return {
    x = a.b.c
  }
end, {})
try(function(a)
  a
  [1]
  [2]
  [3] = 1
end, {})
try(function(a)
  a.b
  .c
  = 1
end, {})
try(function(a)
  a.b.c, a
  =
  1
end, {})
try(function(a)
  if a.b.c
  then end
end, {})
try(function(a)
  return a.b.c
  and 1
end, {})
try(function(a)
  return not
  a.b.c
end, {})
try(function(a)
  return a
  <
  1
end, {})
try(function(a)
  for i = 1,
    a.b.c
    do end
end, {})
try(function()
  return up
  .x
end)
try(function()
  return undefined
  .x
end)
try(function()
  undefined
  .x
  .y(
  1
  )
end)
try(function(a)
  local x, y = a.b.c
    , 2
end, {})
try(function(a)
  return a.b.c
    , 2
end, {})
try(function(a)
  return a
  [
  1
  ]
  [
  2
  ]
end, {})
