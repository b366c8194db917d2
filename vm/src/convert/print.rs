//! Numbers to text.
//!
//! Rust's formatter gives correctly rounded decimal digits; this file arranges them as C's `%g`, `%e` and `%f` do, which is
//! how Lua prints numbers.

use std::fmt::Write;

/// How many significant digits `tostring` prints.
const TOSTRING_DIGITS: usize = 14;

/// Appends a number as `tostring` and `..` print it (`%.14g`).
pub fn format_number(n: f64, out: &mut Vec<u8>) {
    if n.is_nan() {
        return out.extend_from_slice(b"nan");
    }
    if n.is_sign_negative() {
        out.push(b'-');
    }
    let magnitude = n.abs();
    if magnitude < 1e14 && magnitude.trunc() == magnitude {
        write_u64(magnitude as u64, out);
    } else if magnitude.is_infinite() {
        out.extend_from_slice(b"inf");
    } else {
        write_general(magnitude, TOSTRING_DIGITS, false, out);
    }
}

/// Appends an integer in decimal.
pub fn write_u64(mut value: u64, out: &mut Vec<u8>) {
    let mut buffer = [0u8; 20];
    let mut start = buffer.len();
    loop {
        start -= 1;
        buffer[start] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&buffer[start..]);
}

/// `%g` of a finite number that is not negative. `alternate` keeps trailing zeros (`%#g`).
pub fn write_general(magnitude: f64, precision: usize, alternate: bool, out: &mut Vec<u8>) {
    let precision = precision.max(1);
    let decimal = Decimal::of(magnitude, precision - 1);
    let mut digits = decimal.digits();
    if !alternate {
        let zeros = digits.iter().rev().take_while(|&&digit| digit == b'0').count();
        digits = &digits[..(digits.len() - zeros).max(1)];
    }
    let exponent = decimal.exponent;
    if exponent < -4 || exponent >= precision as i32 {
        write_exponent_form(digits, exponent, alternate, out);
    } else if exponent < 0 {
        out.extend_from_slice(b"0.");
        out.resize(out.len() + (-exponent - 1) as usize, b'0');
        out.extend_from_slice(digits);
    } else {
        let before_point = exponent as usize + 1;
        if digits.len() <= before_point {
            out.extend_from_slice(digits);
            out.resize(out.len() + before_point - digits.len(), b'0');
            if alternate {
                out.push(b'.');
            }
        } else {
            out.extend_from_slice(&digits[..before_point]);
            out.push(b'.');
            out.extend_from_slice(&digits[before_point..]);
        }
    }
}

/// `d.ddde+XX` from digits and a decimal exponent. `alternate` writes the point even when no digit follows it.
pub fn write_exponent_form(digits: &[u8], exponent: i32, alternate: bool, out: &mut Vec<u8>) {
    out.push(digits[0]);
    if digits.len() > 1 || alternate {
        out.push(b'.');
        out.extend_from_slice(&digits[1..]);
    }
    out.extend_from_slice(if exponent < 0 { b"e-" } else { b"e+" });
    if exponent.abs() < 10 {
        out.push(b'0');
    }
    write_u64(u64::from(exponent.unsigned_abs()), out);
}

/// `%f` of a finite number that is not negative.
pub fn write_fixed(magnitude: f64, precision: usize, alternate: bool, out: &mut Vec<u8>) {
    let mut sink = Sink { out };
    write!(sink, "{magnitude:.precision$}").expect("writing to memory does not fail");
    if precision == 0 && alternate {
        out.push(b'.');
    }
}

/// The significant decimal digits of a number and the exponent of the first.
pub struct Decimal {
    text: Vec<u8>,
    /// The power of ten of the first digit.
    pub exponent: i32,
}

impl Decimal {
    /// A finite number that is not negative, rounded to `1 + fraction_digits` digits (ties to even).
    pub fn of(magnitude: f64, fraction_digits: usize) -> Decimal {
        let mut text = Vec::with_capacity(fraction_digits + 8);
        write!(Sink { out: &mut text }, "{magnitude:.fraction_digits$e}")
            .expect("writing to memory does not fail");
        let mark = text.iter().rposition(|&byte| byte == b'e').expect("exponent form has an exponent");
        let exponent = match &text[mark + 1..] {
            [b'-', digits @ ..] => -exponent_value(digits),
            digits => exponent_value(digits),
        };
        text.truncate(mark);
        if text.len() > 1 {
            text.remove(1);
        }
        Decimal { text, exponent }
    }

    /// The digits, without a point.
    pub fn digits(&self) -> &[u8] {
        &self.text
    }
}

fn exponent_value(digits: &[u8]) -> i32 {
    digits.iter().fold(0, |value, digit| value * 10 + i32::from(digit - b'0'))
}

struct Sink<'a> {
    out: &'a mut Vec<u8>,
}

impl Write for Sink<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.out.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(n: f64) -> String {
        let mut out = Vec::new();
        format_number(n, &mut out);
        String::from_utf8(out).expect("ASCII")
    }

    /// Expectations observed with LuaJIT 2.1's `tostring`.
    #[test]
    fn numbers_print_as_in_luajit() {
        let cases: &[(f64, &str)] = &[
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (-15.0, "-15"),
            (f64::NAN, "nan"),
            (-f64::NAN, "nan"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (1e14, "1e+14"),
            (1e15, "1e+15"),
            (-1e15, "-1e+15"),
            (99_999_999_999_999.0, "99999999999999"),
            (999_999_999_999_995.0, "1e+15"),
            (123_456_789_012_345.0, "1.2345678901234e+14"),
            (9_007_199_254_740_992.0, "9.007199254741e+15"),
            (1e16, "1e+16"),
            (1e100, "1e+100"),
            (0.1, "0.1"),
            (1.0 / 3.0, "0.33333333333333"),
            (123_456.789, "123456.789"),
            (1e-5, "1e-05"),
            (0.0001, "0.0001"),
            (5e-324, "4.9406564584125e-324"),
            (1.5, "1.5"),
            (-2.25, "-2.25"),
            (std::f64::consts::PI, "3.1415926535898"),
            (1e300, "1e+300"),
        ];
        for &(n, expected) in cases {
            assert_eq!(printed(n), expected);
        }
    }

    #[test]
    fn fixed_keeps_every_digit() {
        let mut out = Vec::new();
        write_fixed(1e22, 1, false, &mut out);
        assert_eq!(out, b"10000000000000000000000.0");
    }
}
