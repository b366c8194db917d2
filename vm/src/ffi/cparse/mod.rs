//! The parser of C declarations, as LuaJIT's FFI reads them: enough of C for what stands in header files, behind the preprocessor.
//!
//! It turns text into types of a [`CTab`] and knows nothing of the heap. `lexer` makes tokens; `spec` reads what stands before a
//! declared name (`static const unsigned long`), `declarator` what stands around it (`(*name[3])(int)`), `record` structs and enums, whose
//! layout `layout` computes; `expr` evaluates constant expressions. It accepts more than C does (it need not find mistakes in
//! headers), but nothing it accepts can be laid out wrongly: sizes are checked, nesting is limited.
//!
//! A source with a mistake declares nothing, as in LuaJIT.

mod declarator;
mod expr;
mod layout;
mod lexer;
mod record;
mod spec;
#[cfg(test)]
mod tests;
mod token;

use std::fmt;

use super::ctab::{CTab, CTypeId, TooManyTypes};
use lexer::Lexer;
use token::{Keyword, Token};

/// How deep declarators and expressions may be nested.
const MAX_DEPTH: u32 = 20;
/// How many pointers, arrays and functions one declarator may have.
const MAX_DERIVATIONS: usize = 100;
/// How deep `#pragma pack(push)` may be nested.
const MAX_PACK: usize = 7;

/// What a `$` in a declaration stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// A type.
    Type(CTypeId),
    /// A number.
    Number(i32),
    /// An identifier.
    Name(String),
}

/// Why a declaration was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    problem: Problem,
    /// The token at which it was noticed.
    near: Option<String>,
    line: u32,
}

/// The kinds of mistakes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Problem {
    InvalidType,
    InvalidSize,
    BadStorageClass,
    SpecifierExpected,
    Redefinition(String),
    UndeclaredTag(String),
    WrongParameterCount,
    NoMember(String, String),
    NotIndexable(String),
    Expected(String),
    TooManyLevels,
    UnexpectedSymbol,
    MalformedNumber,
    UnfinishedString,
    SyntaxError,
    InvalidValue,
    TooManyTypes,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::InvalidType => f.write_str("invalid C type"),
            Problem::InvalidSize => f.write_str("size of C type is unknown or too large"),
            Problem::BadStorageClass => f.write_str("bad storage class"),
            Problem::SpecifierExpected => f.write_str("declaration specifier expected"),
            Problem::Redefinition(name) => write!(f, "attempt to redefine '{name}'"),
            Problem::UndeclaredTag(name) => write!(f, "undeclared or implicit tag '{name}'"),
            Problem::WrongParameterCount => f.write_str("wrong number of type parameters"),
            Problem::NoMember(ctype, name) => write!(f, "'{ctype}' has no member named '{name}'"),
            Problem::NotIndexable(ctype) => write!(f, "'{ctype}' cannot be indexed"),
            Problem::Expected(token) => write!(f, "'{token}' expected"),
            Problem::TooManyLevels => f.write_str("chunk has too many syntax levels"),
            Problem::UnexpectedSymbol => f.write_str("unexpected symbol"),
            Problem::MalformedNumber => f.write_str("malformed number"),
            Problem::UnfinishedString => f.write_str("unfinished string"),
            Problem::SyntaxError => f.write_str("syntax error"),
            Problem::InvalidValue => f.write_str("invalid value"),
            Problem::TooManyTypes => f.write_str("table overflow"),
        }
    }
}

impl ParseError {
    /// The name that stands where a type should, and is none.
    pub fn unknown_type(&self) -> Option<&str> {
        match self.problem {
            Problem::SpecifierExpected => self.near.as_deref(),
            _ => None,
        }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.problem)?;
        if let Some(near) = &self.near {
            write!(f, " near '{near}'")?;
        }
        if self.line > 1 {
            write!(f, " at line {}", self.line)?;
        }
        Ok(())
    }
}

/// Declares everything a source declares.
///
/// # Errors
/// What cannot be read as a declaration, with token and line. Nothing is declared then.
pub fn declare(table: &mut CTab, source: &[u8], parameters: &[Parameter]) -> Result<(), ParseError> {
    all_or_nothing(table, |table| {
        let mut parser = Parser::new(table, source, parameters);
        parser.lexer.next()?;
        parser.declarations()?;
        parser.end()
    })
}

/// Takes back what a parse that fails has declared.
fn all_or_nothing<T>(
    table: &mut CTab,
    parse: impl FnOnce(&mut CTab) -> Result<T, ParseError>,
) -> Result<T, ParseError> {
    let mark = table.mark();
    let result = parse(table);
    if result.is_err() {
        table.roll_back(mark);
    }
    result
}

/// The type that a source names: `"struct point *"`.
///
/// # Errors
/// What is no type, with token and line.
pub fn parse_type(table: &mut CTab, source: &[u8], parameters: &[Parameter]) -> Result<CTypeId, ParseError> {
    one_type(table, source, parameters, true)
}

/// The type that a source names or defines: `"struct point { float x, y; }"`.
///
/// # Errors
/// As [`parse_type`].
pub fn parse_definition(table: &mut CTab, source: &[u8]) -> Result<CTypeId, ParseError> {
    one_type(table, source, &[], false)
}

fn one_type(
    table: &mut CTab,
    source: &[u8],
    parameters: &[Parameter],
    refuses_new_tags: bool,
) -> Result<CTypeId, ParseError> {
    all_or_nothing(table, |table| {
        let mut parser = Parser::new(table, source, parameters);
        parser.refuses_new_tags = refuses_new_tags;
        parser.lexer.next()?;
        let ctype = parser.abstract_type()?;
        if parser.token() != Token::End {
            return Err(parser.expected(Token::End));
        }
        parser.end()?;
        Ok(ctype)
    })
}

/// What a declarator may look like where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Form {
    /// It may declare a name.
    is_named: bool,
    /// It may do without.
    is_abstract: bool,
    /// It may have a width in bits.
    is_field: bool,
}

/// The state of a parse.
struct Parser<'a> {
    lexer: Lexer<'a>,
    table: &'a mut CTab,
    depth: u32,
    /// Structs, unions and enums must have been declared before.
    refuses_new_tags: bool,
    /// What `#pragma pack` says: binary logarithms of the largest alignment.
    pack: Vec<u8>,
}

impl<'a> Parser<'a> {
    fn new(table: &'a mut CTab, source: &'a [u8], parameters: &'a [Parameter]) -> Parser<'a> {
        Parser {
            lexer: Lexer::new(source, parameters),
            table,
            depth: 0,
            refuses_new_tags: false,
            pack: vec![u8::MAX],
        }
    }

    // ---- tokens ----------------------------------------------------------------------------------------

    fn token(&self) -> Token {
        self.lexer.token
    }

    fn next(&mut self) -> Result<Token, ParseError> {
        self.lexer.next()
    }

    /// Consumes a token if it is next.
    fn take(&mut self, token: Token) -> Result<bool, ParseError> {
        let found = self.token() == token;
        if found {
            self.next()?;
        }
        Ok(found)
    }

    fn take_char(&mut self, c: u8) -> Result<bool, ParseError> {
        self.take(Token::Char(c))
    }

    /// Consumes a token that must be next.
    fn check(&mut self, token: Token) -> Result<(), ParseError> {
        if self.token() != token {
            return Err(self.expected(token));
        }
        self.next()?;
        Ok(())
    }

    fn check_char(&mut self, c: u8) -> Result<(), ParseError> {
        self.check(Token::Char(c))
    }

    fn keyword(&self) -> Option<Keyword> {
        match self.token() {
            Token::Keyword(keyword) => Some(keyword),
            _ => None,
        }
    }

    fn is_identifier(&self, name: &str) -> bool {
        self.token() == Token::Identifier && self.lexer.text == name.as_bytes()
    }

    /// The typedef the next token is.
    fn typedef(&self) -> Option<CTypeId> {
        match self.meaning()? {
            super::ctab::Name::Typedef(ctype) => Some(*ctype),
            super::ctab::Name::Constant(_) | super::ctab::Name::Symbol { .. } => None,
        }
    }

    /// What the next token, an identifier, stands for. A name from a parameter stands for nothing yet.
    fn meaning(&self) -> Option<&super::ctab::Name> {
        if self.token() != Token::Identifier || self.lexer.is_parameter {
            return None;
        }
        self.table.name(std::str::from_utf8(&self.lexer.text).ok()?)
    }

    /// Whether a type begins here.
    fn begins_type(&self) -> bool {
        match self.token() {
            Token::Keyword(keyword) => keyword.begins_type(),
            Token::Identifier => self.typedef().is_some(),
            token => token == Token::Parameter,
        }
    }

    // ---- errors ----------------------------------------------------------------------------------------

    fn error(&self, problem: Problem) -> ParseError {
        self.lexer.error(problem)
    }

    /// An error that shows the next token.
    fn error_here(&self, problem: Problem) -> ParseError {
        self.lexer.error_near(problem, Some(self.token()))
    }

    fn expected(&self, token: Token) -> ParseError {
        self.error_here(Problem::Expected(token.describe()))
    }

    fn enter(&mut self) -> Result<(), ParseError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(self.error(Problem::TooManyLevels)) } else { Ok(()) }
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }

    /// A type that was added, or the limit.
    fn added<T>(&self, added: Result<T, TooManyTypes>) -> Result<T, ParseError> {
        added.map_err(|TooManyTypes| self.error(Problem::TooManyTypes))
    }

    /// All parameters must have been used.
    fn end(&mut self) -> Result<(), ParseError> {
        if self.lexer.next_parameter < self.lexer.parameters.len() {
            return Err(self.error(Problem::WrongParameterCount));
        }
        Ok(())
    }
}
