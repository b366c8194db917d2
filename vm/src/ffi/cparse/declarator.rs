//! What stands around a declared name: pointers, arrays, functions; and whole declarations.

use super::spec::{Attributes, Specifiers};
use super::token::{Keyword, Token};
use super::{Form, MAX_DERIVATIONS, MAX_PACK, ParseError, Parser, Problem};
use crate::ffi::ctab::{CTypeId, Constant, Function, Kind, MAX_SIZE, Name, Quals, UNKNOWN};

/// A step from a type to one made of it.
#[derive(Clone, Debug)]
pub(super) enum Derivation {
    Pointer(Quals),
    Reference,
    /// With a number of elements, or `[]`.
    Array(Option<u32>),
    /// `[?]`
    VariableArray,
    Function {
        parameters: Vec<CTypeId>,
        is_variadic: bool,
    },
    /// `aligned`
    Align(u8),
}

/// What a declarator says.
#[derive(Clone, Debug, Default)]
pub(super) struct Declarator {
    /// The name, if there is one.
    pub(super) name: Option<String>,
    /// Whether the name has been declared before.
    pub(super) is_known: bool,
    /// The steps from the specifiers' type to the name's, in order.
    pub(super) derivations: Vec<Derivation>,
    /// The width of a bit-field.
    pub(super) width: Option<u32>,
    /// The body of a function was skipped.
    pub(super) has_body: bool,
}

impl Parser<'_> {
    /// Reads a declarator.
    pub(super) fn declarator(
        &mut self,
        attributes: &mut Attributes,
        form: Form,
    ) -> Result<Declarator, ParseError> {
        self.enter()?;
        let mut result = Declarator::default();
        let mut steps = Vec::new();
        loop {
            if self.take_char(b'*')? {
                self.attributes(attributes)?;
                steps.push(Derivation::Pointer(std::mem::take(&mut attributes.quals)));
                attributes.pointer_size = None;
            } else if self.take_char(b'&')? || self.take(Token::AndAnd)? {
                attributes.quals = Quals::NONE;
                steps.push(Derivation::Reference);
            } else {
                break;
            }
            self.check_derivations(steps.len())?;
        }
        let mut inner = Vec::new();
        let mut tail = Vec::new();
        let mut is_function = false;
        if self.take_char(b'(')? {
            self.attributes(attributes)?;
            // Without a name, what looks like a type begins the parameters of a function.
            if form.is_abstract && (self.token() == Token::Char(b')') || self.begins_type()) {
                is_function = true;
            } else {
                let nested = self.declarator(attributes, form)?;
                self.check_char(b')')?;
                result.name = nested.name;
                result.is_known = nested.is_known;
                inner = nested.derivations;
            }
        } else if self.token() == Token::Identifier {
            if !form.is_named {
                return Err(self.expected(Token::End));
            }
            result.name = Some(self.lexer.name());
            result.is_known = self.meaning().is_some();
            self.next()?;
        } else if !form.is_abstract {
            return Err(self.expected(Token::Identifier));
        }
        loop {
            if is_function || self.take_char(b'(')? {
                is_function = false;
                let function = self.function_parameters(&mut result.has_body)?;
                tail.push(function);
            } else if self.take_char(b'[')? {
                tail.push(self.array(attributes)?);
            } else {
                break;
            }
            self.check_derivations(steps.len() + tail.len() + inner.len())?;
        }
        if form.is_field && self.take_char(b':')? {
            result.width = Some(self.size_expression()?);
        }
        self.attributes(attributes)?;
        if let Some(align) = attributes.align
            && !form.is_field
        {
            steps.push(Derivation::Align(align));
        }
        self.leave();
        steps.extend(tail.into_iter().rev());
        steps.extend(inner);
        self.check_derivations(steps.len())?;
        result.derivations = steps;
        Ok(result)
    }

    fn check_derivations(&self, count: usize) -> Result<(), ParseError> {
        if count > MAX_DERIVATIONS { Err(self.error(Problem::TooManyLevels)) } else { Ok(()) }
    }

    fn array(&mut self, attributes: &mut Attributes) -> Result<Derivation, ParseError> {
        self.attributes(attributes)?;
        let array = if self.take_char(b'?')? {
            Derivation::VariableArray
        } else if self.token() == Token::Char(b']') {
            Derivation::Array(None)
        } else {
            Derivation::Array(Some(self.size_expression()?))
        };
        self.check_char(b']')?;
        Ok(array)
    }

    /// Reads the parameters of a function, behind the parenthesis, and skips its body.
    fn function_parameters(&mut self, has_body: &mut bool) -> Result<Derivation, ParseError> {
        let mut parameters = Vec::new();
        let mut is_variadic = false;
        if self.token() != Token::Char(b')') {
            loop {
                if self.take_char(b'.')? {
                    self.check_char(b'.')?;
                    self.check_char(b'.')?;
                    is_variadic = true;
                    break;
                }
                let mut spec = self.specifiers(&[Keyword::Register])?;
                let form = Form { is_named: true, is_abstract: true, is_field: false };
                let mut attributes = std::mem::take(&mut spec.attributes);
                let declared = self.declarator(&mut attributes, form)?;
                spec.attributes = attributes;
                let ctype = self.build(&spec, declared.derivations)?;
                if matches!(self.table.kind(ctype), Kind::Void) {
                    break;
                }
                parameters.push(self.as_parameter(ctype)?);
                if !self.take_char(b',')? {
                    break;
                }
            }
        }
        self.check_char(b')')?;
        if self.take_char(b'{')? {
            self.skip_body()?;
            *has_body = true;
        }
        Ok(Derivation::Function { parameters, is_variadic })
    }

    /// Arrays and functions are passed as pointers.
    fn as_parameter(&mut self, ctype: CTypeId) -> Result<CTypeId, ParseError> {
        let pointer = match self.table.kind(ctype) {
            Kind::Array(of) | Kind::VariableArray(of) => self.table.pointer(of, Quals::NONE),
            Kind::Function(_) => self.table.pointer(ctype, Quals::NONE),
            _ => return Ok(ctype),
        };
        self.added(pointer)
    }

    fn skip_body(&mut self) -> Result<(), ParseError> {
        let mut level = 1;
        self.lexer.is_skipping = true;
        loop {
            match self.token() {
                Token::Char(b'{') => level += 1,
                Token::Char(b'}') => {
                    level -= 1;
                    if level == 0 {
                        break;
                    }
                }
                Token::End => return Err(self.expected(Token::Char(b'}'))),
                _ => {}
            }
            self.next()?;
        }
        self.lexer.is_skipping = false;
        // A body ends a declaration as a semicolon does.
        self.lexer.token = Token::Char(b';');
        Ok(())
    }

    /// The type that specifiers and a declarator make.
    pub(super) fn build(
        &mut self,
        spec: &Specifiers,
        derivations: Vec<Derivation>,
    ) -> Result<CTypeId, ParseError> {
        let mut ctype = self.with_mode(spec.ctype, &spec.attributes)?;
        for derivation in derivations {
            ctype = self.derive(ctype, derivation)?;
        }
        Ok(ctype)
    }

    fn derive(&mut self, ctype: CTypeId, derivation: Derivation) -> Result<CTypeId, ParseError> {
        let kind = self.table.kind(ctype);
        let is_reference = matches!(kind, Kind::Reference(_));
        let made = match derivation {
            Derivation::Pointer(_) | Derivation::Reference if is_reference => {
                return Err(self.error(Problem::InvalidType));
            }
            Derivation::Pointer(quals) => self.table.pointer(ctype, quals),
            Derivation::Reference => self.table.reference(ctype),
            Derivation::Array(_) | Derivation::VariableArray if is_reference => {
                return Err(self.error(Problem::InvalidType));
            }
            Derivation::Array(_) | Derivation::VariableArray
                if self.table.is_variable(ctype) || self.table.size(ctype) == UNKNOWN =>
            {
                return Err(self.error(Problem::InvalidSize));
            }
            Derivation::Array(Some(count)) => {
                if u64::from(self.table.size(ctype)) * u64::from(count) > MAX_SIZE {
                    return Err(self.error(Problem::InvalidSize));
                }
                self.table.array(ctype, Some(count))
            }
            Derivation::Array(None) => self.table.array(ctype, None),
            Derivation::VariableArray => self.table.variable_array(ctype),
            Derivation::Function { .. }
                if matches!(kind, Kind::Function(_) | Kind::Array(_) | Kind::VariableArray(_)) =>
            {
                return Err(self.error(Problem::InvalidType));
            }
            Derivation::Function { parameters, is_variadic } => {
                self.table.add_function(Function { result: ctype, parameters, is_variadic })
            }
            Derivation::Align(_) if matches!(kind, Kind::Function(_)) => return Ok(ctype),
            Derivation::Align(align) => self.table.aligned(ctype, align),
        };
        self.added(made)
    }

    /// A number with `mode` and `vector_size` applied.
    fn with_mode(&mut self, ctype: CTypeId, attributes: &Attributes) -> Result<CTypeId, ParseError> {
        let info = self.table.get(ctype);
        if !matches!(info.kind, Kind::Int { .. } | Kind::Float)
            || attributes.mode.is_none() && attributes.vector.is_none()
        {
            return Ok(ctype);
        }
        let mut size = self.table.size(ctype);
        let mut number = ctype;
        if let Some(mode) = attributes.mode
            && (info.kind != Kind::Float || matches!(mode, 4 | 8))
        {
            size = mode;
            let made = self.table.number(info.kind, size, info.quals);
            number = self.added(made)?;
            if size == 32 {
                let made = self.table.aligned(number, 4);
                number = self.added(made)?;
            }
        }
        match attributes.vector {
            Some(vector) if vector >= size && vector <= 1 << 15 => {
                let made = self.table.vector(number, vector, info.quals);
                self.added(made)
            }
            _ => Ok(number),
        }
    }

    /// A type without a name, as in a cast.
    pub(super) fn abstract_type(&mut self) -> Result<CTypeId, ParseError> {
        let mut spec = self.specifiers(&[])?;
        let form = Form { is_named: false, is_abstract: true, is_field: false };
        let mut attributes = std::mem::take(&mut spec.attributes);
        let declared = self.declarator(&mut attributes, form)?;
        spec.attributes = attributes;
        self.build(&spec, declared.derivations)
    }

    // ---- declarations ----------------------------------------------------------------------------------

    /// Reads declarations up to the end.
    pub(super) fn declarations(&mut self) -> Result<(), ParseError> {
        let mut is_first = true;
        while self.token() != Token::End {
            if self.take_char(b';')? {
                is_first = false;
                continue;
            }
            if self.token() == Token::Char(b'#') {
                self.directive()?;
                continue;
            }
            self.declaration()?;
            // A single declaration may do without its semicolon.
            if self.token() == Token::End && is_first {
                break;
            }
            is_first = false;
            self.check_char(b';')?;
        }
        Ok(())
    }

    fn declaration(&mut self) -> Result<(), ParseError> {
        let spec = self.specifiers(&[Keyword::Typedef, Keyword::Extern, Keyword::Static])?;
        if spec.is_tagged && matches!(self.token(), Token::Char(b';') | Token::End) {
            return Ok(());
        }
        loop {
            let mut this = spec.clone();
            let form = Form { is_named: true, is_abstract: false, is_field: false };
            let declared = self.declarator(&mut this.attributes, form)?;
            let ctype = self.build(&this, declared.derivations)?;
            if let Some(name) = declared.name {
                if self.table.is_of_host(&name) {
                    return Err(self.error(Problem::Redefinition(name)));
                }
                if !declared.is_known {
                    self.declare(&name, ctype, &this)?;
                }
            }
            if declared.has_body || !self.take_char(b',')? {
                return Ok(());
            }
        }
    }

    fn declare(&mut self, name: &str, ctype: CTypeId, spec: &Specifiers) -> Result<(), ParseError> {
        let is_function = matches!(self.table.kind(ctype), Kind::Function(_));
        let meaning = match spec.storage {
            Some(Keyword::Typedef) => Name::Typedef(ctype),
            Some(Keyword::Static) if !is_function => Name::Constant(self.constant(ctype)?),
            _ => Name::Symbol { ctype, redirect: spec.attributes.redirect.as_deref().map(Into::into) },
        };
        self.table.declare(name, meaning);
        Ok(())
    }

    /// The value of a `static const`.
    pub(super) fn constant(&mut self, ctype: CTypeId) -> Result<Constant, ParseError> {
        let size = self.table.size(ctype);
        let Kind::Int { unsigned, .. } = self.table.kind(ctype) else {
            return Err(self.error(Problem::InvalidType));
        };
        if !self.table.get(ctype).quals.constant || size > 4 {
            return Err(self.error(Problem::InvalidType));
        }
        self.check_char(b'=')?;
        let value = self.expression()?.bits;
        let unused = 32 - 8 * size;
        let bits = value << unused;
        let bits = if unsigned { bits >> unused } else { ((bits as i32) >> unused) as u32 };
        Ok(Constant { ctype, bits })
    }

    // ---- directives ------------------------------------------------------------------------------------

    /// What a preprocessor leaves: line numbers and pragmas.
    fn directive(&mut self) -> Result<(), ParseError> {
        let line = self.lexer.line;
        match self.next()? {
            Token::Integer { bits, .. } => self.line_number(line, bits),
            Token::Identifier if self.is_identifier("line") => match self.next()? {
                Token::Integer { bits, .. } => self.line_number(line, bits),
                _ => Err(self.expected(Token::Identifier)),
            },
            Token::Identifier if self.is_identifier("pragma") => self.pragma(line),
            _ => Err(self.error_here(Problem::UnexpectedSymbol)),
        }
    }

    fn line_number(&mut self, line: u32, number: u32) -> Result<(), ParseError> {
        self.skip_line(line)?;
        self.lexer.line = number;
        Ok(())
    }

    fn skip_line(&mut self, line: u32) -> Result<(), ParseError> {
        while self.token() != Token::End && self.lexer.line == line {
            self.next()?;
        }
        Ok(())
    }

    fn pragma(&mut self, line: u32) -> Result<(), ParseError> {
        self.next()?;
        if !self.is_identifier("pack") {
            return self.skip_line(line);
        }
        self.next()?;
        self.check_char(b'(')?;
        let mut has_number = true;
        if self.token() == Token::Identifier {
            if self.is_identifier("push") {
                if self.pack.len() >= MAX_PACK {
                    return Err(self.error_here(Problem::TooManyLevels));
                }
                self.pack.push(self.current_pack());
            } else if self.is_identifier("pop") {
                if self.pack.len() > 1 {
                    self.pack.pop();
                }
            } else {
                return Err(self.error_here(Problem::UnexpectedSymbol));
            }
            self.next()?;
            has_number = self.take_char(b',')?;
        }
        if has_number {
            let pack = match self.token() {
                Token::Integer { bits, .. } => {
                    self.next()?;
                    if bits == 0 { 0 } else { bits.ilog2() as u8 }
                }
                _ => u8::MAX,
            };
            *self.pack.last_mut().expect("there is always one") = pack;
        }
        self.check_char(b')')
    }

    /// The largest alignment `#pragma pack` allows: a binary logarithm.
    pub(super) fn current_pack(&self) -> u8 {
        *self.pack.last().expect("there is always one")
    }
}
