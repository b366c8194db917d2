//! Bytes to tokens.

use super::intern::Interner;
use super::token::{KEYWORDS, Token, TokenKind};
use crate::bytecode::StrId;
use crate::convert::{NumberLiteral, scan_number_literal};

/// A lexical or syntax error, before the chunk's name is put in front. In a box, so that results stay small.
#[derive(Debug)]
pub struct SyntaxError(Box<(u32, Vec<u8>)>);

impl SyntaxError {
    /// An error that quotes the source near it, up to a zero byte.
    pub fn near(line: u32, what: &str, near: &[u8]) -> SyntaxError {
        let mut message = format!("{what} near '").into_bytes();
        message.extend(near.iter().take_while(|byte| **byte != 0));
        message.push(b'\'');
        SyntaxError(Box::new((line, message)))
    }

    /// An error that quotes nothing.
    pub fn plain(line: u32, what: impl Into<String>) -> SyntaxError {
        SyntaxError(Box::new((line, what.into().into_bytes())))
    }

    /// The line to report.
    pub fn line(&self) -> u32 {
        self.0.0
    }

    /// What is wrong, with `near '...'` where it applies.
    pub fn message(&self) -> &[u8] {
        &self.0.1
    }
}

/// Reads tokens one after another; names and strings go to the interner.
pub struct Lexer<'src> {
    source: &'src [u8],
    position: usize,
    line: u32,
    /// Where strings with escapes are put together.
    buffer: Vec<u8>,
    /// The value of the number read last.
    pub number: NumberLiteral,
    /// All names and strings so far; the reserved words come first.
    pub strings: Interner,
}

type Lexed<T> = Result<T, SyntaxError>;

impl<'src> Lexer<'src> {
    /// A lexer at the beginning of a source, past a byte-order mark and a `#` line.
    pub fn new(source: &'src [u8], mut strings: Interner) -> Lexer<'src> {
        for (text, _) in KEYWORDS {
            strings.intern(text.as_bytes());
        }
        let mut position = if source.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        if source.get(position) == Some(&b'#') {
            // The line break stays, so that lines are counted right.
            position = source[position..]
                .iter()
                .position(|byte| is_newline(*byte))
                .map_or(source.len(), |n| position + n);
        }
        Lexer { source, position, line: 1, buffer: Vec::new(), number: NumberLiteral::Number(0.0), strings }
    }

    /// The line the lexer has come to.
    pub fn line(&self) -> u32 {
        self.line
    }

    /// The byte behind the token read last; 0 at the end.
    pub fn following_byte(&self) -> u8 {
        self.peek()
    }

    /// The source text between two offsets.
    pub fn text(&self, start: u32, end: u32) -> &'src [u8] {
        &self.source[start as usize..end as usize]
    }

    /// The next token.
    pub fn next_token(&mut self) -> Lexed<Token> {
        loop {
            let start = self.position;
            let Some(&byte) = self.source.get(start) else {
                return Ok(self.token(TokenKind::Eof, start));
            };
            self.position += 1;
            let kind = match byte {
                b'\n' | b'\r' => {
                    self.finish_newline(byte);
                    continue;
                }
                b' ' | b'\t' | 0x0B | 0x0C => continue,
                b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80..=0xFF => return Ok(self.name(start)),
                b'0'..=b'9' => return self.number(start),
                b'"' | b'\'' => return self.string(start, byte),
                b'-' if self.peek() == b'-' => {
                    self.position += 1;
                    self.comment()?;
                    continue;
                }
                b'-' if self.peek() == b'>' => self.wide(TokenKind::Arrow, 1),
                b'-' => TokenKind::Minus,
                b'[' => match self.long_bracket_level() {
                    Some(level) => return self.long_string(start, level),
                    None if self.peek() == b'=' => {
                        let equals =
                            self.source[self.position..].iter().take_while(|byte| **byte == b'=').count();
                        let near = &self.source[start..self.position + equals];
                        return Err(SyntaxError::near(self.line, "invalid long string delimiter", near));
                    }
                    None => TokenKind::LeftBracket,
                },
                b'.' => match (self.peek(), self.peek_second()) {
                    (b'.', b'.') => self.wide(TokenKind::Dots, 2),
                    (b'.', _) => self.wide(TokenKind::Concat, 1),
                    (b'0'..=b'9', _) => return self.number(start),
                    _ => TokenKind::Dot,
                },
                b'=' if self.peek() == b'=' => self.wide(TokenKind::Equal, 1),
                b'=' => TokenKind::Assign,
                b'<' if self.peek() == b'=' => self.wide(TokenKind::LessEqual, 1),
                b'<' if self.peek() == b'<' => self.wide(TokenKind::ShiftLeft, 1),
                b'<' => TokenKind::Less,
                b'>' if self.peek() == b'=' => self.wide(TokenKind::GreaterEqual, 1),
                b'>' if self.peek() == b'>' => self.wide(TokenKind::ShiftRight, 1),
                b'>' => TokenKind::Greater,
                b'~' => match (self.peek(), self.peek_second()) {
                    (b'=', _) => self.wide(TokenKind::NotEqual, 1),
                    (b'>', b'>') => self.wide(TokenKind::ShiftArithmetic, 2),
                    (b'>', _) => return Err(SyntaxError::near(self.line, "unexpected symbol", b"~")),
                    _ => TokenKind::Tilde,
                },
                b'!' if self.peek() == b'=' => self.wide(TokenKind::BangEqual, 1),
                b'!' => TokenKind::Bang,
                b'?' if self.peek() == b'.' => self.wide(TokenKind::Navigate, 1),
                b'?' if self.peek() == b'?' => self.wide(TokenKind::Coalesce, 1),
                b'?' => TokenKind::Question,
                b'&' if self.peek() == b'&' => self.wide(TokenKind::AndAnd, 1),
                b'&' => TokenKind::Ampersand,
                b'|' if self.peek() == b'|' => self.wide(TokenKind::OrOr, 1),
                b'|' => TokenKind::Pipe,
                b':' if self.peek() == b':' => self.wide(TokenKind::Label, 1),
                b':' => TokenKind::Colon,
                b'+' => TokenKind::Plus,
                b'*' => TokenKind::Star,
                b'/' => TokenKind::Slash,
                b'%' => TokenKind::Percent,
                b'^' => TokenKind::Caret,
                b'#' => TokenKind::Hash,
                b'(' => TokenKind::LeftParen,
                b')' => TokenKind::RightParen,
                b'{' => TokenKind::LeftBrace,
                b'}' => TokenKind::RightBrace,
                b']' => TokenKind::RightBracket,
                b';' => TokenKind::Semicolon,
                b',' => TokenKind::Comma,
                _ => TokenKind::Unknown(byte),
            };
            return Ok(self.token(kind, start));
        }
    }

    fn token(&self, kind: TokenKind, start: usize) -> Token {
        Token { kind, start: start as u32, end: self.position as u32, string: StrId(0) }
    }

    /// The byte at the position, 0 at the end.
    #[inline]
    fn peek(&self) -> u8 {
        self.source.get(self.position).copied().unwrap_or(0)
    }

    fn peek_second(&self) -> u8 {
        self.source.get(self.position + 1).copied().unwrap_or(0)
    }

    fn wide(&mut self, kind: TokenKind, extra: usize) -> TokenKind {
        self.position += extra;
        kind
    }

    /// Takes the second byte of a two-byte line break, and counts the line.
    fn finish_newline(&mut self, first: u8) {
        let next = self.peek();
        if is_newline(next) && next != first {
            self.position += 1;
        }
        self.line += 1;
    }

    fn name(&mut self, start: usize) -> Token {
        let rest = &self.source[self.position..];
        self.position += rest.iter().position(|byte| !is_name_byte(*byte)).unwrap_or(rest.len());
        let string = self.strings.intern(&self.source[start..self.position]);
        let kind = KEYWORDS.get(string.0 as usize).map_or(TokenKind::Name, |(_, kind)| *kind);
        Token { string, ..self.token(kind, start) }
    }

    fn number(&mut self, start: usize) -> Lexed<Token> {
        match scan_number_literal(&self.source[start..]) {
            Ok((number, length)) => {
                self.position = start + length;
                self.number = number;
                Ok(self.token(TokenKind::Number, start))
            }
            Err(length) => {
                let near = without_separators(&self.source[start..start + length]);
                Err(SyntaxError::near(self.line, "malformed number", &near))
            }
        }
    }

    fn comment(&mut self) -> Lexed<()> {
        if self.peek() == b'[' {
            self.position += 1;
            if let Some(level) = self.long_bracket_level() {
                return self.long_bracket(level, "unfinished long comment").map(drop);
            }
        }
        let rest = &self.source[self.position..];
        self.position += rest.iter().position(|byte| is_newline(*byte)).unwrap_or(rest.len());
        Ok(())
    }

    /// After a `[`: how many `=` follow up to the second `[`, if there is one; takes them.
    fn long_bracket_level(&mut self) -> Option<usize> {
        let rest = &self.source[self.position..];
        let level = rest.iter().take_while(|byte| **byte == b'=').count();
        (rest.get(level) == Some(&b'[')).then(|| {
            self.position += level + 1;
            level
        })
    }

    fn long_string(&mut self, start: usize, level: usize) -> Lexed<Token> {
        let string = self.long_bracket(level, "unfinished long string")?;
        Ok(Token { string, ..self.token(TokenKind::String, start) })
    }

    /// The content of a long string or comment up to its closing bracket.
    fn long_bracket(&mut self, level: usize, unfinished: &str) -> Lexed<StrId> {
        if is_newline(self.peek()) {
            let first = self.peek();
            self.position += 1;
            self.finish_newline(first);
        }
        let is_comment = unfinished.ends_with("comment");
        self.buffer.clear();
        let mut run = self.position;
        loop {
            let Some(&byte) = self.source.get(self.position) else {
                return Err(SyntaxError::near(self.line, unfinished, b"<eof>"));
            };
            let at = self.position;
            self.position += 1;
            if byte == b']' {
                let rest = &self.source[self.position..];
                let equals = rest.iter().take(level).take_while(|byte| **byte == b'=').count();
                if equals == level && rest.get(level) == Some(&b']') {
                    self.position += level + 1;
                    if is_comment {
                        return Ok(StrId(0));
                    }
                    self.buffer.extend_from_slice(&self.source[run..at]);
                    return Ok(self.strings.intern(&self.buffer));
                }
                self.position += equals;
            } else if is_newline(byte) {
                self.finish_newline(byte);
                self.buffer.extend_from_slice(&self.source[run..at]);
                self.buffer.push(b'\n');
                run = self.position;
            }
        }
    }

    fn string(&mut self, start: usize, quote: u8) -> Lexed<Token> {
        self.buffer.clear();
        let mut run = self.position;
        loop {
            let rest = &self.source[self.position..];
            let special = |byte: &u8| *byte == quote || *byte == b'\\' || is_newline(*byte);
            let Some(length) = rest.iter().position(special) else {
                self.position = self.source.len();
                return Err(SyntaxError::near(self.line, "unfinished string", b"<eof>"));
            };
            self.position += length;
            let byte = self.source[self.position];
            if byte == quote {
                let tail = &self.source[run..self.position];
                self.position += 1;
                let string = if self.buffer.is_empty() {
                    self.strings.intern(tail)
                } else {
                    self.buffer.extend_from_slice(tail);
                    self.strings.intern(&self.buffer)
                };
                return Ok(Token { string, ..self.token(TokenKind::String, start) });
            }
            self.buffer.extend_from_slice(&self.source[run..self.position]);
            if byte != b'\\' {
                return Err(self.string_error(quote, "unfinished string"));
            }
            self.position += 1;
            self.escape(quote)?;
            run = self.position;
        }
    }

    /// What follows a backslash.
    fn escape(&mut self, quote: u8) -> Lexed<()> {
        let byte = self.peek();
        let plain = match byte {
            b'a' => 0x07,
            b'b' => 0x08,
            b'f' => 0x0C,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 0x0B,
            b'\\' | b'"' | b'\'' => byte,
            b'\n' | b'\r' => {
                self.position += 1;
                self.finish_newline(byte);
                self.buffer.push(b'\n');
                return Ok(());
            }
            b'x' => {
                self.position += 1;
                let value = self.hex_digit(quote)? << 4 | self.hex_digit(quote)?;
                self.buffer.push(value as u8);
                return Ok(());
            }
            b'u' => return self.unicode_escape(quote),
            b'z' => {
                self.position += 1;
                self.skip_space();
                return Ok(());
            }
            b'0'..=b'9' => return self.decimal_escape(quote),
            // The end of the source is reported as such by the caller.
            _ if self.position >= self.source.len() => return Ok(()),
            _ => return Err(self.string_error(quote, "invalid escape sequence")),
        };
        self.position += 1;
        self.buffer.push(plain);
        Ok(())
    }

    fn skip_space(&mut self) {
        loop {
            let byte = self.peek();
            match byte {
                b' ' | b'\t' | 0x0B | 0x0C => self.position += 1,
                b'\n' | b'\r' => {
                    self.position += 1;
                    self.finish_newline(byte);
                }
                _ => return,
            }
        }
    }

    fn decimal_escape(&mut self, quote: u8) -> Lexed<()> {
        let mut value = 0;
        for _ in 0..3 {
            let byte = self.peek();
            if !byte.is_ascii_digit() {
                break;
            }
            value = value * 10 + u32::from(byte - b'0');
            self.position += 1;
        }
        let byte = u8::try_from(value).map_err(|_| self.string_error(quote, "invalid escape sequence"))?;
        self.buffer.push(byte);
        Ok(())
    }

    fn unicode_escape(&mut self, quote: u8) -> Lexed<()> {
        self.position += 1;
        let mut value = 0;
        if self.peek() != b'{' {
            return Err(self.string_error(quote, "invalid escape sequence"));
        }
        self.position += 1;
        loop {
            value = value << 4 | self.hex_digit(quote)?;
            if value > 0x10_FFFF {
                return Err(self.string_error(quote, "invalid escape sequence"));
            }
            if self.peek() == b'}' {
                break;
            }
        }
        self.position += 1;
        let Some(char) = char::from_u32(value) else {
            return Err(self.string_error(quote, "invalid escape sequence"));
        };
        self.buffer.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
        Ok(())
    }

    fn hex_digit(&mut self, quote: u8) -> Lexed<u32> {
        match char::from(self.peek()).to_digit(16) {
            Some(digit) => {
                self.position += 1;
                Ok(digit)
            }
            None => Err(self.string_error(quote, "invalid escape sequence")),
        }
    }

    /// An error that shows the string as far as it was read.
    fn string_error(&self, quote: u8, what: &str) -> SyntaxError {
        let mut near = vec![quote];
        near.extend_from_slice(&self.buffer);
        SyntaxError::near(self.line, what, &near)
    }
}

/// A number as messages show it.
pub fn without_separators(number: &[u8]) -> Vec<u8> {
    number.iter().copied().filter(|byte| *byte != b'_').collect()
}

fn is_newline(byte: u8) -> bool {
    byte == b'\n' || byte == b'\r'
}

/// Whether a byte can continue a name: letters, digits, `_` and everything beyond ASCII.
#[inline]
pub fn is_name_byte(byte: u8) -> bool {
    NAME_BYTES[usize::from(byte)]
}

static NAME_BYTES: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let value = byte as u8;
        table[byte] = value.is_ascii_alphanumeric() || value == b'_' || value >= 0x80;
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests;
