//! The directives of `string.format`: parsing them and laying out their values.
//!
//! Pure functions on bytes. Flags, widths, precisions and rounding follow LuaJIT, which agrees with C except that `%q`
//! and `%p` ignore width and that widths and precisions have two digits at most.

use crate::convert::{write_exponent, write_fixed, write_general, write_u64};

/// One piece of a format string.
#[derive(Debug, PartialEq)]
pub(crate) enum Piece<'a> {
    /// Text to copy.
    Literal(&'a [u8]),
    /// A directive that takes an argument.
    Directive(Directive),
}

/// A parsed directive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Directive {
    pub(crate) conversion: Conversion,
    left: bool,
    plus: bool,
    space: bool,
    zero: bool,
    alternate: bool,
    upper: bool,
    width: usize,
    precision: Option<usize>,
}

/// What a directive prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Conversion {
    /// `%d`, `%i`
    Signed,
    /// `%u`
    Unsigned,
    /// `%o`
    Octal,
    /// `%x`, `%X`
    Hex,
    /// `%e`, `%E`
    Exponent,
    /// `%f`, `%F`
    Fixed,
    /// `%g`, `%G`
    General,
    /// `%a`, `%A`
    HexFloat,
    /// `%c`
    Char,
    /// `%s`
    Str,
    /// `%q`
    Quoted,
    /// `%p`
    Pointer,
}

/// The pieces of a format string, in order. An error is the text of the directive that is not understood.
pub(crate) struct Pieces<'a> {
    rest: &'a [u8],
}

impl<'a> Pieces<'a> {
    pub(crate) fn new(format: &'a [u8]) -> Pieces<'a> {
        Pieces { rest: format }
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Result<Piece<'a>, &'a [u8]>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        match memchr::memchr(b'%', self.rest) {
            Some(0) if self.rest.get(1) == Some(&b'%') => {
                self.rest = &self.rest[2..];
                Some(Ok(Piece::Literal(b"%")))
            }
            Some(0) => {
                let result = Directive::parse(self.rest);
                self.rest = match &result {
                    Ok((_, length)) => &self.rest[*length..],
                    Err(_) => &[],
                };
                Some(result.map(|(directive, _)| Piece::Directive(directive)))
            }
            found => {
                let (literal, rest) = self.rest.split_at(found.unwrap_or(self.rest.len()));
                self.rest = rest;
                Some(Ok(Piece::Literal(literal)))
            }
        }
    }
}

impl Directive {
    /// Parses the directive at the start of `text`, and gives its length; or the part that is not understood.
    fn parse(text: &[u8]) -> Result<(Directive, usize), &[u8]> {
        let mut directive = Directive {
            conversion: Conversion::Str,
            left: false,
            plus: false,
            space: false,
            zero: false,
            alternate: false,
            upper: false,
            width: 0,
            precision: None,
        };
        let mut at = 1;
        while let Some(byte) = text.get(at) {
            match byte {
                b'-' => directive.left = true,
                b'+' => directive.plus = true,
                b' ' => directive.space = true,
                b'0' => directive.zero = true,
                b'#' => directive.alternate = true,
                _ => break,
            }
            at += 1;
        }
        directive.width = two_digits(text, &mut at);
        if text.get(at) == Some(&b'.') {
            at += 1;
            directive.precision = Some(two_digits(text, &mut at));
        }
        let letter = text.get(at).copied().unwrap_or(0);
        directive.conversion = match letter {
            b'd' | b'i' => Conversion::Signed,
            b'u' => Conversion::Unsigned,
            b'o' => Conversion::Octal,
            b'x' | b'X' => Conversion::Hex,
            b'e' | b'E' => Conversion::Exponent,
            b'f' | b'F' => Conversion::Fixed,
            b'g' | b'G' => Conversion::General,
            b'a' | b'A' => Conversion::HexFloat,
            b'c' => Conversion::Char,
            b's' => Conversion::Str,
            b'q' => Conversion::Quoted,
            b'p' => Conversion::Pointer,
            // A control character, or the end, is not shown.
            _ => return Err(&text[..if letter >= b' ' { at + 1 } else { at }]),
        };
        directive.upper = letter.is_ascii_uppercase();
        Ok((directive, at + 1))
    }

    /// Appends a signed integer.
    pub(crate) fn write_signed(&self, value: i64, out: &mut Vec<u8>) {
        if self.is_plain() {
            out.extend_from_slice(self.sign(value < 0));
            return write_u64(value.unsigned_abs(), out);
        }
        let mut digits = Vec::with_capacity(24);
        push_digits(value.unsigned_abs(), 10, false, &mut digits);
        self.write_digits(digits, self.sign(value < 0), out);
    }

    /// Appends an unsigned integer in the base of the conversion.
    pub(crate) fn write_unsigned(&self, value: u64, out: &mut Vec<u8>) {
        let mut digits = Vec::with_capacity(24);
        let base = match self.conversion {
            Conversion::Octal => 8,
            Conversion::Hex => 16,
            Conversion::Signed
            | Conversion::Unsigned
            | Conversion::Exponent
            | Conversion::Fixed
            | Conversion::General
            | Conversion::HexFloat
            | Conversion::Char
            | Conversion::Str
            | Conversion::Quoted
            | Conversion::Pointer => 10,
        };
        if base == 8 && self.alternate && value != 0 {
            digits.push(b'0');
        }
        push_digits(value, base, self.upper, &mut digits);
        let prefix: &[u8] = match (base == 16 && self.alternate && value != 0, self.upper) {
            (true, true) => b"0X",
            (true, false) => b"0x",
            (false, _) => b"",
        };
        self.write_digits(digits, prefix, out);
    }

    fn write_digits(&self, mut digits: Vec<u8>, prefix: &[u8], out: &mut Vec<u8>) {
        let octal_zero = self.conversion == Conversion::Octal && self.alternate;
        if self.precision == Some(0) && digits == b"0" && !octal_zero {
            digits.clear();
        }
        let zeros = self.precision.unwrap_or(0).saturating_sub(digits.len());
        digits.splice(..0, std::iter::repeat_n(b'0', zeros));
        self.pad(prefix, &digits, self.zero && self.precision.is_none(), out);
    }

    /// Appends a floating-point number.
    pub(crate) fn write_float(&self, value: f64, out: &mut Vec<u8>) {
        if value.is_nan() {
            let prefix: &[u8] = if self.space { b" " } else { b"" };
            return self.pad(prefix, if self.upper { b"NAN" } else { b"nan" }, false, out);
        }
        let sign = self.sign(value.is_sign_negative());
        let magnitude = value.abs();
        if magnitude.is_infinite() {
            return self.pad(sign, if self.upper { b"INF" } else { b"inf" }, false, out);
        }
        let mut body = Vec::with_capacity(32);
        if self.conversion == Conversion::HexFloat {
            write_hex_float(magnitude, self.precision, self.alternate, &mut body);
            if self.upper {
                body.make_ascii_uppercase();
            }
            let prefix = [sign, if self.upper { b"0X" } else { b"0x" }].concat();
            return self.pad(&prefix, &body, self.zero, out);
        }
        let precision = self.precision.unwrap_or(6);
        if self.conversion == Conversion::Exponent {
            write_exponent(magnitude, precision, self.alternate, &mut body);
        } else if self.conversion == Conversion::Fixed {
            write_fixed(magnitude, precision, self.alternate, &mut body);
        } else {
            write_general(magnitude, precision, self.alternate, &mut body);
        }
        if self.upper {
            body.make_ascii_uppercase();
        }
        self.pad(sign, &body, self.zero, out);
    }

    /// Appends one byte.
    pub(crate) fn write_char(&self, byte: u8, out: &mut Vec<u8>) {
        self.pad(b"", &[byte], false, out);
    }

    /// Appends a string, cut off at the precision.
    pub(crate) fn write_str(&self, text: &[u8], out: &mut Vec<u8>) {
        let length = self.precision.map_or(text.len(), |precision| precision.min(text.len()));
        self.pad(b"", &text[..length], false, out);
    }

    /// Nothing needs padding.
    fn is_plain(&self) -> bool {
        self.width == 0 && self.precision.is_none()
    }

    fn sign(&self, negative: bool) -> &'static [u8] {
        if negative {
            b"-"
        } else if self.plus {
            b"+"
        } else if self.space {
            b" "
        } else {
            b""
        }
    }

    /// Appends prefix and body, filled up to the width: with spaces in front or behind, or with zeros between the two.
    fn pad(&self, prefix: &[u8], body: &[u8], zero: bool, out: &mut Vec<u8>) {
        let fill = self.width.saturating_sub(prefix.len() + body.len());
        if !self.left && !zero {
            out.resize(out.len() + fill, b' ');
        }
        out.extend_from_slice(prefix);
        if !self.left && zero {
            out.resize(out.len() + fill, b'0');
        }
        out.extend_from_slice(body);
        if self.left {
            out.resize(out.len() + fill, b' ');
        }
    }
}

/// Appends a string in quotes, in a form that the lexer reads back.
pub(crate) fn write_quoted(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for (index, &byte) in text.iter().enumerate() {
        match byte {
            b'"' | b'\\' | b'\n' => out.extend_from_slice(&[b'\\', byte]),
            0..=31 | 127 => {
                out.push(b'\\');
                // A digit behind would be read as part of the escape.
                let digit_follows = text.get(index + 1).is_some_and(u8::is_ascii_digit);
                if byte >= 100 || digit_follows {
                    out.push(b'0' + byte / 100);
                }
                if byte >= 10 || digit_follows {
                    out.push(b'0' + byte / 10 % 10);
                }
                out.push(b'0' + byte % 10);
            }
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

/// Appends an address as LuaJIT prints it: at least eight digits, always whole bytes.
pub(crate) fn write_pointer(address: usize, out: &mut Vec<u8>) {
    if address == 0 {
        return out.extend_from_slice(b"NULL");
    }
    let mut digits = Vec::with_capacity(16);
    push_digits(address as u64, 16, false, &mut digits);
    let length = digits.len().max(8).next_multiple_of(2);
    out.extend_from_slice(b"0x");
    out.resize(out.len() + length - digits.len(), b'0');
    out.extend_from_slice(&digits);
}

fn two_digits(text: &[u8], at: &mut usize) -> usize {
    let mut value = 0;
    for _ in 0..2 {
        match text.get(*at) {
            Some(digit @ b'0'..=b'9') => value = value * 10 + usize::from(digit - b'0'),
            _ => break,
        }
        *at += 1;
    }
    value
}

fn push_digits(mut value: u64, base: u64, upper: bool, out: &mut Vec<u8>) {
    let table: &[u8; 16] = if upper { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
    let start = out.len();
    loop {
        out.push(table[(value % base) as usize]);
        value /= base;
        if value == 0 {
            break;
        }
    }
    out[start..].reverse();
}

/// `%a` without its `0x`. As in LuaJIT the leading digit is 1 except for zero, ties round up, and a carry may make it 2.
fn write_hex_float(magnitude: f64, precision: Option<usize>, alternate: bool, out: &mut Vec<u8>) {
    const FRACTION_BITS: u32 = 52;
    const FRACTION_DIGITS: usize = 13;
    let bits = magnitude.to_bits();
    let mut mantissa = bits & ((1 << FRACTION_BITS) - 1);
    let mut exponent = (bits >> FRACTION_BITS) as i32;
    if exponent != 0 {
        mantissa |= 1 << FRACTION_BITS;
        exponent -= 1023;
    } else if mantissa != 0 {
        let shift = mantissa.leading_zeros() - (63 - FRACTION_BITS);
        mantissa <<= shift;
        exponent = -1022 - shift as i32;
    }
    let precision = precision
        .unwrap_or_else(|| FRACTION_DIGITS - (mantissa.trailing_zeros().min(FRACTION_BITS) / 4) as usize);
    if precision < FRACTION_DIGITS {
        mantissa += 1 << (FRACTION_BITS as usize - 1 - precision * 4);
    }
    out.push(b'0' + (mantissa >> FRACTION_BITS) as u8);
    if precision > 0 || alternate {
        out.push(b'.');
    }
    for digit in 0..precision {
        let nibble = if digit < FRACTION_DIGITS { mantissa >> (48 - digit * 4) & 15 } else { 0 };
        push_digits(nibble, 16, false, out);
    }
    out.extend_from_slice(if exponent < 0 { b"p-" } else { b"p+" });
    push_digits(u64::from(exponent.unsigned_abs()), 10, false, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directive(format: &str) -> Directive {
        match Pieces::new(format.as_bytes()).next() {
            Some(Ok(Piece::Directive(directive))) => directive,
            other => panic!("{format}: {other:?}"),
        }
    }

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).expect("ASCII")
    }

    fn integer(format: &str, value: i64) -> String {
        let directive = directive(format);
        text(|out| match directive.conversion {
            Conversion::Signed => directive.write_signed(value, out),
            _ => directive.write_unsigned(value as u64, out),
        })
    }

    fn float(format: &str, value: f64) -> String {
        text(|out| directive(format).write_float(value, out))
    }

    fn invalid(format: &str) -> String {
        match Pieces::new(format.as_bytes()).find_map(Result::err) {
            Some(text) => String::from_utf8_lossy(text).into_owned(),
            None => panic!("{format} is understood"),
        }
    }

    #[test]
    fn pieces_alternate_between_text_and_directives() {
        let pieces: Vec<_> = Pieces::new(b"a%%b%5dc").collect();
        assert_eq!(pieces.len(), 5);
        assert_eq!(pieces[0], Ok(Piece::Literal(b"a")));
        assert_eq!(pieces[1], Ok(Piece::Literal(b"%")));
        assert_eq!(pieces[2], Ok(Piece::Literal(b"b")));
        assert_eq!(pieces[4], Ok(Piece::Literal(b"c")));
    }

    /// Observed: `invalid option '...' to 'format'`.
    #[test]
    fn invalid_options_are_shown_up_to_the_letter() {
        let cases = [
            ("%y", "%y"),
            ("%10", "%10"),
            ("%", "%"),
            ("%123d", "%123"),
            ("%.123d", "%.123"),
            ("%1$d", "%1$"),
            ("%ld", "%l"),
            ("%*d", "%*"),
            ("%5%", "%5%"),
            ("%-%", "%-%"),
            ("%5.5.5d", "%5.5."),
            ("%\0", "%"),
            ("%10.100s", "%10.100"),
        ];
        for (format, shown) in cases {
            assert_eq!(invalid(format), shown);
        }
    }

    #[test]
    fn integers() {
        let cases = [
            ("%5d", 65, "   65"),
            ("%-5d|", 65, "65   "),
            ("%05d", 65, "00065"),
            ("%+d", 65, "+65"),
            ("% d", 65, " 65"),
            ("%.3d", 65, "065"),
            ("%+.10d", 65, "+0000000065"),
            ("%8.3d", 65, "     065"),
            ("%08.3d", 65, "     065"),
            ("%-05d", 65, "65   "),
            ("%x", 65, "41"),
            ("%X", 255, "FF"),
            ("%#x", 65, "0x41"),
            ("%#X", 255, "0XFF"),
            ("%#x", 0, "0"),
            ("%o", 65, "101"),
            ("%#o", 65, "0101"),
            ("%#o", 0, "0"),
            ("%#.0o", 0, "0"),
            ("%.0d", 0, ""),
            ("%5.0d", 0, "     "),
            ("%08x", 65, "00000041"),
            ("%+x", 65, "41"),
            ("%d", i64::MIN, "-9223372036854775808"),
            ("%x", -1, "ffffffffffffffff"),
            ("%u", -1, "18446744073709551615"),
            ("%o", -1, "1777777777777777777777"),
        ];
        for (format, value, expected) in cases {
            assert_eq!(integer(format, value), expected, "{format} of {value}");
        }
    }

    #[test]
    fn floats() {
        let cases = [
            ("%e", 65.0, "6.500000e+01"),
            ("%.0e", 65.0, "6e+01"),
            ("%#.0e", 65.0, "6.e+01"),
            ("%E", 1e300, "1.000000E+300"),
            ("%e", 5e-324, "4.940656e-324"),
            ("%e", -0.0, "-0.000000e+00"),
            ("%e", 9.9999999, "1.000000e+01"),
            ("%f", 65.0, "65.000000"),
            ("%.0f", 65.0, "65"),
            ("%#.0f", 65.0, "65."),
            ("%f", 5e-324, "0.000000"),
            ("%f", 1e21, "1000000000000000000000.000000"),
            ("%.3f", 2.0005, "2.001"),
            ("%.0f", 0.5, "0"),
            ("%.0f", 1.5, "2"),
            ("%.0f", 2.5, "2"),
            ("%5.1f", f64::NEG_INFINITY, " -inf"),
            ("%010f", f64::INFINITY, "       inf"),
            ("%F", f64::NAN, "NAN"),
            ("%+f", f64::NAN, "nan"),
            ("% f", f64::NAN, " nan"),
            ("%010f", -1.5, "-01.500000"),
            ("%+010.3f", 65.0, "+00065.000"),
            ("%-10f|", 0.1, "0.100000  "),
            ("%g", 1e21, "1e+21"),
            ("%g", 123_456_789.0, "1.23457e+08"),
            ("%g", 0.1, "0.1"),
            ("%g", -0.0, "-0"),
            ("%#g", 65.0, "65.0000"),
            ("%G", 1e-10, "1E-10"),
            ("%.0g", 123_456_789.0, "1e+08"),
            ("%.0g", 2.5, "2"),
            ("%#.3g", 0.0, "0.00"),
            ("%#.3g", 9.9999999, "10.0"),
            ("%#.3g", 1e300, "1.00e+300"),
            ("%.17g", 0.1, "0.10000000000000001"),
            ("%.17g", 1e15, "1000000000000000"),
            ("%a", 65.0, "0x1.04p+6"),
            ("%A", 1e300, "0X1.7E43C8800759CP+996"),
            ("%.3a", 65.0, "0x1.040p+6"),
            ("%.0a", 65.0, "0x1p+6"),
            ("%.0a", 1.5, "0x2p+0"),
            ("%20.2a", 65.0, "           0x1.04p+6"),
            ("%020a", 65.0, "0x000000000001.04p+6"),
            ("%+a", 65.0, "+0x1.04p+6"),
            ("%a", -0.0, "-0x0p+0"),
            ("%a", 5e-324, "0x1p-1074"),
            ("%.15a", 1.0, "0x1.000000000000000p+0"),
        ];
        for (format, value, expected) in cases {
            assert_eq!(float(format, value), expected, "{format} of {value:?}");
        }
    }

    #[test]
    fn strings_and_characters() {
        assert_eq!(text(|out| directive("%10s").write_str(b"abc", out)), "       abc");
        assert_eq!(text(|out| directive("%-5s|").write_str(b"abc", out)), "abc  ");
        assert_eq!(text(|out| directive("%.2s").write_str(b"abc", out)), "ab");
        assert_eq!(text(|out| directive("%05s").write_str(b"abc", out)), "  abc");
        assert_eq!(text(|out| directive("%05c").write_char(b'A', out)), "    A");
    }

    #[test]
    fn quoting_escapes_what_the_lexer_would_not_read_back() {
        assert_eq!(
            text(|out| write_quoted(b"a\"b\\c\nd\0e\x001\x7f\t", out)),
            "\"a\\\"b\\\\c\\\nd\\0e\\0001\\127\\9\""
        );
    }

    #[test]
    fn pointers_are_whole_bytes() {
        assert_eq!(text(|out| write_pointer(0, out)), "NULL");
        assert_eq!(text(|out| write_pointer(0x7f12_3456_789a, out)), "0x7f123456789a");
        assert_eq!(text(|out| write_pointer(0x1_2345_6789, out)), "0x0123456789");
        assert_eq!(text(|out| write_pointer(0x10, out)), "0x00000010");
    }
}
