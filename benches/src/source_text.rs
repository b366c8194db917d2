//! Ordinary Lua source text of any size: modules of functions, classes, tables of data, string handling, loops, comments.

use std::fmt::Write;

/// Words that names and strings are made of.
const WORDS: &[&str] = &[
    "player", "enemy", "position", "velocity", "health", "update", "render", "state", "event", "handler",
    "message", "queue", "config", "value", "index", "count", "target", "source", "parent", "child", "layer",
    "sprite", "sound", "level", "score", "timer", "input", "camera", "physics", "network",
];

/// At least `bytes` of source text, the same every time.
pub fn generate(bytes: usize) -> String {
    let mut writer = Writer { text: String::with_capacity(bytes + 4096), state: 1, serial: 0 };
    writer.text.push_str("local M = {}\nlocal floor, insert = math.floor, table.insert\n\n");
    let styles: [fn(&mut Writer); 5] =
        [Writer::helper, Writer::class, Writer::data, Writer::dispatcher, Writer::text_code];
    while writer.text.len() < bytes {
        let style = styles[writer.below(styles.len())];
        style(&mut writer);
    }
    writer.text.push_str("return M\n");
    writer.text
}

struct Writer {
    text: String,
    state: u64,
    serial: u32,
}

impl Writer {
    /// A small linear congruential generator does: the text only has to vary.
    fn below(&mut self, end: usize) -> usize {
        self.state =
            self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) as usize % end
    }

    fn word(&mut self) -> &'static str {
        WORDS[self.below(WORDS.len())]
    }

    /// A name with a number, now and then a new one.
    fn name(&mut self) -> String {
        self.serial += 1;
        let (first, second) = (self.word(), self.word());
        format!("{first}_{second}{}", self.serial % 1000)
    }

    fn line(&mut self, indent: usize, line: std::fmt::Arguments<'_>) {
        for _ in 0..indent {
            self.text.push_str("  ");
        }
        self.text.write_fmt(line).expect("a string takes everything");
        self.text.push('\n');
    }

    /// Arithmetic, conditions and loops on locals.
    fn helper(&mut self) {
        let (name, a, b) = (self.name(), self.word(), self.word());
        let (limit, step) = (self.below(1000), self.below(9) + 1);
        self.line(0, format_args!("-- Works out the {a} of a {b}, in steps of {step}."));
        self.line(0, format_args!("local function {name}_helper(first, second, ...)"));
        self.line(1, format_args!("local total, best = 0, nil"));
        self.line(1, format_args!("for i = 1, #first, {step} do"));
        self.line(2, format_args!("local item = first[i]"));
        self.line(2, format_args!("if item.{a} > {limit} and item.{b} ~= nil then"));
        self.line(3, format_args!("total = total + item.{a} * 0.{limit} - (second or {step})"));
        self.line(3, format_args!("best = math.max(best or 0, item.{b} % {limit})"));
        self.line(2, format_args!("elseif not item.{b} then"));
        self.line(3, format_args!("return nil, \"no {b} in \" .. tostring(i)"));
        self.line(2, format_args!("end"));
        self.line(1, format_args!("end"));
        self.line(1, format_args!("while total >= {limit} do total = floor(total / 2) end"));
        self.line(1, format_args!("return total, best, select('#', ...)"));
        self.line(0, format_args!("end"));
        self.line(0, format_args!("M.{name} = {name}_helper\n"));
        // Locals of the chunk are few: what follows works in a block of its own.
        let end = self.text.rfind("local function").expect("written above");
        self.text.insert_str(end, "do ");
        self.text.push_str("end\n\n");
    }

    /// A constructor and methods.
    fn class(&mut self) {
        let name = self.name();
        let (a, b, c) = (self.word(), self.word(), self.word());
        self.line(0, format_args!("M.{name} = {{}}"));
        self.line(0, format_args!("M.{name}.__index = M.{name}\n"));
        self.line(0, format_args!("function M.{name}.new({a}, options)"));
        self.line(1, format_args!("options = options or {{}}"));
        self.line(1, format_args!("local self = setmetatable({{}}, M.{name})"));
        self.line(1, format_args!("self.{a} = {a}"));
        self.line(1, format_args!("self.{b} = options.{b} or 'default {b}'"));
        self.line(1, format_args!("self.{c} = {{ x = 0, y = 0, name = \"{name}\" }}"));
        self.line(1, format_args!("self.listeners = {{}}"));
        self.line(1, format_args!("return self"));
        self.line(0, format_args!("end\n"));
        for _ in 0..self.below(4) + 1 {
            let (method, field) = (self.word(), self.word());
            let number = self.below(100);
            self.line(0, format_args!("function M.{name}:{method}_{field}(dt)"));
            self.line(1, format_args!("self.{c}.x = self.{c}.x + dt * {number}"));
            self.line(
                1,
                format_args!("if self.{c}.x > {number} then self:on_{method}(self.{a}, \"{field}\") end"),
            );
            self.line(1, format_args!("for _, listener in ipairs(self.listeners) do"));
            self.line(2, format_args!("listener(self, self.{b}, {{ kind = '{method}', amount = dt }})"));
            self.line(1, format_args!("end"));
            self.line(1, format_args!("return self.{field}"));
            self.line(0, format_args!("end\n"));
        }
    }

    /// A table of constants.
    fn data(&mut self) {
        let name = self.name();
        self.line(0, format_args!("M.{name}_data = {{"));
        for index in 0..self.below(20) + 5 {
            let (key, label) = (self.word(), self.word());
            let (x, y) = (self.below(5000), self.below(100));
            match index % 3 {
                0 => self.line(
                    1,
                    format_args!(
                        "{{ id = {x}, name = \"{label} {key}\", weight = {x}.{y}, visible = true }},"
                    ),
                ),
                1 => self.line(1, format_args!("[\"{key}-{x}\"] = {{ {x}, {y}, {index}, -{y}, 0x{x:x} }},")),
                _ => self.line(1, format_args!("{key}_{x} = '{label}', -- {key} of the {label}")),
            }
        }
        self.line(0, format_args!("}}\n"));
    }

    /// Closures in a table, called by name.
    fn dispatcher(&mut self) {
        let name = self.name();
        self.line(0, format_args!("function M.{name}(registry, log)"));
        self.line(1, format_args!("local calls = 0"));
        for _ in 0..self.below(5) + 2 {
            let (event, field) = (self.word(), self.word());
            self.line(1, format_args!("registry.on_{event} = function(sender, data)"));
            self.line(2, format_args!("calls = calls + 1"));
            self.line(2, format_args!("if data and data.{field} then insert(log, data.{field}) else log[#log + 1] = '{event}' end"));
            self.line(2, format_args!("return sender == registry or (calls < 10 and data.{event})"));
            self.line(1, format_args!("end"));
        }
        self.line(1, format_args!("return function() return calls end"));
        self.line(0, format_args!("end\n"));
    }

    /// Strings and library calls.
    fn text_code(&mut self) {
        let name = self.name();
        let (a, b) = (self.word(), self.word());
        let number = self.below(100);
        self.line(0, format_args!("--[[ Formats a {a}"));
        self.line(0, format_args!("     for the {b} file. ]]"));
        self.line(0, format_args!("function M.{name}_to_string(list, separator)"));
        self.line(1, format_args!("local parts = {{}}"));
        self.line(1, format_args!("for key, value in pairs(list) do"));
        self.line(2, format_args!("if type(value) == \"string\" then"));
        self.line(
            3,
            format_args!("parts[#parts + 1] = string.format(\"%s=%q\\n\", key, value:gsub(\"%s+\", \" \"))"),
        );
        self.line(2, format_args!("else"));
        self.line(
            3,
            format_args!("parts[#parts + 1] = key .. ' = ' .. tostring(value) .. ' ({a}, {number}%)'"),
        );
        self.line(2, format_args!("end"));
        self.line(1, format_args!("end"));
        self.line(
            1,
            format_args!("repeat separator = (separator or ',') .. ' ' until #separator > {}", number % 8),
        );
        self.line(1, format_args!("return table.concat(parts, separator), #parts, nil, false"));
        self.line(0, format_args!("end\n"));
    }
}
