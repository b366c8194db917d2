//! Constant expressions, in 32 bits: what stands in array sizes, enums and bit-field widths.

use super::token::{Keyword, Token};
use super::{ParseError, Parser, Problem};
use crate::ffi::ctab::{CTypeId, Kind, MAX_SIZE, MemberKind, Name, Quals, UNKNOWN, known};

/// The value of an expression. For what is no integer (a variable, a string) only the type matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) bits: u32,
    pub(super) ctype: CTypeId,
}

impl Value {
    fn truth(truth: bool) -> Value {
        Value { bits: u32::from(truth), ctype: known::INT32 }
    }

    fn is_signed(self) -> bool {
        self.ctype == known::INT32
    }

    /// Without a sign when either operand has none.
    fn promoted(self, left: Value, right: Value) -> Value {
        Value { ctype: left.ctype.max(right.ctype), ..self }
    }
}

/// Binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Or,
    And,
    BitOr,
    BitXor,
    BitAnd,
    Equal,
    NotEqual,
    Less,
    Greater,
    LessEqual,
    GreaterEqual,
    ShiftLeft,
    ShiftRight,
    Add,
    Sub,
    Mul,
    Div,
    Mod,
}

/// An operator and how tightly it binds.
fn operator(token: Token) -> Option<(Operator, u8)> {
    Some(match token {
        Token::OrOr => (Operator::Or, 1),
        Token::AndAnd => (Operator::And, 2),
        Token::Char(b'|') => (Operator::BitOr, 3),
        Token::Char(b'^') => (Operator::BitXor, 4),
        Token::Char(b'&') => (Operator::BitAnd, 5),
        Token::Equal => (Operator::Equal, 6),
        Token::NotEqual => (Operator::NotEqual, 6),
        Token::Char(b'<') => (Operator::Less, 7),
        Token::Char(b'>') => (Operator::Greater, 7),
        Token::LessEqual => (Operator::LessEqual, 7),
        Token::GreaterEqual => (Operator::GreaterEqual, 7),
        Token::ShiftLeft => (Operator::ShiftLeft, 8),
        Token::ShiftRight => (Operator::ShiftRight, 8),
        Token::Char(b'+') => (Operator::Add, 9),
        Token::Char(b'-') => (Operator::Sub, 9),
        Token::Char(b'*') => (Operator::Mul, 10),
        Token::Char(b'/') => (Operator::Div, 10),
        Token::Char(b'%') => (Operator::Mod, 10),
        _ => return None,
    })
}

impl Parser<'_> {
    /// An expression.
    pub(super) fn expression(&mut self) -> Result<Value, ParseError> {
        let condition = self.binary(0)?;
        if !self.take_char(b'?')? {
            return Ok(condition);
        }
        self.enter()?;
        let left = self.comma()?;
        self.check_char(b':')?;
        let right = self.expression()?;
        self.leave();
        let chosen = if condition.bits != 0 { left } else { right };
        Ok(chosen.promoted(left, right))
    }

    /// An expression that must be an integer.
    pub(super) fn integer_expression(&mut self) -> Result<Value, ParseError> {
        let value = self.expression()?;
        if !self.table.is_integer(value.ctype) {
            return Err(self.error(Problem::InvalidValue));
        }
        Ok(value)
    }

    /// An expression that must be a size.
    pub(super) fn size_expression(&mut self) -> Result<u32, ParseError> {
        let value = self.integer_expression()?;
        if u64::from(value.bits) > MAX_SIZE {
            return Err(self.error(Problem::InvalidSize));
        }
        Ok(value.bits)
    }

    fn comma(&mut self) -> Result<Value, ParseError> {
        loop {
            let value = self.expression()?;
            if !self.take_char(b',')? {
                return Ok(value);
            }
        }
    }

    fn binary(&mut self, limit: u8) -> Result<Value, ParseError> {
        let mut left = self.unary()?;
        while let Some((op, priority)) = operator(self.token()).filter(|(_, priority)| *priority > limit) {
            self.next()?;
            let right = self.binary(priority)?;
            left = self.compute(op, left, right)?;
        }
        Ok(left)
    }

    fn compute(&self, op: Operator, left: Value, right: Value) -> Result<Value, ParseError> {
        let (x, y) = (left.bits, right.bits);
        let signed = left.is_signed() && right.is_signed();
        let order = if signed { (x as i32).cmp(&(y as i32)) } else { x.cmp(&y) };
        let arithmetic = |bits| Ok(Value { bits, ctype: left.ctype }.promoted(left, right));
        match op {
            Operator::Or => Ok(Value::truth(x != 0 || y != 0)),
            Operator::And => Ok(Value::truth(x != 0 && y != 0)),
            Operator::BitOr => arithmetic(x | y),
            Operator::BitXor => arithmetic(x ^ y),
            Operator::BitAnd => arithmetic(x & y),
            Operator::Equal => Ok(Value::truth(x == y)),
            Operator::NotEqual => Ok(Value::truth(x != y)),
            Operator::Less => Ok(Value::truth(order.is_lt())),
            Operator::Greater => Ok(Value::truth(order.is_gt())),
            Operator::LessEqual => Ok(Value::truth(order.is_le())),
            Operator::GreaterEqual => Ok(Value::truth(order.is_ge())),
            Operator::ShiftLeft => Ok(Value { bits: x.wrapping_shl(y), ..left }),
            Operator::ShiftRight if left.is_signed() => {
                Ok(Value { bits: (x as i32).wrapping_shr(y) as u32, ..left })
            }
            Operator::ShiftRight => Ok(Value { bits: x.wrapping_shr(y), ..left }),
            Operator::Add => arithmetic(x.wrapping_add(y)),
            Operator::Sub => arithmetic(x.wrapping_sub(y)),
            Operator::Mul => arithmetic(x.wrapping_mul(y)),
            Operator::Div | Operator::Mod => {
                let signed = left.ctype.max(right.ctype) == known::INT32;
                let overflows = signed && x == 1 << 31 && y == u32::MAX;
                if y == 0 || overflows {
                    return Err(self.error(Problem::InvalidValue));
                }
                arithmetic(match (op == Operator::Div, signed) {
                    (true, true) => (x as i32 / y as i32) as u32,
                    (true, false) => x / y,
                    (false, true) => (x as i32 % y as i32) as u32,
                    (false, false) => x % y,
                })
            }
        }
    }

    fn unary(&mut self) -> Result<Value, ParseError> {
        self.enter()?;
        let value = self.prefix()?;
        let value = self.postfix(value)?;
        self.leave();
        Ok(value)
    }

    fn prefix(&mut self) -> Result<Value, ParseError> {
        match self.token() {
            Token::Integer { bits, unsigned } => {
                self.next()?;
                Ok(Value { bits, ctype: if unsigned { known::UINT32 } else { known::INT32 } })
            }
            Token::Char(c @ (b'+' | b'-' | b'~' | b'!')) => {
                self.next()?;
                let value = self.unary()?;
                Ok(match c {
                    b'-' => Value { bits: value.bits.wrapping_neg(), ..value },
                    b'~' => Value { bits: !value.bits, ..value },
                    b'!' => Value::truth(value.bits == 0),
                    _ => value,
                })
            }
            Token::Char(b'(') => {
                self.next()?;
                if self.begins_type() {
                    let ctype = self.abstract_type()?;
                    self.check_char(b')')?;
                    return Ok(Value { ctype, ..self.unary()? });
                }
                let value = self.comma()?;
                self.check_char(b')')?;
                Ok(value)
            }
            Token::Char(b'*') => {
                self.next()?;
                let pointer = self.unary()?;
                let ctype = self.element_of(pointer.ctype)?;
                Ok(Value { bits: 0, ctype })
            }
            Token::Char(b'&') => {
                self.next()?;
                let value = self.unary()?;
                let pointer = self.table.pointer(value.ctype, Quals::NONE);
                Ok(Value { ctype: self.added(pointer)?, ..value })
            }
            Token::Keyword(keyword @ (Keyword::Sizeof | Keyword::Alignof)) => {
                self.next()?;
                self.size_of(keyword == Keyword::Sizeof)
            }
            Token::String => {
                let mut length = 0;
                while self.token() == Token::String {
                    length += self.lexer.text.len() as u32;
                    self.next()?;
                }
                Ok(Value { bits: length + 1, ctype: known::CONST_CHAR_ARRAY })
            }
            _ => {
                let value = match self.meaning() {
                    Some(Name::Constant(constant)) => Value { bits: constant.bits, ctype: constant.ctype },
                    Some(Name::Symbol { ctype, .. }) => Value { bits: 0, ctype: *ctype },
                    Some(Name::Typedef(_)) | None => return Err(self.error_here(Problem::UnexpectedSymbol)),
                };
                self.next()?;
                Ok(value)
            }
        }
    }

    fn size_of(&mut self, wants_size: bool) -> Result<Value, ParseError> {
        let value = if self.take_char(b'(')? {
            let value = if self.begins_type() {
                Value { bits: 0, ctype: self.abstract_type()? }
            } else {
                self.comma()?
            };
            self.check_char(b')')?;
            value
        } else {
            self.unary()?
        };
        let ctype = self.table.referent(value.ctype);
        let bits = if !wants_size {
            1 << self.table.align(ctype)
        } else if value.ctype == known::CONST_CHAR_ARRAY {
            value.bits
        } else {
            match self.table.size(ctype) {
                UNKNOWN => return Err(self.error(Problem::InvalidSize)),
                size => size,
            }
        };
        Ok(Value { bits, ctype: known::UINT32 })
    }

    fn element_of(&self, ctype: CTypeId) -> Result<CTypeId, ParseError> {
        let ctype = self.table.referent(ctype);
        self.table.element(ctype).ok_or_else(|| self.not_indexable(ctype))
    }

    fn not_indexable(&self, ctype: CTypeId) -> ParseError {
        self.error(Problem::NotIndexable(crate::ffi::ctab::repr(self.table, ctype, None)))
    }

    fn postfix(&mut self, mut value: Value) -> Result<Value, ParseError> {
        loop {
            match self.token() {
                Token::Char(b'[') => {
                    self.next()?;
                    let index = self.comma()?;
                    let ctype = match self.element_of(value.ctype) {
                        Ok(ctype) => ctype,
                        Err(_) => self.element_of(index.ctype)?,
                    };
                    self.check_char(b']')?;
                    value = Value { bits: 0, ctype };
                }
                Token::Char(b'.') | Token::Arrow => {
                    let mut ctype = self.table.referent(value.ctype);
                    if self.token() == Token::Arrow {
                        ctype = self.element_of(ctype)?;
                        ctype = self.table.referent(ctype);
                    }
                    if self.next()? != Token::Identifier {
                        return Err(self.expected(Token::Identifier));
                    }
                    value = self.member(ctype)?;
                    self.next()?;
                }
                _ => return Ok(value),
            }
        }
    }

    fn member(&self, ctype: CTypeId) -> Result<Value, ParseError> {
        let name = self.lexer.name();
        let found = match self.table.kind(ctype) {
            Kind::Record(record) => self.table.find_member(record, &name),
            _ => None,
        };
        match found.map(|found| (found.member.kind, found.member.ctype)) {
            Some((MemberKind::Field | MemberKind::Anonymous, ctype)) => Ok(Value { bits: 0, ctype }),
            Some((MemberKind::Constant(bits), ctype)) => Ok(Value { bits, ctype }),
            Some((MemberKind::Bits(_), _)) | None => {
                let repr = crate::ffi::ctab::repr(self.table, ctype, None);
                Err(self.error(Problem::NoMember(repr, name)))
            }
        }
    }
}
