//! From bytes to tokens.

use super::token::{Keyword, Token};
use super::{Parameter, ParseError, Problem};

/// Reads tokens, keeping the one that was read last.
pub(super) struct Lexer<'a> {
    source: &'a [u8],
    /// The next byte to read.
    at: usize,
    /// The byte read last; zero at the end.
    c: u8,
    pub(super) line: u32,
    pub(super) token: Token,
    /// The bytes of an identifier, number or string.
    pub(super) text: Vec<u8>,
    pub(super) parameters: &'a [Parameter],
    pub(super) next_parameter: usize,
    /// The identifier read last came from a parameter.
    pub(super) is_parameter: bool,
    /// While a function's body is skipped, malformed numbers do not matter.
    pub(super) is_skipping: bool,
}

fn is_identifier(c: u8) -> bool {
    c.is_ascii_alphanumeric() || c == b'_' || c >= 0x80
}

fn is_line_end(c: u8) -> bool {
    c == b'\n' || c == b'\r'
}

impl<'a> Lexer<'a> {
    pub(super) fn new(source: &'a [u8], parameters: &'a [Parameter]) -> Lexer<'a> {
        let mut lexer = Lexer {
            source,
            at: 0,
            c: 0,
            line: 1,
            token: Token::End,
            text: Vec::new(),
            parameters,
            next_parameter: 0,
            is_parameter: false,
            is_skipping: false,
        };
        lexer.read();
        lexer
    }

    /// The name an identifier spells.
    pub(super) fn name(&self) -> String {
        String::from_utf8_lossy(&self.text).into_owned()
    }

    /// Reads the next token.
    pub(super) fn next(&mut self) -> Result<Token, ParseError> {
        self.token = self.scan()?;
        Ok(self.token)
    }

    pub(super) fn error(&self, problem: Problem) -> ParseError {
        self.error_near(problem, None)
    }

    /// An error that shows a token.
    pub(super) fn error_near(&self, problem: Problem, near: Option<Token>) -> ParseError {
        let near = near.map(|token| match token {
            token if token.has_text() && (self.text.is_empty() || self.is_parameter) => "$".to_owned(),
            // What comes after a zero byte would not be seen in C.
            token if token.has_text() => {
                let end = self.text.iter().position(|&c| c == 0).unwrap_or(self.text.len());
                String::from_utf8_lossy(&self.text[..end]).into_owned()
            }
            token => token.describe(),
        });
        ParseError { problem, near, line: self.line }
    }

    fn peek(&self) -> u8 {
        self.source.get(self.at).copied().unwrap_or(0)
    }

    /// Reads a byte; line breaks behind a backslash are none.
    fn read(&mut self) -> u8 {
        loop {
            self.c = self.peek();
            self.at += 1;
            if self.c != b'\\' || !is_line_end(self.peek()) {
                return self.c;
            }
            let first = self.peek();
            self.at += 1;
            if is_line_end(self.peek()) && self.peek() != first {
                self.at += 1;
            }
            self.line += 1;
        }
    }

    fn end_line(&mut self) {
        if is_line_end(self.peek()) && self.peek() != self.c {
            self.at += 1;
        }
        self.line += 1;
    }

    fn scan(&mut self) -> Result<Token, ParseError> {
        self.text.clear();
        self.is_parameter = false;
        loop {
            let c = self.c;
            if is_identifier(c) {
                return if c.is_ascii_digit() { self.number() } else { Ok(self.identifier()) };
            }
            match c {
                b'\n' | b'\r' => {
                    self.end_line();
                    self.read();
                }
                b' ' | b'\t' | 0x0B | 0x0C => drop(self.read()),
                b'"' | b'\'' => return self.string(),
                b'/' => match self.read() {
                    b'*' => self.block_comment(),
                    b'/' => while !is_line_end(self.read()) && self.c != 0 {},
                    _ => return Ok(Token::Char(b'/')),
                },
                b'|' => return Ok(self.pair(b'|', Token::OrOr)),
                b'&' => return Ok(self.pair(b'&', Token::AndAnd)),
                b'=' => return Ok(self.pair(b'=', Token::Equal)),
                b'!' => return Ok(self.pair(b'=', Token::NotEqual)),
                b'-' => return Ok(self.pair(b'>', Token::Arrow)),
                b'<' | b'>' => return Ok(self.angle(c)),
                b'$' => return self.parameter(),
                0 => return Ok(Token::End),
                _ => {
                    self.read();
                    return Ok(Token::Char(c));
                }
            }
        }
    }

    fn pair(&mut self, second: u8, token: Token) -> Token {
        let first = self.c;
        if self.read() != second {
            return Token::Char(first);
        }
        self.read();
        token
    }

    fn angle(&mut self, c: u8) -> Token {
        let (equal, shift) = if c == b'<' {
            (Token::LessEqual, Token::ShiftLeft)
        } else {
            (Token::GreaterEqual, Token::ShiftRight)
        };
        let token = match self.read() {
            b'=' => equal,
            second if second == c => shift,
            _ => return Token::Char(c),
        };
        self.read();
        token
    }

    fn block_comment(&mut self) {
        loop {
            if self.read() == b'*' {
                loop {
                    if self.read() == b'/' {
                        self.read();
                        return;
                    }
                    if self.c != b'*' {
                        break;
                    }
                }
            }
            if is_line_end(self.c) {
                self.end_line();
            }
            if self.c == 0 {
                return;
            }
        }
    }

    fn word(&mut self) {
        loop {
            self.text.push(self.c);
            if !is_identifier(self.read()) {
                return;
            }
        }
    }

    fn identifier(&mut self) -> Token {
        self.word();
        std::str::from_utf8(&self.text).ok().and_then(Keyword::of).map_or(Token::Identifier, Token::Keyword)
    }

    fn number(&mut self) -> Result<Token, ParseError> {
        self.word();
        match integer(&self.text) {
            Some((bits, unsigned)) => Ok(Token::Integer { bits, unsigned }),
            None if self.is_skipping => Ok(Token::Integer { bits: 0, unsigned: false }),
            None => {
                let token = Token::Integer { bits: 0, unsigned: false };
                Err(self.error_near(Problem::MalformedNumber, Some(token)))
            }
        }
    }

    fn string(&mut self) -> Result<Token, ParseError> {
        let delimiter = self.c;
        self.read();
        while self.c != delimiter {
            if self.c == 0 {
                return Err(self.error_near(Problem::UnfinishedString, Some(Token::End)));
            }
            if self.c == b'\\' {
                self.read();
                if self.c == 0 {
                    return Err(self.error_near(Problem::UnfinishedString, Some(Token::End)));
                }
                self.escape();
            } else {
                self.text.push(self.c);
                self.read();
            }
        }
        self.read();
        if delimiter == b'"' {
            return Ok(Token::String);
        }
        match self.text[..] {
            [c] => Ok(Token::Integer { bits: c as std::ffi::c_char as i32 as u32, unsigned: false }),
            _ => Err(self.error_near(Problem::Expected("'".to_owned()), Some(self.token))),
        }
    }

    /// What follows a backslash.
    fn escape(&mut self) {
        let c = match self.c {
            b'a' => 7,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 11,
            b'e' => 27,
            b'x' => {
                let mut value = 0u8;
                while let Some(digit) = (self.read() as char).to_digit(16) {
                    value = value << 4 | digit as u8;
                }
                self.text.push(value);
                return;
            }
            c if c.is_ascii_digit() => {
                let mut value = c - b'0';
                for _ in 0..2 {
                    if !self.read().is_ascii_digit() {
                        self.text.push(value);
                        return;
                    }
                    value = value.wrapping_mul(8).wrapping_add(self.c - b'0');
                }
                value
            }
            c => c,
        };
        self.text.push(c);
        self.read();
    }

    /// `$`: a type, a number or a name from outside.
    fn parameter(&mut self) -> Result<Token, ParseError> {
        let c = self.read();
        if is_identifier(c) || c == b'$' {
            return Err(self.error_near(Problem::SyntaxError, Some(Token::Char(c))));
        }
        let Some(parameter) = self.parameters.get(self.next_parameter) else {
            return Err(self.error(Problem::WrongParameterCount));
        };
        self.next_parameter += 1;
        Ok(match parameter {
            Parameter::Type(_) => Token::Parameter,
            Parameter::Number(n) => Token::Integer { bits: *n as u32, unsigned: false },
            Parameter::Name(name) => {
                self.text.extend_from_slice(name.as_bytes());
                self.is_parameter = true;
                Token::Identifier
            }
        })
    }

    /// The parameter that was read last.
    pub(super) fn last_parameter(&self) -> &'a Parameter {
        &self.parameters[self.next_parameter - 1]
    }
}

/// An integer of at most 32 bits, and whether it has no sign; decimal, octal, hexadecimal or binary.
fn integer(text: &[u8]) -> Option<(u32, bool)> {
    let (digits, mut unsigned) = match text {
        [digits @ .., b'u' | b'U'] => (digits, true),
        _ => (text, false),
    };
    let (radix, digits) = match digits {
        [b'0', b'x' | b'X', rest @ ..] => (16, rest),
        [b'0', b'b' | b'B', rest @ ..] => (2, rest),
        [b'0', rest @ ..] if !rest.is_empty() => (8, rest),
        _ => (10, digits),
    };
    if digits.is_empty() {
        return None;
    }
    let mut value = 0u32;
    for &digit in digits {
        let digit = (digit as char).to_digit(radix)?;
        value = value.checked_mul(radix)?.checked_add(digit)?;
    }
    unsigned |= value > i32::MAX as u32;
    Some((value, unsigned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_have_at_most_32_bits() {
        assert_eq!(integer(b"0"), Some((0, false)));
        assert_eq!(integer(b"017"), Some((15, false)));
        assert_eq!(integer(b"0x7fffffff"), Some((0x7FFF_FFFF, false)));
        assert_eq!(integer(b"0xffffffffu"), Some((u32::MAX, true)));
        assert_eq!(integer(b"2147483648"), Some((1 << 31, true)));
        assert_eq!(integer(b"0b101"), Some((5, false)));
        for bad in ["4294967296", "1L", "1LL", "08", "0x", "1.5", "12ab"] {
            assert_eq!(integer(bad.as_bytes()), None, "{bad}");
        }
    }
}
