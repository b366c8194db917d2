//! The token table.

use crate::bytecode::StrId;

macro_rules! tokens {
    (keywords { $($(#[$kdoc:meta])* $keyword:ident $ktext:literal,)+ } others { $($(#[$odoc:meta])* $other:ident $otext:literal,)+ }) => {
        /// The kind of a token.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum TokenKind {
            $(#[doc = concat!("`", $ktext, "`")] $keyword,)+
            $(#[doc = concat!("`", $otext, "`")] $other,)+
            /// A byte that begins no token.
            Unknown(u8),
        }

        /// The reserved words, in the order in which the lexer interns them.
        pub const KEYWORDS: &[(&str, TokenKind)] = &[$(($ktext, TokenKind::$keyword),)+];

        impl TokenKind {
            /// The token as error messages write it.
            pub fn text(self) -> String {
                match self {
                    $(TokenKind::$keyword => $ktext.to_string(),)+
                    $(TokenKind::$other => $otext.to_string(),)+
                    TokenKind::Unknown(byte) if byte.is_ascii_control() => format!("char({byte})"),
                    TokenKind::Unknown(byte) => char::from(byte).to_string(),
                }
            }
        }
    };
}

tokens! {
    keywords {
        And "and", Break "break", Const "const", Continue "continue", Do "do", Else "else", Elseif "elseif", End "end", False "false", For "for",
        Function "function", Goto "goto", If "if", In "in", Local "local", Nil "nil", Not "not", Or "or",
        Repeat "repeat", Return "return", Then "then", True "true", Until "until", While "while",
    }
    others {
        Name "<name>", Number "<number>", String "<string>", Eof "<eof>",
        Plus "+", Minus "-", Star "*", Slash "/", Percent "%", Caret "^", Hash "#", Assign "=", Less "<",
        Greater ">", Equal "==", NotEqual "~=", LessEqual "<=", GreaterEqual ">=", LeftParen "(", RightParen ")",
        LeftBrace "{", RightBrace "}", LeftBracket "[", RightBracket "]", Semicolon ";", Colon ":", Label "::",
        Comma ",", Dot ".", Concat "..", Dots "...", Question "?", Navigate "?.", Coalesce "??", Ampersand "&",
        Pipe "|", Tilde "~", ShiftLeft "<<", ShiftRight ">>", ShiftArithmetic "~>>", Bang "!", BangEqual "!=",
        AndAnd "&&", OrOr "||", Arrow "->",
    }
}

/// A token.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where its text begins in the source.
    pub start: u32,
    /// Where its text ends.
    pub end: u32,
    /// The name, reserved word or string; meaningless for other tokens.
    pub string: StrId,
}
