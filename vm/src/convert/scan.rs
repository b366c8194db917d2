//! Text to numbers.
//!
//! One scanner serves the lexer and the coercions. It checks the form of a numeral itself, since Lua's is not Rust's, and leaves
//! the decimal conversion, which must round correctly, to Rust's parser.

/// What a numeral in source code stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NumberLiteral {
    /// A plain number.
    Number(f64),
    /// A signed 64-bit integer (`1LL`).
    Int64(i64),
    /// An unsigned 64-bit integer (`1ULL`).
    Uint64(u64),
    /// An imaginary number (`1i`).
    Imaginary(f64),
}

/// Exponents from here on are malformed, however small the mantissa.
const MAX_EXPONENT: i64 = 1 << 20;

/// The number a string stands for in arithmetic and for `tonumber`: white space around it and a sign are allowed,
/// suffixes are not, `inf`, `infinity` and `nan` count in any case.
pub fn parse_number(text: &[u8]) -> Option<f64> {
    let text = trim(text);
    let (negative, body) = split_sign(text);
    let magnitude = match body.first()? {
        b'0'..=b'9' | b'.' => match scan(body, Suffixes::Refused)? {
            NumberLiteral::Number(n) => n,
            NumberLiteral::Int64(_) | NumberLiteral::Uint64(_) | NumberLiteral::Imaginary(_) => return None,
        },
        b'i' | b'I' if body.eq_ignore_ascii_case(b"inf") || body.eq_ignore_ascii_case(b"infinity") => {
            f64::INFINITY
        }
        b'n' | b'N' if body.eq_ignore_ascii_case(b"nan") => return Some(f64::NAN),
        _ => return None,
    };
    Some(if negative { -magnitude } else { magnitude })
}

/// What `tonumber(text, base)` gives: an integer in a base from 2 to 36, at most 2^64 - 1. White space around it, a sign and, in
/// base 16, a `0x` in front are allowed. Base 10 is [`parse_number`], and other bases stop at a zero byte, as LuaJIT does.
pub fn parse_number_with_base(text: &[u8], base: u32) -> Option<f64> {
    if base == 10 {
        return parse_number(text);
    }
    let end = text.iter().position(|&byte| byte == 0).unwrap_or(text.len());
    let (negative, mut body) = split_sign(trim(&text[..end]));
    if base == 16 && body.len() > 2 && body[0] == b'0' && body[1] | 0x20 == b'x' {
        body = &body[2..];
    }
    if body.is_empty() {
        return None;
    }
    let mut value = 0u64;
    for &byte in body {
        let digit = (byte as char).to_digit(base)?;
        value = value
            .checked_mul(u64::from(base))
            .and_then(|v| v.checked_add(u64::from(digit)))
            .unwrap_or(u64::MAX);
    }
    Some(if negative { -(value as f64) } else { value as f64 })
}

/// Reads the numeral at the start of `source`, which begins with a digit or with a dot and a digit. Gives it with the number of bytes it
/// takes; the error is the length of the malformed token. As in LuaJIT the token takes in every letter, digit and dot that
/// follows, so that `3x` is one malformed number, and underscores between digits are skipped.
pub fn scan_number_literal(source: &[u8]) -> Result<(NumberLiteral, usize), usize> {
    let digits = source.strip_prefix(b".").unwrap_or(source);
    let hexadecimal = digits[0] == b'0'
        && digits[1..].iter().find(|&&byte| byte != b'_').is_some_and(|&byte| byte | 0x20 == b'x');
    let exponent_mark = if hexadecimal { b'p' } else { b'e' };
    let mut previous = source[0];
    let mut length = 1;
    let mut has_underscore = false;
    while let Some(&byte) = source.get(length) {
        match byte {
            b'_' => has_underscore = true,
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'.' | 0x80.. => previous = byte,
            b'+' | b'-' if previous | 0x20 == exponent_mark => previous = byte,
            _ => break,
        }
        length += 1;
    }
    let token = &source[..length];
    let literal = if has_underscore {
        let digits: Vec<u8> = token.iter().copied().filter(|&byte| byte != b'_').collect();
        scan(&digits, Suffixes::Accepted)
    } else {
        scan(token, Suffixes::Accepted)
    };
    literal.map(|literal| (literal, length)).ok_or(length)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Suffixes {
    Accepted,
    Refused,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Suffix {
    None,
    Imaginary,
    Int64,
    Uint64,
}

/// A numeral without sign or white space. All of `text` must belong to it.
fn scan(text: &[u8], suffixes: Suffixes) -> Option<NumberLiteral> {
    match text {
        [b'0', b'x' | b'X', rest @ ..] => scan_hexadecimal(rest, suffixes),
        [b'0', b'b' | b'B', rest @ ..] => scan_binary(rest, suffixes),
        _ => scan_decimal(text, suffixes),
    }
}

fn scan_decimal(text: &[u8], suffixes: Suffixes) -> Option<NumberLiteral> {
    let mantissa = Mantissa::scan(text, u8::is_ascii_digit)?;
    let (exponent, after) = scan_exponent(&text[mantissa.length..], b'e')?;
    let is_integer = !mantissa.has_dot && exponent.is_none();
    let suffix = scan_suffix(after, suffixes, is_integer)?;
    let numeral = &text[..text.len() - after.len()];
    match suffix {
        Suffix::None => decimal_value(numeral, is_integer).map(NumberLiteral::Number),
        Suffix::Imaginary => decimal_value(numeral, is_integer).map(NumberLiteral::Imaginary),
        Suffix::Int64 => decimal_integer(numeral).map(|value| NumberLiteral::Int64(value as i64)),
        Suffix::Uint64 => decimal_integer(numeral).map(NumberLiteral::Uint64),
    }
}

fn decimal_value(numeral: &[u8], is_integer: bool) -> Option<f64> {
    // Up to 15 digits fit a double exactly, so the common case needs no conversion.
    if is_integer && numeral.len() <= 15 {
        return decimal_integer(numeral).map(|value| value as f64);
    }
    std::str::from_utf8(numeral).ok()?.parse().ok()
}

fn decimal_integer(numeral: &[u8]) -> Option<u64> {
    numeral.iter().try_fold(0u64, |value, digit| value.checked_mul(10)?.checked_add(u64::from(digit - b'0')))
}

fn scan_hexadecimal(text: &[u8], suffixes: Suffixes) -> Option<NumberLiteral> {
    let mantissa = Mantissa::scan(text, u8::is_ascii_hexdigit)?;
    let (exponent, after) = scan_exponent(&text[mantissa.length..], b'p')?;
    let is_integer = !mantissa.has_dot && exponent.is_none();
    let suffix = scan_suffix(after, suffixes, is_integer)?;

    // The first sixteen significant digits, and whether anything but zeros follows them.
    let (mut value, mut significant, mut sticky) = (0u64, 0u32, false);
    let mut binary_exponent = exponent.unwrap_or(0);
    let mut after_dot = false;
    for &byte in &text[..mantissa.length] {
        let Some(digit) = (byte as char).to_digit(16) else {
            after_dot = true;
            continue;
        };
        if significant > 0 || digit != 0 {
            significant += 1;
        }
        if significant <= 16 {
            value = value << 4 | u64::from(digit);
            binary_exponent -= if after_dot { 4 } else { 0 };
        } else {
            sticky |= digit != 0;
            binary_exponent += if after_dot { 0 } else { 4 };
        }
    }
    match suffix {
        Suffix::None => Some(NumberLiteral::Number(binary_value(value, sticky, binary_exponent))),
        Suffix::Imaginary => Some(NumberLiteral::Imaginary(binary_value(value, sticky, binary_exponent))),
        Suffix::Int64 => (significant <= 16).then_some(NumberLiteral::Int64(value as i64)),
        Suffix::Uint64 => (significant <= 16).then_some(NumberLiteral::Uint64(value)),
    }
}

fn scan_binary(text: &[u8], suffixes: Suffixes) -> Option<NumberLiteral> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 {
        return None;
    }
    let suffix = scan_suffix(&text[digits..], suffixes, true)?;
    let mut value = 0u64;
    for &byte in &text[..digits] {
        if byte > b'1' || value >> 63 != 0 {
            return None;
        }
        value = value << 1 | u64::from(byte - b'0');
    }
    Some(match suffix {
        Suffix::None => NumberLiteral::Number(value as f64),
        Suffix::Imaginary => NumberLiteral::Imaginary(value as f64),
        Suffix::Int64 => NumberLiteral::Int64(value as i64),
        Suffix::Uint64 => NumberLiteral::Uint64(value),
    })
}

/// The digits of a numeral, up to the exponent or suffix.
struct Mantissa {
    length: usize,
    has_dot: bool,
}

impl Mantissa {
    /// At least one digit and at most one dot.
    fn scan(text: &[u8], is_digit: fn(&u8) -> bool) -> Option<Mantissa> {
        let (mut has_dot, mut digits, mut length) = (false, 0, 0);
        for byte in text {
            if is_digit(byte) {
                digits += 1;
            } else if *byte == b'.' {
                if has_dot {
                    return None;
                }
                has_dot = true;
            } else {
                break;
            }
            length += 1;
        }
        (digits > 0).then_some(Mantissa { length, has_dot })
    }
}

/// The exponent, if the text begins with one, and the text after it.
fn scan_exponent(text: &[u8], mark: u8) -> Option<(Option<i64>, &[u8])> {
    let Some((&first, rest)) = text.split_first() else { return Some((None, text)) };
    if first | 0x20 != mark {
        return Some((None, text));
    }
    let (negative, body) = split_sign(rest);
    let count = body.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if count == 0 {
        return None;
    }
    let mut value = 0;
    for digit in &body[..count] {
        value = value * 10 + i64::from(digit - b'0');
        if value >= MAX_EXPONENT {
            return None;
        }
    }
    Some((Some(if negative { -value } else { value }), &body[count..]))
}

fn scan_suffix(text: &[u8], suffixes: Suffixes, is_integer: bool) -> Option<Suffix> {
    if text.is_empty() {
        return Some(Suffix::None);
    }
    if suffixes == Suffixes::Refused {
        return None;
    }
    if text.eq_ignore_ascii_case(b"i") {
        Some(Suffix::Imaginary)
    } else if is_integer && text.eq_ignore_ascii_case(b"ll") {
        Some(Suffix::Int64)
    } else if is_integer && (text.eq_ignore_ascii_case(b"ull") || text.eq_ignore_ascii_case(b"llu")) {
        Some(Suffix::Uint64)
    } else {
        None
    }
}

/// `value * 2^exponent`, correctly rounded; `sticky` says that `value` was cut off.
fn binary_value(value: u64, sticky: bool, exponent: i64) -> f64 {
    if value == 0 {
        return 0.0;
    }
    // The position of the leading bit, so that the number is 1.xxx * 2^top.
    let top = exponent + 63 - i64::from(value.leading_zeros());
    if top > 1023 {
        return f64::INFINITY;
    }
    if top < -1075 {
        return 0.0;
    }
    // The weight of the last bit kept: 52 below the leading one, or that of the smallest denormal.
    let last = (top - 52).max(-1074);
    let shift = last - exponent;
    let mantissa = if shift <= 0 {
        value << -shift
    } else if shift > 64 {
        0
    } else {
        let kept = if shift == 64 { 0 } else { value >> shift };
        let half = 1u64 << (shift - 1);
        let rest = if shift == 64 { value } else { value & ((1u64 << shift) - 1) };
        let up = rest > half || rest == half && (sticky || kept & 1 == 1);
        kept + u64::from(up)
    };
    // At most 53 bits (54 after a carry, then a power of two): exact, and so are both products.
    let scaled = mantissa as f64;
    if last < -1022 {
        scaled * 2f64.powi(-1022) * 2f64.powi((last + 1022) as i32)
    } else {
        scaled * 2f64.powi(last as i32)
    }
}

fn split_sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    }
}

fn trim(mut text: &[u8]) -> &[u8] {
    while let [b'\t'..=b'\r' | b' ', rest @ ..] = text {
        text = rest;
    }
    while let [rest @ .., b'\t'..=b'\r' | b' '] = text {
        text = rest;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expectations observed with LuaJIT 2.1's `tonumber`.
    #[test]
    fn strings_that_are_numbers() {
        let cases: &[(&str, f64)] = &[
            ("1", 1.0),
            (" 1 ", 1.0),
            ("\t1\n", 1.0),
            ("\x0b1\x0c", 1.0),
            ("0x1", 1.0),
            ("0X1F", 31.0),
            ("0x1p4", 16.0),
            ("0x1P3", 8.0),
            ("0x.8", 0.5),
            ("0x1.8p1", 3.0),
            ("0x1p-2", 0.25),
            ("0xA.", 10.0),
            ("0x1.", 1.0),
            ("1.", 1.0),
            (".5", 0.5),
            ("1e5", 100_000.0),
            ("1e+5", 100_000.0),
            ("1e05", 100_000.0),
            ("00012", 12.0),
            ("+1", 1.0),
            ("-0x10", -16.0),
            ("0b101", 5.0),
            ("0B11", 3.0),
            ("-0b11", -3.0),
            ("1e400", f64::INFINITY),
            ("-1e400", f64::NEG_INFINITY),
            ("1e-400", 0.0),
            ("0e99999", 0.0),
            ("1e655359", f64::INFINITY),
            ("4.9e-324", 5e-324),
            ("2.4e-324", 0.0),
            ("0x1p-1074", 5e-324),
            ("0x1p-1075", 0.0),
            ("0x1.8p-1075", 5e-324),
            ("0x1p1024", f64::INFINITY),
            ("0x0p99999", 0.0),
            ("0xffffffffffffffffff", 4.722_366_482_869_645e21),
            ("0x10000000000000000", 18_446_744_073_709_551_616.0),
            ("0x80000000000000000001", 6.044_629_098_073_146e23),
            ("0x1fffffffffffff8", 144_115_188_075_855_868.0),
            ("0x20000000000001", 9_007_199_254_740_992.0),
            ("0x20000000000003", 9_007_199_254_740_996.0),
            ("9007199254740993", 9_007_199_254_740_992.0),
            ("123456789012345678901234567890", 1.234_567_890_123_456_8e29),
            ("inf", f64::INFINITY),
            ("-inf", f64::NEG_INFINITY),
            ("+INF", f64::INFINITY),
            ("Infinity", f64::INFINITY),
        ];
        for &(text, expected) in cases {
            assert_eq!(parse_number(text.as_bytes()), Some(expected), "{text}");
        }
        assert!(parse_number(b"-0").is_some_and(|n| n == 0.0 && n.is_sign_negative()));
        assert!(parse_number(b"nan").is_some_and(f64::is_nan));
        assert!(parse_number(b" -NaN ").is_some_and(f64::is_nan));
        let long_hexadecimal = format!("0x0.{}1p2004", "0".repeat(500));
        assert_eq!(parse_number(long_hexadecimal.as_bytes()), Some(1.0));
        let long_decimal = format!("0.{}1e901", "0".repeat(900));
        assert_eq!(parse_number(long_decimal.as_bytes()), Some(1.0));
    }

    #[test]
    fn strings_that_are_not_numbers() {
        let cases = [
            "",
            "  ",
            "1 x",
            "0x",
            "0x1p",
            "0x1p+",
            "0x.",
            "1e",
            "1e+",
            ".",
            "nan(1)",
            "infi",
            "infinit",
            "0b",
            "0b2",
            "0b12",
            "0b 1",
            "0b1.1",
            "0b1e1",
            "0b1p1",
            "1LL",
            "1ULL",
            "1i",
            "0x1LL",
            "0x1i",
            "1e1LL",
            "- 1",
            "--1",
            "1_000",
            "1\0",
            "\x001",
            "1e5.5",
            "0x1e+1",
            "0x1pz",
            "1f",
            "0xg",
            "1e99999999999",
            "0x1p9999999999",
            "0.1e-99999999999",
            "0x0p99999999999",
            "  -  5",
            "0x 1",
            "in",
            "n",
            "i",
            "1n",
            "1..2",
            "é",
        ];
        for text in cases {
            assert_eq!(parse_number(text.as_bytes()), None, "{text:?}");
        }
        assert_eq!(parse_number(b"\xa01"), None);
    }

    #[test]
    fn numbers_with_a_base() {
        assert_eq!(parse_number_with_base(b" ff ", 16), Some(255.0));
        assert_eq!(parse_number_with_base(b"0xff", 16), Some(255.0));
        assert_eq!(parse_number_with_base(b"-zz", 36), Some(-1295.0));
        assert_eq!(parse_number_with_base(b"12", 2), None);
        assert_eq!(parse_number_with_base(b"", 8), None);
        assert_eq!(parse_number_with_base(b"0x", 16), None);
        assert_eq!(parse_number_with_base(b"0x", 36), Some(33.0));
        assert_eq!(parse_number_with_base(b"1.5", 10), Some(1.5));
        assert_eq!(parse_number_with_base(b"1.5", 8), None);
        assert_eq!(parse_number_with_base(b"1\0z", 8), Some(1.0));
        assert_eq!(parse_number_with_base(b"fffffffffffffffff", 16), Some(18_446_744_073_709_551_615.0));
    }

    #[test]
    fn literals() {
        use NumberLiteral::{Imaginary, Int64, Number, Uint64};
        let cases: &[(&str, NumberLiteral, usize)] = &[
            ("1", Number(1.0), 1),
            ("1LL", Int64(1), 3),
            ("1ll)", Int64(1), 3),
            ("1Ll", Int64(1), 3),
            ("1ull", Uint64(1), 4),
            ("1llu", Uint64(1), 4),
            ("1i", Imaginary(1.0), 2),
            ("1.5I", Imaginary(1.5), 4),
            (".5i", Imaginary(0.5), 3),
            ("0x1LL", Int64(1), 5),
            ("0x1i", Imaginary(1.0), 4),
            ("0b11LL", Int64(3), 6),
            ("0b11i", Imaginary(3.0), 5),
            ("18446744073709551615ULL", Uint64(u64::MAX), 23),
            ("9223372036854775808LL", Int64(i64::MIN), 21),
            ("0xffffffffffffffffLL", Int64(-1), 20),
            ("0xep1", Number(28.0), 5),
            ("0xe+1", Number(14.0), 3),
            ("0xep+1", Number(28.0), 6),
            ("1e+1", Number(10.0), 4),
            ("1e-5-2", Number(1e-5), 4),
            ("1-5", Number(1.0), 1),
            ("1.e1", Number(10.0), 4),
            ("0x.1", Number(0.0625), 4),
            ("0xA.8", Number(10.5), 5),
            ("08", Number(8.0), 2),
            ("3_", Number(3.0), 2),
            ("1_000", Number(1000.0), 5),
            ("1 e5", Number(1.0), 1),
        ];
        for &(source, literal, length) in cases {
            assert_eq!(scan_number_literal(source.as_bytes()), Ok((literal, length)), "{source}");
        }
    }

    #[test]
    fn malformed_literals_have_a_length() {
        let cases: &[(&str, usize)] = &[
            ("0x", 2),
            ("0x1p", 4),
            ("1e", 2),
            ("1e+", 3),
            ("1..2", 4),
            ("1.5LL", 5),
            ("0x1.8LL", 7),
            ("1e5LL", 5),
            ("1il", 3),
            ("0b2", 3),
            ("0b", 2),
            ("3x", 2),
            ("3and 4", 4),
            ("0x3or 4", 5),
            ("1.2.3", 5),
            ("1LLx", 4),
            ("18446744073709551616ULL", 23),
            ("0x1ffffffffffffffffLL", 21),
            ("1ul", 3),
            ("1u", 2),
            ("0x5p-", 5),
            ("1e1e1", 5),
            ("1i2", 3),
        ];
        for &(source, length) in cases {
            assert_eq!(scan_number_literal(source.as_bytes()), Err(length), "{source}");
        }
    }
}
