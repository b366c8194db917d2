//! Visiting expressions.
//!
//! Chains that grow to the left (`a.b.c`, `a + b + c`) are walked in a loop, since their length has no limit.

use super::Compiler;
use super::operand::{Operand, Value};
use crate::bytecode::{Const, Op};
use crate::convert::NumberLiteral;
use crate::syntax::ast::{BinaryOp, ExprId, ExprKind, ItemKey, Span, UnaryOp};

/// How many positional values of a table constructor are collected before they are stored.
const LIST_BATCH: u32 = 50;
/// With so many registers in use, nested constructors store every value at once.
const CROWDED: u32 = 100;

impl Compiler<'_> {
    /// Visits an expression.
    pub(super) fn expr(&mut self, id: ExprId) -> Operand {
        let node = self.tree.exprs[id.0 as usize];
        let value = match node.kind {
            ExprKind::Field { .. }
            | ExprKind::Index { .. }
            | ExprKind::Call { .. }
            | ExprKind::Method { .. }
            | ExprKind::Guard(_) => {
                return self.suffixed(id, false);
            }
            ExprKind::Navigation(chain) => return self.navigation(chain),
            ExprKind::Conditional { .. } => return self.conditional(id),
            ExprKind::Binary { .. } => return self.binary(id),
            ExprKind::Unary { op, operand } => {
                let operand = self.expr(operand);
                self.f.line = node.line;
                return self.unary(op, operand);
            }
            ExprKind::Paren(inner) => {
                let mut operand = self.expr(inner);
                self.discharge(&mut operand);
                return operand;
            }
            ExprKind::Table(items) => self.table(items),
            ExprKind::Function(function) => {
                let child = self.function(function);
                self.f.line = node.line;
                self.f.proto.children.push(child);
                let index = self.f.proto.children.len() as i32 - 1;
                Value::Open(self.emit_ad(Op::CLOSURE, 0, index))
            }
            ExprKind::Vararg => {
                self.f.line = node.line;
                Value::Vararg(self.emit(Op::VARARG, 0, 0, 0))
            }
            ExprKind::Nil => Value::Nil,
            ExprKind::False => Value::False,
            ExprKind::True => Value::True,
            ExprKind::Number(NumberLiteral::Number(number)) => Value::Number(number),
            ExprKind::Number(NumberLiteral::Int64(integer)) => Value::Boxed(Const::Int64(integer)),
            ExprKind::Number(NumberLiteral::Uint64(integer)) => Value::Boxed(Const::Uint64(integer)),
            ExprKind::Number(NumberLiteral::Imaginary(number)) => Value::Boxed(Const::Imaginary(number)),
            ExprKind::Str(string) => Value::Str(string),
            ExprKind::Local(local) => Value::Local(u32::from(self.registers[local.0 as usize])),
            ExprKind::Upvalue(index) => Value::Upvalue(u32::from(index)),
            ExprKind::Global(name) => Value::Global(name),
        };
        self.f.line = node.line;
        Operand::new(value)
    }

    /// A chain of fields, indices and calls; `is_value` unless the guards in it end the statement.
    pub(super) fn suffixed(&mut self, id: ExprId, is_value: bool) -> Operand {
        let mark = self.scratch.len();
        let mut at = id;
        loop {
            let next = match self.tree.exprs[at.0 as usize].kind {
                ExprKind::Field { object, .. } | ExprKind::Index { object, .. } => object,
                ExprKind::Method { object, .. } => object,
                ExprKind::Call { callee, .. } => callee,
                ExprKind::Guard(object) => object,
                _ => break,
            };
            self.scratch.push(at);
            at = next;
        }
        let mut operand = self.expr(at);
        let mut is_guarded = false;
        while self.scratch.len() > mark {
            let suffix = self.scratch.pop().expect("the length was just checked");
            let node = self.tree.exprs[suffix.0 as usize];
            operand = match node.kind {
                ExprKind::Field { name, .. } => {
                    let object = self.load_to_any(&mut operand);
                    self.f.line = node.line;
                    Operand::new(Value::Field { object, name })
                }
                ExprKind::Index { key, .. } => {
                    let object = self.load_to_any(&mut operand);
                    let element = self.element(object, key);
                    self.f.line = node.line;
                    Operand::new(element)
                }
                ExprKind::Call { arguments, .. } => self.call(operand, arguments, node.line),
                ExprKind::Method { name, arguments, is_guarded: is_method_guarded, .. } => {
                    is_guarded = is_method_guarded;
                    self.method_call(operand, name, arguments, is_method_guarded, node.line)
                }
                ExprKind::Guard(_) => {
                    self.f.line = node.line;
                    self.guard(&mut operand);
                    is_guarded = true;
                    continue;
                }
                _ => unreachable!("only suffixes were collected"),
            };
            // What a guard stands in front of has a register of its own, where a nil can take its place. A call has one already.
            let is_last_call = self.scratch.len() == mark && matches!(operand.value, Value::Call { .. });
            if is_value && std::mem::take(&mut is_guarded) && !is_last_call {
                self.load_to_next(&mut operand);
            }
        }
        operand
    }

    /// `object[key]` in its best form.
    pub(super) fn element(&mut self, object: u32, key: ExprId) -> Value {
        let mut key = self.expr(key);
        if let Value::Str(name) = key.value
            && !key.has_jumps()
        {
            return Value::Field { object, name };
        }
        if let Some(number) = key.number()
            && f64::from(number as u8).to_bits() == number.to_bits()
        {
            return Value::IntIndex { object, key: number as u8 };
        }
        Value::Index { object, key: self.load_to_any(&mut key) }
    }

    /// A chain of binary operators.
    fn binary(&mut self, id: ExprId) -> Operand {
        let mark = self.scratch.len();
        let mut at = id;
        while let ExprKind::Binary { left, .. } = self.tree.exprs[at.0 as usize].kind {
            self.scratch.push(at);
            at = left;
        }
        let mut operand = self.expr(at);
        while self.scratch.len() > mark {
            let node = self.scratch.pop().expect("the length was just checked");
            let node = self.tree.exprs[node.0 as usize];
            let ExprKind::Binary { op, right, .. } = node.kind else {
                unreachable!("only binary operators were collected");
            };
            if op == BinaryOp::Coalesce {
                operand = self.coalesce(operand, right, node.line);
                continue;
            }
            self.left_operand(op, &mut operand);
            let right = self.expr(right);
            self.f.line = node.line;
            operand = self.binary_op(op, operand, right);
        }
        operand
    }

    /// Readies the left operand, before the right one is visited.
    fn left_operand(&mut self, op: BinaryOp, left: &mut Operand) {
        match op {
            BinaryOp::And => self.jump_if_false(left),
            BinaryOp::Or => self.jump_if_true(left),
            BinaryOp::Concat => {
                self.load_to_next(left);
            }
            BinaryOp::Eq | BinaryOp::Ne => {
                if !left.is_constant() {
                    self.load_to_any(left);
                }
            }
            BinaryOp::Add
            | BinaryOp::Sub
            | BinaryOp::Mul
            | BinaryOp::Div
            | BinaryOp::Mod
            | BinaryOp::Pow
            | BinaryOp::Bit(_)
            | BinaryOp::Lt
            | BinaryOp::Le
            | BinaryOp::Gt
            | BinaryOp::Ge => {
                if left.number().is_none() {
                    self.load_to_any(left);
                }
            }
            BinaryOp::Coalesce => unreachable!("compiled with its operands"),
        }
    }

    pub(super) fn binary_op(&mut self, op: BinaryOp, left: Operand, right: Operand) -> Operand {
        match op {
            BinaryOp::And => self.and(left, right),
            BinaryOp::Or => self.or(left, right),
            BinaryOp::Concat => self.concat(left, right),
            BinaryOp::Eq => self.equality(true, left, right),
            BinaryOp::Ne => self.equality(false, left, right),
            BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => self.ordering(op, left, right),
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Mod | BinaryOp::Pow => {
                self.arithmetic(op, left, right)
            }
            BinaryOp::Bit(op) => self.bit_operation(op, left, right),
            BinaryOp::Coalesce => unreachable!("compiled with its operands"),
        }
    }

    fn unary(&mut self, op: UnaryOp, mut operand: Operand) -> Operand {
        let op = match op {
            UnaryOp::Not => return self.not(operand),
            UnaryOp::Minus => match negated(operand.value) {
                Some(value) if !operand.has_jumps() => return Operand::new(value),
                _ => Op::UNM,
            },
            UnaryOp::Length => Op::LEN,
            UnaryOp::BitNot => return self.bit_not(operand),
        };
        let register = self.load_to_any(&mut operand);
        self.free_register(register);
        Operand::new(Value::Open(self.emit(op, 0, register, 0)))
    }

    /// A table constructor.
    fn table(&mut self, items: Span) -> Value {
        let items = items.of(&self.tree.items);
        let positional = items.iter().filter(|item| matches!(item.key, ItemKey::Positional)).count();
        let keyed = items.len() - positional;
        let room = positional.min(0xFFFF) as u32 | (keyed.min(0xFFFF) as u32) << 16;
        let create = self.emit_ad(Op::NEWTABLE, 0, room as i32);
        if items.is_empty() {
            return Value::Open(create);
        }
        let table = self.reserve(1);
        self.rewrite(create, Op::NEWTABLE, table, 0, 0);
        let mut stored = 0;
        let mut pending = 0;
        for (index, item) in items.iter().enumerate() {
            let batch = if self.f.free < CROWDED { LIST_BATCH } else { 1 };
            if pending >= batch {
                self.store_list(table, &mut stored, &mut pending);
            }
            let mut value_is_last_list = false;
            match item.key {
                ItemKey::Positional => {
                    let mut value = self.expr(item.value);
                    if index + 1 == items.len() && value.is_multiple() {
                        self.keep_all_results(&value);
                        value_is_last_list = true;
                    } else {
                        self.load_to_next(&mut value);
                        pending += 1;
                    }
                }
                ItemKey::Name(name) => {
                    let free = self.f.free;
                    let mut value = self.expr(item.value);
                    let register = self.load_to_any(&mut value);
                    let slot = self.cache_slot(name);
                    self.emit_wide(Op::INITFIELD, table, register, 0, slot);
                    self.f.free = free;
                }
                ItemKey::Expr(key) => {
                    self.store_list(table, &mut stored, &mut pending);
                    let target = self.element(table, key);
                    self.store_item(target, item.value);
                }
            }
            if value_is_last_list {
                self.emit_wide(Op::SETLIST, table, 0, 0, stored as i32 + 1);
                self.f.free = table + 1;
                return Value::Register(table);
            }
        }
        self.store_list(table, &mut stored, &mut pending);
        Value::Register(table)
    }

    fn store_item(&mut self, target: Value, value: ExprId) {
        let free = self.f.free;
        let mut value = self.expr(value);
        let register = self.load_to_any(&mut value);
        self.store_register(target, register);
        // The key, if it is in a temporary, lies at or above this.
        self.f.free = match target {
            Value::Index { key, .. } if key >= self.f.first_temporary => key,
            _ => free,
        };
    }

    /// Stores the positional values collected so far.
    fn store_list(&mut self, table: u32, stored: &mut u32, pending: &mut u32) {
        if *pending > 0 {
            self.emit_wide(Op::SETLIST, table, *pending + 1, 0, *stored as i32 + 1);
            *stored += *pending;
            *pending = 0;
            self.f.free = table + 1;
        }
    }
}

/// A constant with its sign changed. Zero is not one of them: the constants have no negative zero.
fn negated(value: Value) -> Option<Value> {
    match value {
        Value::Number(number) if number != 0.0 => Some(Value::Number(-number)),
        Value::Boxed(Const::Int64(integer)) => Some(Value::Boxed(Const::Int64(integer.wrapping_neg()))),
        Value::Boxed(Const::Uint64(integer)) => Some(Value::Boxed(Const::Uint64(integer.wrapping_neg()))),
        Value::Boxed(Const::Imaginary(number)) => Some(Value::Boxed(Const::Imaginary(-number))),
        _ => None,
    }
}
