//! Assignment.

use super::Compiler;
use super::operand::{Operand, Value};
use crate::bytecode::{Op, Part};
use crate::syntax::ast::{BinaryOp, ExprId, ExprKind, Span};

impl Compiler<'_> {
    /// `targets = values`: values are computed from left to right, then assigned from right to left, which counts as
    /// happening on the statement's last line.
    pub(super) fn assignment(&mut self, targets: Span, values: Span, end_line: u32) {
        let target_ids = targets.of(&self.tree.lists);
        let mut targets: Vec<Value> = Vec::with_capacity(target_ids.len());
        for id in target_ids {
            // Several targets would share the register for parts.
            let target = if target_ids.len() == 1 { self.target(*id) } else { self.expr(*id) }.value;
            if let Value::Local(register) = target {
                self.save_from_assignment(&mut targets, register);
            }
            targets.push(target);
        }
        if values.len as usize == targets.len() {
            let values = values.of(&self.tree.lists);
            let (last, others) = values.split_last().expect("an assignment has values");
            for id in others {
                let mut value = self.expr(*id);
                self.load_to_next(&mut value);
            }
            let target = targets.pop().expect("an assignment has targets");
            let value = self.expr(*last);
            self.f.line = end_line;
            self.store(target, value);
        } else {
            self.push_exactly(values, targets.len() as u32);
            self.f.line = end_line;
        }
        for target in targets.into_iter().rev() {
            let value = Operand::new(Value::Register(self.f.free - 1));
            self.store(target, value);
        }
    }

    /// What is assigned to. The object of a part is brought into the register for such objects, from where it goes nowhere.
    fn target(&mut self, id: ExprId) -> Operand {
        let (Some(part), Some(register)) = (self.tree.part_of(id), self.f.part) else { return self.expr(id) };
        let mut object = self.expr(part);
        self.discharge(&mut object);
        if let Value::Open(pc) = object.value {
            self.set_part(pc, Part::Indexed);
        }
        self.load_to(&mut object, register);
        let node = self.tree.exprs[id.0 as usize];
        let target = match node.kind {
            ExprKind::Field { name, .. } => Value::Field { object: register, name },
            ExprKind::Index { key, .. } => self.element(register, key),
            _ => unreachable!("a part is a field or element"),
        };
        self.f.line = node.line;
        Operand::new(target)
    }

    /// `target op= value`: the target's object and key are computed once.
    pub(super) fn compound_assignment(
        &mut self,
        op: BinaryOp,
        target: ExprId,
        value: ExprId,
        (line, end_line): (u32, u32),
    ) {
        let mut left = self.target(target);
        self.f.line = line;
        let target = left.value;
        if matches!(target, Value::Field { .. } | Value::Index { .. } | Value::IntIndex { .. }) {
            // The store will want the object and the key again.
            let free = self.f.free;
            self.discharge(&mut left);
            self.f.free = free;
            if let Value::Open(pc) = left.value
                && pc > 0
                && self.insn(pc - 1).a() as u32 != self.f.part.unwrap_or(u32::MAX)
            {
                self.set_part(pc - 1, Part::Kept);
            }
        }
        if op == BinaryOp::Concat {
            self.load_to_next(&mut left);
        } else {
            self.load_to_any(&mut left);
        }
        let right = self.expr(value);
        self.f.line = end_line;
        let result = self.binary_op(op, left, right);
        self.store(target, result);
    }

    /// A local is about to be assigned to which earlier targets use as object or key: they get a copy.
    fn save_from_assignment(&mut self, targets: &mut [Value], register: u32) {
        let uses = |target: &Value| match *target {
            Value::Index { object, key } => object == register || key == register,
            Value::Field { object, .. } | Value::IntIndex { object, .. } => object == register,
            _ => false,
        };
        if !targets.iter().any(uses) {
            return;
        }
        let copy = self.reserve(1);
        self.emit(Op::MOV, copy, register, 0);
        let renamed = |old: u32| if old == register { copy } else { old };
        for target in targets {
            *target = match *target {
                Value::Index { object, key } => Value::Index { object: renamed(object), key: renamed(key) },
                Value::Field { object, name } => Value::Field { object: renamed(object), name },
                Value::IntIndex { object, key } => Value::IntIndex { object: renamed(object), key },
                other => other,
            };
        }
    }

    /// Assigns to a variable, field or element. The temporary of the value is given back, those of the target stay until the statement's end.
    pub(super) fn store(&mut self, target: Value, mut value: Operand) {
        if let Value::Local(register) = target {
            // LuaJIT does not give back the register of a navigated call: the targets in front of it are off by one, and here too.
            let is_kept = matches!(value.value, Value::NavigatedCall { .. });
            self.discharge(&mut value);
            if !is_kept {
                self.free_operand(&value);
            }
            self.load_to(&mut value, register);
            return;
        }
        let register = self.load_to_any(&mut value);
        self.store_register(target, register);
        self.free_register(register);
    }

    /// Assigns a register to anything but a local.
    pub(super) fn store_register(&mut self, target: Value, register: u32) {
        match target {
            Value::Upvalue(index) => {
                self.emit(Op::SETUPVAL, index, register, 0);
            }
            Value::Global(name) => {
                let slot = self.cache_slot(name);
                self.emit_ad(Op::SETGLOBAL, register, slot);
            }
            Value::Field { object, name } => {
                let slot = self.cache_slot(name);
                self.emit_wide(Op::SETFIELD, object, register, 0, slot);
            }
            Value::Index { object, key } => {
                self.emit(Op::SETINDEX, object, key, register);
            }
            Value::IntIndex { object, key } => {
                self.emit(Op::SETINT, object, u32::from(key), register);
            }
            _ => unreachable!("the parser checks what is assigned to"),
        }
    }

    /// `function target() ... end`
    pub(super) fn function_statement(&mut self, target: ExprId, function: ExprId, line: u32) {
        let target = self.expr(target).value;
        let value = self.expr(function);
        self.f.line = line;
        self.store(target, value);
    }
}
