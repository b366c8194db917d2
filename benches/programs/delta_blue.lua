-- n: 1000
-- DeltaBlue: an incremental solver of one-way constraints between variables, with strengths (after Freeman-Benson and Maloney).
local REQUIRED, STRONG_PREFERRED, PREFERRED, STRONG_DEFAULT, NORMAL, WEAK_DEFAULT, WEAKEST = 0, 1, 2, 3, 4, 5, 6

local function class(parent)
  local new = setmetatable({}, {__index = parent})
  new.__index = new
  return new
end

local Variable = class()

function Variable.new(value)
  return setmetatable({value = value, constraints = {}, determined_by = nil, mark = 0, strength = WEAKEST, stay = true}, Variable)
end

function Variable:add(constraint) self.constraints[#self.constraints + 1] = constraint end

function Variable:remove(constraint)
  local list = self.constraints
  for i = 1, #list do
    if list[i] == constraint then
      table.remove(list, i)
      break
    end
  end
  if self.determined_by == constraint then self.determined_by = nil end
end

local Constraint = class()

function Constraint:attach(planner)
  self:connect()
  planner:incremental_add(self)
  return self
end

function Constraint:is_input() return false end

function Constraint:satisfy(planner, mark)
  self:choose_method(mark)
  if not self:is_satisfied() then
    assert(self.strength ~= REQUIRED, "a required constraint cannot be satisfied")
    return nil
  end
  self:mark_inputs(mark)
  local out = self:output()
  local overridden = out.determined_by
  if overridden then overridden:mark_unsatisfied() end
  out.determined_by = self
  assert(planner:propagate(self, mark), "a cycle of constraints")
  out.mark = mark
  return overridden
end

function Constraint:detach(planner)
  if self:is_satisfied() then planner:incremental_remove(self) else self:disconnect() end
end

-- Constraints on one variable.
local Unary = class(Constraint)

function Unary:connect() self.target:add(self); self.satisfied = false end
function Unary:disconnect() if self.target then self.target:remove(self) end; self.satisfied = false end
function Unary:is_satisfied() return self.satisfied end
function Unary:mark_unsatisfied() self.satisfied = false end
function Unary:output() return self.target end
function Unary:mark_inputs() end
function Unary:inputs_known() return true end

function Unary:choose_method(mark)
  self.satisfied = self.target.mark ~= mark and self.strength < self.target.strength
end

function Unary:recalculate()
  self.target.strength = self.strength
  self.target.stay = not self:is_input()
  if self.target.stay then self:execute() end
end

local Stay, Edit = class(Unary), class(Unary)
function Stay:execute() end
function Edit:execute() end
function Edit:is_input() return true end

local function unary(kind, planner, variable, strength)
  return setmetatable({target = variable, strength = strength, satisfied = false}, kind):attach(planner)
end

-- Constraints between two variables; `direction` is nil, "forward" or "backward".
local Binary = class(Constraint)

function Binary:connect()
  self.first:add(self)
  self.second:add(self)
  self.direction = nil
end

function Binary:disconnect()
  self.first:remove(self)
  self.second:remove(self)
  self.direction = nil
end

function Binary:is_satisfied() return self.direction ~= nil end
function Binary:mark_unsatisfied() self.direction = nil end
function Binary:input() return self.direction == "forward" and self.first or self.second end
function Binary:output() return self.direction == "forward" and self.second or self.first end
function Binary:mark_inputs(mark) self:input().mark = mark end

function Binary:inputs_known(mark)
  local input = self:input()
  return input.mark == mark or input.stay or input.determined_by == nil
end

function Binary:choose_method(mark)
  local first, second, strength = self.first, self.second, self.strength
  if first.mark == mark then
    self.direction = second.mark ~= mark and strength < second.strength and "forward" or nil
  elseif second.mark == mark then
    self.direction = strength < first.strength and "backward" or nil
  elseif first.strength > second.strength then
    self.direction = strength < first.strength and "backward" or nil
  else
    self.direction = strength < second.strength and "forward" or (strength < first.strength and "backward" or nil)
  end
end

function Binary:recalculate()
  local input, output = self:input(), self:output()
  output.strength = math.max(self.strength, input.strength)
  output.stay = input.stay
  if output.stay then self:execute() end
end

local Equal = class(Binary)
function Equal:execute() self:output().value = self:input().value end

local function equal(planner, first, second, strength)
  return setmetatable({first = first, second = second, strength = strength}, Equal):attach(planner)
end

-- second = first * scale + offset
local Scale = class(Binary)

function Scale:connect()
  Binary.connect(self)
  self.scale:add(self)
  self.offset:add(self)
end

function Scale:disconnect()
  Binary.disconnect(self)
  self.scale:remove(self)
  self.offset:remove(self)
end

function Scale:mark_inputs(mark)
  Binary.mark_inputs(self, mark)
  self.scale.mark = mark
  self.offset.mark = mark
end

function Scale:execute()
  if self.direction == "forward" then
    self.second.value = self.first.value * self.scale.value + self.offset.value
  else
    self.first.value = (self.second.value - self.offset.value) / self.scale.value
  end
end

function Scale:recalculate()
  local input, output = self:input(), self:output()
  output.strength = math.max(self.strength, input.strength)
  output.stay = input.stay and self.scale.stay and self.offset.stay
  if output.stay then self:execute() end
end

local function scale(planner, first, factor, offset, second, strength)
  return setmetatable({first = first, second = second, scale = factor, offset = offset, strength = strength}, Scale)
    :attach(planner)
end

local Planner = class()

function Planner.new() return setmetatable({mark = 0}, Planner) end

function Planner:new_mark()
  self.mark = self.mark + 1
  return self.mark
end

function Planner:incremental_add(constraint)
  local mark = self:new_mark()
  local overridden = constraint:satisfy(self, mark)
  while overridden do overridden = overridden:satisfy(self, mark) end
end

function Planner:incremental_remove(constraint)
  local out = constraint:output()
  constraint:mark_unsatisfied()
  constraint:disconnect()
  local unsatisfied = self:remove_propagate_from(out)
  for strength = REQUIRED, WEAKEST do
    for i = 1, #unsatisfied do
      if unsatisfied[i].strength == strength then self:incremental_add(unsatisfied[i]) end
    end
  end
end

function Planner:make_plan(sources)
  local mark, plan, todo = self:new_mark(), {}, sources
  while #todo > 0 do
    local constraint = table.remove(todo)
    local out = constraint:output()
    if out.mark ~= mark and constraint:inputs_known(mark) then
      plan[#plan + 1] = constraint
      out.mark = mark
      self:add_consumers(out, todo)
    end
  end
  return plan
end

function Planner:plan_from(constraints)
  local sources = {}
  for i = 1, #constraints do
    local constraint = constraints[i]
    if constraint:is_input() and constraint:is_satisfied() then sources[#sources + 1] = constraint end
  end
  return self:make_plan(sources)
end

function Planner:propagate(constraint, mark)
  local todo = {constraint}
  while #todo > 0 do
    local next = table.remove(todo)
    if next:output().mark == mark then
      self:incremental_remove(constraint)
      return false
    end
    next:recalculate()
    self:add_consumers(next:output(), todo)
  end
  return true
end

function Planner:remove_propagate_from(out)
  out.determined_by = nil
  out.strength = WEAKEST
  out.stay = true
  local unsatisfied, todo = {}, {out}
  while #todo > 0 do
    local variable = table.remove(todo)
    local list = variable.constraints
    for i = 1, #list do
      if not list[i]:is_satisfied() then unsatisfied[#unsatisfied + 1] = list[i] end
    end
    local determining = variable.determined_by
    for i = 1, #list do
      local constraint = list[i]
      if constraint ~= determining and constraint:is_satisfied() then
        constraint:recalculate()
        todo[#todo + 1] = constraint:output()
      end
    end
  end
  return unsatisfied
end

function Planner:add_consumers(variable, into)
  local list, determining = variable.constraints, variable.determined_by
  for i = 1, #list do
    local constraint = list[i]
    if constraint ~= determining and constraint:is_satisfied() then into[#into + 1] = constraint end
  end
end

local function execute(plan)
  for i = 1, #plan do plan[i]:execute() end
end

local function change(planner, variable, value)
  local edit = unary(Edit, planner, variable, PREFERRED)
  local plan = planner:plan_from {edit}
  for _ = 1, 10 do
    variable.value = value
    execute(plan)
  end
  edit:detach(planner)
end

-- A chain of equal variables, driven from its first.
local function chain(length)
  local planner, variables = Planner.new(), {}
  for i = 0, length do
    variables[i] = Variable.new(0)
    if i > 0 then equal(planner, variables[i - 1], variables[i], REQUIRED) end
  end
  unary(Stay, planner, variables[length], STRONG_DEFAULT)
  local edit = unary(Edit, planner, variables[0], PREFERRED)
  local plan = planner:plan_from {edit}
  for value = 1, 100 do
    variables[0].value = value
    execute(plan)
    assert(variables[length].value == value, "the chain carries its value")
  end
  edit:detach(planner)
  return variables[length].value
end

-- Pairs of variables related by one scale and one offset.
local function projection(count)
  local planner = Planner.new()
  local factor, offset = Variable.new(10), Variable.new(1000)
  local sources, targets = {}, {}
  for i = 1, count do
    sources[i], targets[i] = Variable.new(i), Variable.new(i)
    unary(Stay, planner, sources[i], NORMAL)
    scale(planner, sources[i], factor, offset, targets[i], REQUIRED)
  end
  change(planner, sources[count], 17)
  assert(targets[count].value == 1170)
  change(planner, targets[count], 1050)
  assert(sources[count].value == 5)
  change(planner, factor, 5)
  for i = 1, count - 1 do assert(targets[i].value == i * 5 + 1000) end
  change(planner, offset, 2000)
  local sum = 0
  for i = 1, count - 1 do
    assert(targets[i].value == i * 5 + 2000)
    sum = sum + targets[i].value
  end
  return sum
end

return function(n)
  local result = 0
  for _ = 1, n / 10 do result = result + chain(100) + projection(100) end
  return result
end
