//! Structs, unions and enums.

use super::spec::Attributes;
use super::token::{Keyword, Token};
use super::{Form, ParseError, Parser, Problem};
use crate::ffi::ctab::{CTypeId, Constant, Kind, Member, MemberKind, Name, UNKNOWN, known};

/// A member before it is laid out.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) name: Option<Box<str>>,
    pub(super) ctype: CTypeId,
    pub(super) kind: DraftKind,
}

/// What is known of a member before it is laid out.
#[derive(Debug)]
pub(super) enum DraftKind {
    Field(FieldAttributes),
    /// With a width.
    Bits(u32, FieldAttributes),
    /// An anonymous struct, union or enum.
    Anonymous(FieldAttributes),
    Constant(u32),
}

/// The attributes that change where a field lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct FieldAttributes {
    pub(super) align: Option<u8>,
    pub(super) is_packed: bool,
}

impl FieldAttributes {
    pub(super) fn of(attributes: &Attributes) -> FieldAttributes {
        FieldAttributes { align: attributes.align, is_packed: attributes.is_packed }
    }
}

/// What follows `struct`, `union` or `enum`.
enum Tag {
    /// A type that is there already.
    Known(CTypeId),
    Named(String),
    Anonymous,
}

impl Parser<'_> {
    /// Reads what follows the keyword, up to a brace if there is one.
    fn tag(&mut self, attributes: &mut Attributes) -> Result<Tag, ParseError> {
        self.next()?;
        self.attributes(attributes)?;
        match self.token() {
            Token::Char(b'{') => Ok(Tag::Anonymous),
            Token::Identifier => {
                let name = self.lexer.name();
                let known = if self.lexer.is_parameter { None } else { self.table.tag(&name) };
                Ok(known.map_or(Tag::Named(name), Tag::Known))
            }
            _ => Err(self.expected(Token::Identifier)),
        }
    }

    /// Creating a tagged type is refused where only types that exist are wanted.
    fn check_new_tag(&self, name: &str) -> Result<(), ParseError> {
        if self.refuses_new_tags {
            return Err(self.error(Problem::UndeclaredTag(name.to_owned())));
        }
        Ok(())
    }

    fn redefinition(&self, name: Option<&str>) -> ParseError {
        self.error(Problem::Redefinition(name.unwrap_or_default().to_owned()))
    }

    /// Reads a struct or union, from its keyword on.
    pub(super) fn record(
        &mut self,
        attributes: &mut Attributes,
        is_union: bool,
    ) -> Result<CTypeId, ParseError> {
        let (index, ctype) = match self.tag(attributes)? {
            Tag::Known(ctype) => match self.table.kind(ctype) {
                Kind::Record(index) if self.table.record(index).is_union == is_union => {
                    self.next()?;
                    (index, ctype)
                }
                _ => return Err(self.redefinition(Some(&self.lexer.name()))),
            },
            Tag::Named(name) => {
                self.check_new_tag(&name)?;
                self.next()?;
                let added = self.table.add_record(Some(&name), is_union);
                self.added(added)?
            }
            Tag::Anonymous => {
                let added = self.table.add_record(None, is_union);
                self.added(added)?
            }
        };
        if self.token() != Token::Char(b'{') {
            return Ok(ctype);
        }
        if self.table.record(index).is_defined {
            let name = self.table.record(index).name.clone();
            return Err(self.redefinition(name.as_deref()));
        }
        self.table.record_mut(index).is_defined = true;
        self.enter()?;
        self.next()?;
        let drafts = self.members()?;
        self.check_char(b'}')?;
        self.leave();
        self.attributes(attributes)?;
        self.lay_out(index, drafts, FieldAttributes::of(attributes))?;
        Ok(ctype)
    }

    fn members(&mut self) -> Result<Vec<Draft>, ParseError> {
        let mut drafts = Vec::new();
        let mut is_complete = false;
        while self.token() != Token::Char(b'}') {
            let spec = self.specifiers(&[Keyword::Static])?;
            let is_static = spec.storage.is_some();
            loop {
                if is_complete {
                    return Err(self.expected(Token::Char(b'}')));
                }
                let mut this = spec.clone();
                let form = Form { is_named: true, is_abstract: !is_static, is_field: !is_static };
                let declared = self.declarator(&mut this.attributes, form)?;
                let ctype = self.build(&this, declared.derivations)?;
                let name: Option<Box<str>> = declared.name.map(Into::into);
                let attributes = FieldAttributes::of(&this.attributes);
                let kind = if is_static {
                    DraftKind::Constant(self.constant(ctype)?.bits)
                } else if let Some(width) = declared.width {
                    self.check_width(ctype, width, name.is_some())?;
                    DraftKind::Bits(width, attributes)
                } else {
                    is_complete = self.table.is_array(ctype) && self.table.size(ctype) == UNKNOWN;
                    match name {
                        Some(_) => DraftKind::Field(attributes),
                        None => self.anonymous(ctype, attributes)?,
                    }
                };
                drafts.push(Draft { name, ctype, kind });
                if !self.take_char(b',')? {
                    break;
                }
            }
            self.check_char(b';')?;
        }
        Ok(drafts)
    }

    fn check_width(&self, ctype: CTypeId, width: u32, has_name: bool) -> Result<(), ParseError> {
        let size = self.table.size(ctype);
        let widest = match self.table.kind(ctype) {
            Kind::Bool => 1,
            Kind::Int { .. } if size <= 4 => 8 * size,
            _ => 0,
        };
        if width > widest || widest == 0 || width == 0 && has_name {
            return Err(self.lexer.error_near(Problem::InvalidValue, Some(Token::Char(b':'))));
        }
        Ok(())
    }

    /// A part without a name must be one whose members can be reached.
    fn anonymous(&self, ctype: CTypeId, attributes: FieldAttributes) -> Result<DraftKind, ParseError> {
        match self.table.kind(ctype) {
            Kind::Record(index) if !self.table.record(index).is_variable => {
                Ok(DraftKind::Anonymous(attributes))
            }
            Kind::Enum(_) => Ok(DraftKind::Anonymous(attributes)),
            _ => Err(self.expected(Token::Identifier)),
        }
    }

    /// Reads an enum, from its keyword on.
    pub(super) fn enumeration(&mut self, attributes: &mut Attributes) -> Result<CTypeId, ParseError> {
        let (index, ctype) = match self.tag(attributes)? {
            Tag::Known(ctype) => match self.table.kind(ctype) {
                Kind::Enum(index) => {
                    self.next()?;
                    (index, ctype)
                }
                _ => return Err(self.redefinition(Some(&self.lexer.name()))),
            },
            Tag::Named(name) => {
                self.check_new_tag(&name)?;
                self.next()?;
                let added = self.table.add_enum(Some(&name));
                self.added(added)?
            }
            Tag::Anonymous => {
                let added = self.table.add_enum(None);
                self.added(added)?
            }
        };
        if self.token() != Token::Char(b'{') {
            return Ok(ctype);
        }
        let known = self.table.enumeration(index);
        if known.is_complete {
            let name = known.name.clone();
            return Err(self.redefinition(name.as_deref()));
        }
        self.next()?;
        self.constants(index)?;
        self.check_char(b'}')?;
        self.table.enum_mut(index).is_complete = true;
        Ok(ctype)
    }

    fn constants(&mut self, index: u32) -> Result<(), ParseError> {
        let mut next = Constant { ctype: known::INT32, bits: 0 };
        loop {
            if self.token() != Token::Identifier {
                return Err(self.expected(Token::Identifier));
            }
            let name = self.lexer.name();
            if self.meaning().is_some() {
                return Err(self.redefinition(Some(&name)));
            }
            self.next()?;
            if self.take_char(b'=')? {
                let value = self.integer_expression()?;
                next.bits = value.bits;
                // Constants are signed, as in C, unless they do not fit; the enum itself is unsigned unless one of
                // them is negative.
                let fits = (value.bits as i32) >= 0;
                next.ctype = if value.ctype == known::UINT32 && !fits { known::UINT32 } else { known::INT32 };
                if next.ctype == known::INT32 && !fits {
                    self.table.enum_mut(index).integer = known::INT32;
                }
            }
            self.table.enum_mut(index).constants.push((name.as_str().into(), next));
            self.table.declare(&name, Name::Constant(next));
            next.bits = next.bits.wrapping_add(1);
            if next.bits == 1 << 31 {
                next.ctype = known::UINT32;
            }
            if !self.take_char(b',')? || self.token() == Token::Char(b'}') {
                return Ok(());
            }
        }
    }
}

impl Draft {
    /// The member, at its place.
    pub(super) fn placed(self, offset: u32, kind: MemberKind) -> Member {
        Member { name: self.name, ctype: self.ctype, offset, kind }
    }
}
