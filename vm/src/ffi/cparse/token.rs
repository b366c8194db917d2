//! The tokens of C declarations.

/// A keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    Void,
    Bool,
    Char,
    /// `int` and the integers of a given size.
    Int(u32),
    /// `float` and `double`.
    Float(u32),
    Long,
    Short,
    Complex,
    Signed,
    Unsigned,
    Const,
    Volatile,
    Restrict,
    Inline,
    Typedef,
    Extern,
    Static,
    Auto,
    Register,
    Extension,
    Asm,
    Attribute,
    Declspec,
    CallingConvention,
    PointerSize(u32),
    Struct,
    Union,
    Enum,
    Sizeof,
    Alignof,
}

/// Every keyword by its spellings.
const KEYWORDS: &[(&str, Keyword)] = &[
    ("void", Keyword::Void),
    ("_Bool", Keyword::Bool),
    ("bool", Keyword::Bool),
    ("char", Keyword::Char),
    ("int", Keyword::Int(0)),
    ("__int8", Keyword::Int(1)),
    ("__int16", Keyword::Int(2)),
    ("__int32", Keyword::Int(4)),
    ("__int64", Keyword::Int(8)),
    ("__int128", Keyword::Int(16)),
    ("float", Keyword::Float(4)),
    ("double", Keyword::Float(8)),
    ("long", Keyword::Long),
    ("short", Keyword::Short),
    ("_Complex", Keyword::Complex),
    ("complex", Keyword::Complex),
    ("__complex", Keyword::Complex),
    ("__complex__", Keyword::Complex),
    ("signed", Keyword::Signed),
    ("__signed", Keyword::Signed),
    ("__signed__", Keyword::Signed),
    ("unsigned", Keyword::Unsigned),
    ("const", Keyword::Const),
    ("__const", Keyword::Const),
    ("__const__", Keyword::Const),
    ("volatile", Keyword::Volatile),
    ("__volatile", Keyword::Volatile),
    ("__volatile__", Keyword::Volatile),
    ("restrict", Keyword::Restrict),
    ("__restrict", Keyword::Restrict),
    ("__restrict__", Keyword::Restrict),
    ("inline", Keyword::Inline),
    ("__inline", Keyword::Inline),
    ("__inline__", Keyword::Inline),
    ("typedef", Keyword::Typedef),
    ("extern", Keyword::Extern),
    ("static", Keyword::Static),
    ("auto", Keyword::Auto),
    ("register", Keyword::Register),
    ("__extension__", Keyword::Extension),
    ("__attribute", Keyword::Attribute),
    ("__attribute__", Keyword::Attribute),
    ("asm", Keyword::Asm),
    ("__asm", Keyword::Asm),
    ("__asm__", Keyword::Asm),
    ("__declspec", Keyword::Declspec),
    ("__cdecl", Keyword::CallingConvention),
    ("__thiscall", Keyword::CallingConvention),
    ("__fastcall", Keyword::CallingConvention),
    ("__stdcall", Keyword::CallingConvention),
    ("__ptr32", Keyword::PointerSize(4)),
    ("__ptr64", Keyword::PointerSize(8)),
    ("struct", Keyword::Struct),
    ("union", Keyword::Union),
    ("enum", Keyword::Enum),
    ("sizeof", Keyword::Sizeof),
    ("__alignof", Keyword::Alignof),
    ("__alignof__", Keyword::Alignof),
];

impl Keyword {
    pub(super) fn of(text: &str) -> Option<Keyword> {
        KEYWORDS.iter().find(|(spelling, _)| *spelling == text).map(|(_, keyword)| *keyword)
    }

    /// Whether a type may begin with it.
    pub(super) fn begins_type(self) -> bool {
        !matches!(self, Keyword::Sizeof | Keyword::Alignof)
    }
}

/// A token. Its text, where it has one, is the lexer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// An identifier that is no keyword.
    Identifier,
    /// A keyword.
    Keyword(Keyword),
    /// A string.
    String,
    /// An integer of up to 32 bits, and whether it has no sign.
    Integer {
        bits: u32,
        unsigned: bool,
    },
    /// `$`, which stands for the next parameter, a type.
    Parameter,
    /// The end.
    End,
    OrOr,
    AndAnd,
    Equal,
    NotEqual,
    LessEqual,
    GreaterEqual,
    ShiftLeft,
    ShiftRight,
    Arrow,
    /// A single character.
    Char(u8),
}

impl Token {
    /// How messages name a token of this kind.
    pub(super) fn describe(self) -> String {
        match self {
            Token::Identifier | Token::Keyword(_) => "<identifier>".to_owned(),
            Token::String => "<string>".to_owned(),
            Token::Integer { .. } => "<integer>".to_owned(),
            Token::Parameter => "$".to_owned(),
            Token::End => "<eof>".to_owned(),
            Token::OrOr => "||".to_owned(),
            Token::AndAnd => "&&".to_owned(),
            Token::Equal => "==".to_owned(),
            Token::NotEqual => "!=".to_owned(),
            Token::LessEqual => "<=".to_owned(),
            Token::GreaterEqual => ">=".to_owned(),
            Token::ShiftLeft => "<<".to_owned(),
            Token::ShiftRight => ">>".to_owned(),
            Token::Arrow => "->".to_owned(),
            Token::Char(c) if c.is_ascii_control() => format!("char({c})"),
            Token::Char(c) => (c as char).to_string(),
        }
    }

    /// Whether messages show the text of the token rather than its kind.
    pub(super) fn has_text(self) -> bool {
        matches!(self, Token::Identifier | Token::Keyword(_) | Token::String | Token::Integer { .. })
    }
}
