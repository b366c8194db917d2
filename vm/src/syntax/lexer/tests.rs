use super::*;
use crate::bytecode::Draft;

/// The kinds of a source's tokens, with the bytes of strings and names.
fn tokens(source: &[u8]) -> Result<Vec<(TokenKind, Vec<u8>)>, String> {
    let mut lexer = Lexer::new(source, Interner::new(Draft::default()));
    let mut tokens = Vec::new();
    loop {
        let token = lexer
            .next_token()
            .map_err(|error| format!("{}: {}", error.line(), String::from_utf8_lossy(error.message())))?;
        if token.kind == TokenKind::Eof {
            return Ok(tokens);
        }
        let has_text = matches!(token.kind, TokenKind::String | TokenKind::Name);
        let bytes = if has_text { lexer.strings.bytes(token.string).to_vec() } else { Vec::new() };
        tokens.push((token.kind, bytes));
    }
}

fn string(source: &str) -> Vec<u8> {
    match &tokens(source.as_bytes()).unwrap()[..] {
        [(TokenKind::String, bytes)] => bytes.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_token_is_told_from_its_prefixes() {
    let source = "+ - * / % ^ # = < > == ~= <= >= ( ) { } [ ] ; : :: , . .. ... a and goto @";
    let kinds: Vec<TokenKind> = tokens(source.as_bytes()).unwrap().iter().map(|token| token.0).collect();
    let texts: Vec<String> = kinds.iter().map(|kind| kind.text()).collect();
    assert_eq!(texts.join(" "), source.replace(" a ", " <name> "));
}

#[test]
fn escapes() {
    assert_eq!(string(r#""\a\b\f\n\r\t\v\\\"\'""#), b"\x07\x08\x0C\n\r\t\x0B\\\"'");
    assert_eq!(string(r"'\65\066\0067\x41\xfF'"), b"AB\x067A\xFF");
    assert_eq!(string(r"'\u{41}\u{e9}\u{20AC}\u{10FFFF}'"), b"A\xC3\xA9\xE2\x82\xAC\xF4\x8F\xBF\xBF");
    assert_eq!(string("'a\\z  \n \t b'"), b"ab");
    assert_eq!(string("'a\\\nb\\\r\nc'"), b"a\nb\nc");
}

#[test]
fn long_strings() {
    assert_eq!(string("[[a]b]]"), b"a]b");
    assert_eq!(string("[==[a]]b]=]c]==]"), b"a]]b]=]c");
    assert_eq!(string("[[\n\na\r\nb\rc]]"), b"\na\nb\nc");
    assert_eq!(string("[=[]]=]"), b"]");
}

#[test]
fn comments_byte_order_mark_and_first_line_are_skipped() {
    let kinds = |source: &[u8]| tokens(source).unwrap().len();
    assert_eq!(kinds(b"a -- b\nc"), 2);
    assert_eq!(kinds(b"a --[[ b\n ]] c"), 2);
    assert_eq!(kinds(b"a --[==[ b ]] ]==] c"), 2);
    assert_eq!(kinds(b"a --[= b\nc"), 2);
    assert_eq!(kinds(b"#!/usr/bin/perilune\na"), 1);
    assert_eq!(kinds(b"\xEF\xBB\xBFa"), 1);
    assert_eq!(kinds(b"\xEF\xBB\xBF#!x\na"), 1);
    assert_eq!(kinds(b"#"), 0);
}

#[test]
fn lines_are_counted_with_every_kind_of_line_break() {
    let mut lexer = Lexer::new(b"#!x\na\n\nb\r\nc\rd\n\re [[\n]] f", Interner::new(Draft::default()));
    let lines: Vec<u32> = (0..7).map(|_| lexer.next_token().map(|_| lexer.line()).unwrap()).collect();
    assert_eq!(lines, [2, 4, 5, 6, 7, 8, 8]);
}

#[test]
fn names_may_have_bytes_beyond_ascii() {
    assert_eq!(tokens("größe".as_bytes()).unwrap(), [(TokenKind::Name, "größe".as_bytes().to_vec())]);
    assert_eq!(tokens(b"\xFF").unwrap(), [(TokenKind::Name, vec![0xFF])]);
}

#[test]
fn numbers_have_their_values() {
    let mut lexer = Lexer::new(b"1 0x10 1.5e3 .5 7LL 8ULL 2i", Interner::new(Draft::default()));
    let numbers: Vec<NumberLiteral> =
        (0..7).map(|_| lexer.next_token().map(|_| lexer.number).unwrap()).collect();
    let expected = [
        NumberLiteral::Number(1.0),
        NumberLiteral::Number(16.0),
        NumberLiteral::Number(1500.0),
        NumberLiteral::Number(0.5),
        NumberLiteral::Int64(7),
        NumberLiteral::Uint64(8),
        NumberLiteral::Imaginary(2.0),
    ];
    assert_eq!(numbers, expected);
}

#[test]
fn errors_show_what_was_read() {
    let cases = [
        ("3x", "1: malformed number near '3x'"),
        ("'abc", "1: unfinished string near '<eof>'"),
        ("\n'abc\n", "2: unfinished string near ''abc'"),
        ("[==", "1: invalid long string delimiter near '[=='"),
        ("[[a\n", "2: unfinished long string near '<eof>'"),
        ("--[[a", "1: unfinished long comment near '<eof>'"),
        (r"'a\q'", "1: invalid escape sequence near ''a'"),
        (r"'\256'", "1: invalid escape sequence near '''"),
        (r"'\x4'", "1: invalid escape sequence near '''"),
        (r"'\u{110000}'", "1: invalid escape sequence near '''"),
        (r"'\u{}'", "1: invalid escape sequence near '''"),
    ];
    for (source, message) in cases {
        assert_eq!(tokens(source.as_bytes()), Err(message.to_string()), "{source}");
    }
}
