//! What stands before a declared name: type, qualifiers, storage class, attributes.

use super::token::{Keyword, Token};
use super::{ParseError, Parser, Problem};
use crate::ffi::ctab::{CTypeId, Kind, Quals, known};

/// What attributes and qualifiers have said so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Attributes {
    /// Qualifiers of what comes next in the declaration.
    pub(super) quals: Quals,
    /// `aligned`: the binary logarithm.
    pub(super) align: Option<u8>,
    /// `packed`
    pub(super) is_packed: bool,
    /// `mode`: a size in bytes.
    pub(super) mode: Option<u32>,
    /// `vector_size`: in bytes, a power of two.
    pub(super) vector: Option<u32>,
    /// `__ptr32`
    pub(super) pointer_size: Option<u32>,
    /// `asm("name")`
    pub(super) redirect: Option<String>,
}

/// What stands before the declarators of one declaration.
#[derive(Clone, Debug)]
pub(super) struct Specifiers {
    /// The type, with its qualifiers.
    pub(super) ctype: CTypeId,
    /// The storage class, if any.
    pub(super) storage: Option<Keyword>,
    /// What is left for the declarators.
    pub(super) attributes: Attributes,
    /// Nothing but a struct, union or enum: there need be no declarator.
    pub(super) is_tagged: bool,
}

/// The words of which the basic types are made, in any order.
#[derive(Default)]
struct Words {
    void: bool,
    boolean: bool,
    char: bool,
    float: bool,
    long: bool,
    long_long: bool,
    short: bool,
    complex: bool,
    signed: bool,
    unsigned: bool,
    /// As the keyword says, in bytes.
    size: u32,
}

impl Words {
    fn decides(&self) -> bool {
        self.size != 0
            || self.void
            || self.boolean
            || self.short
            || self.long
            || self.signed
            || self.unsigned
            || self.complex
    }
}

impl Parser<'_> {
    /// Reads specifiers. `allowed` are the storage classes that may be among them.
    pub(super) fn specifiers(&mut self, allowed: &[Keyword]) -> Result<Specifiers, ParseError> {
        let mut attributes = Attributes::default();
        let mut words = Words::default();
        let mut named: Option<CTypeId> = None;
        let mut storage = None;
        loop {
            self.attributes(&mut attributes)?;
            if let Some(keyword) = self.keyword()
                && is_simple(keyword)
            {
                if is_storage(keyword) {
                    if !allowed.contains(&keyword) {
                        return Err(self.error_here(Problem::BadStorageClass));
                    }
                    // `typedef` and `static` say what becomes of the name; `extern` says nothing.
                    if storage.is_none() || keyword != Keyword::Extern {
                        storage = Some(keyword);
                    }
                } else if named.is_some() || !words.add(keyword) {
                    break;
                }
                self.next()?;
                continue;
            }
            if named.is_some() || words.decides() {
                break;
            }
            match self.token() {
                Token::Keyword(Keyword::Struct) => named = Some(self.record(&mut attributes, false)?),
                Token::Keyword(Keyword::Union) => named = Some(self.record(&mut attributes, true)?),
                Token::Keyword(Keyword::Enum) => named = Some(self.enumeration(&mut attributes)?),
                Token::Parameter => {
                    let super::Parameter::Type(ctype) = self.lexer.last_parameter() else {
                        unreachable!("the token says that it is a type")
                    };
                    named = Some(*ctype);
                    self.next()?;
                }
                _ => match self.typedef() {
                    Some(ctype) => {
                        named = Some(ctype);
                        self.next()?;
                    }
                    None => break,
                },
            }
        }
        let quals = std::mem::take(&mut attributes.quals);
        if words.complex {
            named = Some(if words.size == 4 { known::COMPLEX_FLOAT } else { known::COMPLEX_DOUBLE });
        }
        let (ctype, is_tagged) = match named {
            Some(named) => {
                let is_tagged = matches!(self.table.kind(named), Kind::Record(_) | Kind::Enum(_));
                (self.with_quals(named, quals)?, is_tagged)
            }
            None => (self.basic_type(&words, quals)?, false),
        };
        Ok(Specifiers { ctype, storage, attributes, is_tagged })
    }

    /// A type with more qualifiers; those of an array are its elements'.
    pub(super) fn with_quals(&mut self, ctype: CTypeId, quals: Quals) -> Result<CTypeId, ParseError> {
        if quals == Quals::NONE {
            return Ok(ctype);
        }
        match self.table.kind(ctype) {
            Kind::Array(of) => {
                let (size, element) = (self.table.size(ctype), self.table.size(of));
                let of = self.with_quals(of, quals)?;
                let count =
                    (size != crate::ffi::ctab::UNKNOWN).then(|| size.checked_div(element).unwrap_or(0));
                let array = self.table.array(of, count);
                self.added(array)
            }
            Kind::VariableArray(of) => {
                let of = self.with_quals(of, quals)?;
                let array = self.table.variable_array(of);
                self.added(array)
            }
            Kind::Function(_) | Kind::Reference(_) => Ok(ctype),
            _ => {
                let qualified = self.table.qualified(ctype, quals);
                self.added(qualified)
            }
        }
    }

    fn basic_type(&mut self, words: &Words, quals: Quals) -> Result<CTypeId, ParseError> {
        let unsigned = words.unsigned;
        let int = Kind::Int { unsigned, long: false };
        let (kind, size) = if words.void {
            let void = self.table.void(quals);
            return self.added(void);
        } else if words.boolean {
            if words.char || words.float || words.long || words.short {
                return Err(self.error(Problem::InvalidType));
            }
            (Kind::Bool, 1)
        } else if words.float {
            (Kind::Float, if words.long { 16 } else { words.size })
        } else if words.char {
            let plain = !words.signed && !words.unsigned;
            (if plain { Kind::Int { unsigned: known::UNSIGNED_CHAR, long: false } } else { int }, 1)
        } else if words.short {
            (int, 2)
        } else if words.long_long {
            (int, 8)
        } else if words.long {
            (Kind::Int { unsigned, long: true }, size_of::<std::ffi::c_long>() as u32)
        } else if words.size != 0 {
            // A 64-bit integer by its size is `long` nowhere.
            (int, words.size)
        } else if words.signed || words.unsigned {
            (int, 4)
        } else {
            return Err(self.error_here(Problem::SpecifierExpected));
        };
        let number = self.table.number(kind, size, quals);
        self.added(number)
    }

    /// Reads qualifiers and attributes.
    pub(super) fn attributes(&mut self, attributes: &mut Attributes) -> Result<(), ParseError> {
        while let Some(keyword) = self.keyword() {
            match keyword {
                Keyword::Const => attributes.quals.constant = true,
                Keyword::Volatile => attributes.quals.volatile = true,
                Keyword::Restrict | Keyword::Extension | Keyword::CallingConvention => {}
                Keyword::PointerSize(size) => attributes.pointer_size = Some(size),
                Keyword::Attribute => {
                    self.gcc_attribute(attributes)?;
                    continue;
                }
                Keyword::Asm => {
                    self.asm(attributes)?;
                    continue;
                }
                Keyword::Declspec => {
                    self.declspec(attributes)?;
                    continue;
                }
                _ => return Ok(()),
            }
            self.next()?;
        }
        Ok(())
    }

    /// `asm("name")`
    fn asm(&mut self, attributes: &mut Attributes) -> Result<(), ParseError> {
        self.next()?;
        self.check_char(b'(')?;
        if self.token() == Token::String {
            let mut name = String::new();
            while self.token() == Token::String {
                name.push_str(&self.lexer.name());
                self.next()?;
            }
            attributes.redirect = Some(name);
        }
        self.check_char(b')')
    }

    /// `__attribute__((...))`
    fn gcc_attribute(&mut self, attributes: &mut Attributes) -> Result<(), ParseError> {
        self.next()?;
        self.check_char(b'(')?;
        self.check_char(b'(')?;
        while self.token() != Token::Char(b')') {
            match self.token() {
                Token::Identifier => {
                    let name = self.lexer.name();
                    self.next()?;
                    match name.trim_matches('_') {
                        "aligned" => self.alignment(attributes)?,
                        "packed" => attributes.is_packed = true,
                        "mode" => self.mode(attributes)?,
                        "vector_size" => {
                            let size = self.size_in_parentheses()?;
                            attributes.vector = (size > 0).then(|| 1 << size.ilog2());
                        }
                        _ => self.skip_arguments()?,
                    }
                }
                Token::Keyword(_) => {
                    self.next()?;
                    self.skip_arguments()?;
                }
                _ => break,
            }
            if !self.take_char(b',')? {
                break;
            }
        }
        self.check_char(b')')?;
        self.check_char(b')')
    }

    fn skip_arguments(&mut self) -> Result<(), ParseError> {
        if self.take_char(b'(')? {
            while self.token() != Token::Char(b')') && self.token() != Token::End {
                self.next()?;
            }
            self.check_char(b')')?;
        }
        Ok(())
    }

    /// `__declspec(...)`
    fn declspec(&mut self, attributes: &mut Attributes) -> Result<(), ParseError> {
        self.next()?;
        self.check_char(b'(')?;
        while self.token() == Token::Identifier {
            let is_align = self.is_identifier("align");
            self.next()?;
            if is_align {
                self.alignment(attributes)?;
            } else {
                self.skip_arguments()?;
            }
        }
        self.check_char(b')')
    }

    fn alignment(&mut self, attributes: &mut Attributes) -> Result<(), ParseError> {
        let mut align = 4;
        if self.token() == Token::Char(b'(') {
            let bytes = self.size_in_parentheses()?;
            align = if bytes == 0 { 0 } else { bytes.ilog2() as u8 & 15 };
        }
        attributes.align = Some(align);
        Ok(())
    }

    fn size_in_parentheses(&mut self) -> Result<u32, ParseError> {
        self.check_char(b'(')?;
        let size = self.size_expression()?;
        self.check_char(b')')?;
        Ok(size)
    }

    /// `mode(__DI__)`, `mode(V4SF)`: the letters name a size, after a number of elements.
    fn mode(&mut self, attributes: &mut Attributes) -> Result<(), ParseError> {
        self.check_char(b'(')?;
        if self.token() == Token::Identifier {
            let name = self.lexer.name();
            let mut rest = name.strip_prefix("__").unwrap_or(&name);
            let mut count = 0;
            if let Some(vector) = rest.strip_prefix('V') {
                let digits = vector.bytes().take_while(u8::is_ascii_digit).count().min(2);
                count = vector[..digits].parse().unwrap_or(0);
                rest = &vector[digits..];
            }
            let size = match rest.as_bytes() {
                [b'Q', b'I' | b'F', ..] => 1,
                [b'H', b'I' | b'F', ..] => 2,
                [b'S', b'I' | b'F', ..] => 4,
                [b'D', b'I' | b'F', ..] => 8,
                [b'T', b'I' | b'F', ..] => 16,
                [b'O', b'I' | b'F', ..] => 32,
                _ => 0,
            };
            if size != 0 {
                attributes.mode = Some(size);
                if count > 0 {
                    let bytes: u32 = count * size;
                    attributes.vector = Some(1 << bytes.ilog2());
                }
            }
            self.next()?;
        }
        self.check_char(b')')
    }
}

/// Whether it is a word of a basic type, a qualifier or a storage class.
fn is_simple(keyword: Keyword) -> bool {
    is_storage(keyword)
        || matches!(
            keyword,
            Keyword::Void
                | Keyword::Bool
                | Keyword::Char
                | Keyword::Int(_)
                | Keyword::Float(_)
                | Keyword::Long
                | Keyword::Short
                | Keyword::Complex
                | Keyword::Signed
                | Keyword::Unsigned
                | Keyword::Inline
        )
}

fn is_storage(keyword: Keyword) -> bool {
    matches!(
        keyword,
        Keyword::Typedef | Keyword::Extern | Keyword::Static | Keyword::Auto | Keyword::Register
    )
}

impl Words {
    /// Adds a word; whether it goes with the others.
    fn add(&mut self, keyword: Keyword) -> bool {
        let size = match keyword {
            Keyword::Char => 1,
            Keyword::Int(0) => 4,
            Keyword::Int(size) | Keyword::Float(size) => size,
            Keyword::Bool | Keyword::Void => u32::MAX,
            _ => 0,
        };
        if size != 0 {
            if self.size != 0 || self.void || self.boolean && size != 4 {
                return false;
            }
            if size != u32::MAX {
                self.size = size;
            }
        }
        match keyword {
            Keyword::Void => self.void = true,
            Keyword::Bool => self.boolean = true,
            Keyword::Char => self.char = true,
            Keyword::Float(_) => self.float = true,
            Keyword::Long => {
                self.long_long |= self.long;
                self.long = true;
            }
            Keyword::Short => self.short = true,
            Keyword::Complex => self.complex = true,
            Keyword::Signed => self.signed = true,
            Keyword::Unsigned => self.unsigned = true,
            _ => {}
        }
        true
    }
}
