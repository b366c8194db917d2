-- n: 20
-- Richards: the kernel of an operating system simulated by tasks that pass packets (Martin Richards' benchmark).
local bxor, band, rshift = bit.bxor, bit.band, bit.rshift

local IDLER, WORKER, HANDLER_A, HANDLER_B, DEVICE_A, DEVICE_B = 1, 2, 3, 4, 5, 6
local DEVICE, WORK = 0, 1
local BUFFER = 4

local function append(packet, queue)
  packet.link = nil
  if not queue then return packet end
  local last = queue
  while last.link do last = last.link end
  last.link = packet
  return queue
end

local function new_packet(link, to, kind)
  return {link = link, to = to, kind = kind, datum = 1, data = {0, 0, 0, 0}}
end

local Task = {}
Task.__index = Task

local Scheduler = {}
Scheduler.__index = Scheduler

function Scheduler:add(id, priority, queue, run, state)
  local task = setmetatable({
    link = self.list, id = id, priority = priority, queue = queue, run = run, state = state,
    waiting = queue == nil and run ~= self.idler, held = false, pending = queue ~= nil, scheduler = self,
  }, Task)
  self.list = task
  self.tasks[id] = task
  return task
end

function Task:add_packet(packet, sender)
  if not self.queue then
    self.queue = packet
    self.pending = true
    packet.link = nil
    if self.priority > sender.priority then return self end
  else
    self.queue = append(packet, self.queue)
  end
  return sender
end

function Task:step()
  local packet
  if self.waiting and self.pending and not self.held then
    packet = self.queue
    self.queue = packet.link
    self.waiting = false
    self.pending = self.queue ~= nil
  end
  return self.run(self, packet)
end

function Task:runnable()
  return not self.held and (self.pending or not self.waiting)
end

function Task:wait()
  self.waiting = true
  return self
end

function Task:hold()
  local scheduler = self.scheduler
  scheduler.holds = scheduler.holds + 1
  self.held = true
  return self.link
end

function Task:release(id)
  local task = self.scheduler.tasks[id]
  task.held = false
  if task.priority > self.priority then return task end
  return self
end

function Task:send(packet)
  local scheduler = self.scheduler
  local receiver = scheduler.tasks[packet.to]
  scheduler.sent = scheduler.sent + 1
  packet.link = nil
  packet.to = self.id
  return receiver:add_packet(packet, self)
end

local function idle(task)
  local state = task.state
  state.count = state.count - 1
  if state.count == 0 then return task:hold() end
  if band(state.control, 1) == 0 then
    state.control = rshift(state.control, 1)
    return task:release(DEVICE_A)
  end
  state.control = bxor(rshift(state.control, 1), 0xD008)
  return task:release(DEVICE_B)
end

local function work(task, packet)
  if not packet then return task:wait() end
  local state = task.state
  state.to = state.to == HANDLER_A and HANDLER_B or HANDLER_A
  packet.to = state.to
  packet.datum = 1
  local data = packet.data
  for i = 1, BUFFER do
    state.letter = state.letter + 1
    if state.letter > 26 then state.letter = 1 end
    data[i] = 64 + state.letter
  end
  return task:send(packet)
end

local function handle(task, packet)
  local state = task.state
  if packet then
    if packet.kind == WORK then
      state.work = append(packet, state.work)
    else
      state.device = append(packet, state.device)
    end
  end
  local job = state.work
  if job then
    local count = job.datum
    if count > BUFFER then
      state.work = job.link
      return task:send(job)
    end
    local device = state.device
    if device then
      state.device = device.link
      device.datum = job.data[count]
      job.datum = count + 1
      return task:send(device)
    end
  end
  return task:wait()
end

local function device(task, packet)
  local state = task.state
  if packet then
    state.packet = packet
    return task:hold()
  end
  local held = state.packet
  if not held then return task:wait() end
  state.packet = nil
  return task:send(held)
end

local function schedule()
  local scheduler = setmetatable({tasks = {}, sent = 0, holds = 0, idler = idle}, Scheduler)
  scheduler:add(IDLER, 0, nil, idle, {control = 1, count = 10000})
  local queue = new_packet(nil, WORKER, WORK)
  queue = new_packet(queue, WORKER, WORK)
  scheduler:add(WORKER, 1000, queue, work, {to = HANDLER_A, letter = 0}).waiting = true
  for _, pair in ipairs {{HANDLER_A, DEVICE_A, 2000}, {HANDLER_B, DEVICE_B, 3000}} do
    queue = nil
    for _ = 1, 3 do queue = new_packet(queue, pair[2], DEVICE) end
    scheduler:add(pair[1], pair[3], queue, handle, {}).waiting = true
  end
  scheduler:add(DEVICE_A, 4000, nil, device, {})
  scheduler:add(DEVICE_B, 5000, nil, device, {})

  local task = scheduler.list
  while task do
    if task:runnable() then task = task:step() else task = task.link end
  end
  return scheduler.sent, scheduler.holds
end

return function(n)
  local sent, holds
  for _ = 1, n do sent, holds = schedule() end
  return sent .. " " .. holds
end
