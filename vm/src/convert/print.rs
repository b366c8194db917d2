//! Numbers to text.
//!
//! Rust's formatter gives correctly rounded decimal digits; this file arranges them as C's `%g`, `%e` and `%f` do, which is
//! how Lua prints numbers. The shortest digits that stand for a number are found much faster than a given count of exact ones, so
//! that those are rounded where it makes no difference ([`Decimal::round`]).

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
    let decimal = Decimal::with_digits(magnitude, precision);
    let exponent = decimal.exponent;
    let digits = decimal.significant();
    if exponent < -4 || exponent >= precision as i32 {
        let fraction = if alternate { precision - 1 } else { digits.len() - 1 };
        write_with_exponent(digits, exponent, fraction, alternate, out);
    } else {
        let before_point = exponent + 1;
        let needed = (digits.len() as i32 - before_point).max(0);
        let fraction = if alternate { precision as i32 - before_point } else { needed };
        write_with_point(digits, before_point, fraction as usize, alternate, out);
    }
}

/// `%e` of a finite number that is not negative. `alternate` keeps the point even when no digit follows it.
pub fn write_exponent(magnitude: f64, precision: usize, alternate: bool, out: &mut Vec<u8>) {
    let decimal = Decimal::with_digits(magnitude, precision + 1);
    write_with_exponent(decimal.significant(), decimal.exponent, precision, alternate, out);
}

/// `%f` of a finite number that is not negative.
pub fn write_fixed(magnitude: f64, precision: usize, alternate: bool, out: &mut Vec<u8>) {
    let mut decimal = Decimal::shortest(magnitude);
    if decimal.round(decimal.exponent + 1 + precision as i32) {
        return write_with_point(decimal.significant(), decimal.exponent + 1, precision, alternate, out);
    }
    write!(Sink { out }, "{magnitude:.precision$}").expect("writing to memory does not fail");
    if precision == 0 && alternate {
        out.push(b'.');
    }
}

/// `d.ddde+XX` with `fraction` digits behind the point.
fn write_with_exponent(digits: &[u8], exponent: i32, fraction: usize, alternate: bool, out: &mut Vec<u8>) {
    write_with_point(digits, 1, fraction, alternate, out);
    out.extend_from_slice(if exponent < 0 { b"e-" } else { b"e+" });
    if exponent.abs() < 10 {
        out.push(b'0');
    }
    write_u64(u64::from(exponent.unsigned_abs()), out);
}

/// Digits with the point after the first `before_point` of them and `fraction` digits behind it; zeros fill up both sides.
fn write_with_point(digits: &[u8], before_point: i32, fraction: usize, alternate: bool, out: &mut Vec<u8>) {
    let (whole, rest) = digits.split_at(digits.len().min(before_point.max(0) as usize));
    if before_point <= 0 {
        out.push(b'0');
    } else {
        out.extend_from_slice(whole);
        out.resize(out.len() + before_point as usize - whole.len(), b'0');
    }
    if fraction > 0 || alternate {
        out.push(b'.');
    }
    let end = out.len() + fraction;
    let zeros = (before_point.min(0).unsigned_abs() as usize).min(fraction);
    out.resize(out.len() + zeros, b'0');
    out.extend_from_slice(&rest[..rest.len().min(fraction - zeros)]);
    out.resize(end, b'0');
}

/// Decimal digits of a number and the power of ten of the first.
struct Decimal {
    bytes: [u8; Self::ROOM],
    length: usize,
    exponent: i32,
    /// Whether rounding the digits is rounding the number, up to [`Decimal::SAFE_DIGITS`].
    may_round: bool,
}

impl Decimal {
    /// For 100 digits, a point and an exponent.
    const ROOM: usize = 112;

    /// Up to this many digits are spaced more widely than doubles.
    const SAFE_DIGITS: i32 = 15;

    /// The digits of a finite number that is not negative, rounded to `count` (ties to even). Zeros at the end may be
    /// missing.
    fn with_digits(magnitude: f64, count: usize) -> Decimal {
        let mut decimal = Decimal::shortest(magnitude);
        if !decimal.round(count as i32) {
            decimal = Decimal::formatted(format_args!("{magnitude:.precision$e}", precision = count - 1));
        }
        decimal
    }

    /// The fewest digits that stand for the number and no other.
    fn shortest(magnitude: f64) -> Decimal {
        let mut decimal = Decimal::formatted(format_args!("{magnitude:e}"));
        // A digit of a denormal can stand for many.
        decimal.may_round = magnitude == 0.0 || magnitude.is_normal();
        decimal
    }

    fn formatted(text: std::fmt::Arguments<'_>) -> Decimal {
        let mut decimal = Decimal { bytes: [0; Self::ROOM], length: 0, exponent: 0, may_round: false };
        decimal.write_fmt(text).expect("no form of a double with 100 digits is longer");
        let text = &mut decimal.bytes[..decimal.length];
        let mark = text.iter().rposition(|&byte| byte == b'e').expect("exponent form has an exponent");
        decimal.exponent = match &text[mark + 1..] {
            [b'-', digits @ ..] => -exponent_value(digits),
            digits => exponent_value(digits),
        };
        decimal.length = 1;
        if mark > 1 {
            // The point is overwritten.
            text.copy_within(2..mark, 1);
            decimal.length = mark - 1;
        }
        decimal
    }

    /// Rounds shortest digits to `count` of them; false when they do not tell how the number itself is rounded.
    ///
    /// A tie between number and shortest form would be shorter than that form, or nearer to the number, and so be the
    /// shortest form itself. Hence both are rounded to the same side unless the shortest form is a tie.
    fn round(&mut self, count: i32) -> bool {
        if !self.may_round || count > Self::SAFE_DIGITS {
            return false;
        }
        if count < 0 {
            self.length = 0;
            return true;
        }
        let kept = count as usize;
        if self.length <= kept {
            return true;
        }
        let next = self.bytes[kept];
        if next == b'5' && self.length == kept + 1 {
            return false;
        }
        self.length = kept;
        if next >= b'5' {
            self.round_up();
        }
        true
    }

    /// Adds one to the last digit, which may be the zero in front of the first.
    fn round_up(&mut self) {
        let nines = self.all().iter().rev().take_while(|&&digit| digit == b'9').count();
        self.length -= nines;
        match self.length.checked_sub(1) {
            Some(last) => self.bytes[last] += 1,
            None => {
                self.bytes[0] = b'1';
                self.length = 1;
                self.exponent += 1;
            }
        }
    }

    fn all(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// The digits without zeros at the end.
    fn significant(&self) -> &[u8] {
        let digits = self.all();
        let zeros = digits.iter().rev().take_while(|&&digit| digit == b'0').count();
        &digits[..(digits.len() - zeros).max(digits.len().min(1))]
    }
}

impl Write for Decimal {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let end = self.length + text.len();
        let free = self.bytes.get_mut(self.length..end).ok_or(std::fmt::Error)?;
        free.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
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

    /// Rounding the shortest digits must give what rounding the number gives; worst near ties.
    #[test]
    fn the_fast_path_rounds_as_the_exact_one() {
        for numerator in (1..200_000u32).step_by(97) {
            for scale in 0..12 {
                let n = (f64::from(numerator) + 0.5) / 10f64.powi(scale);
                for precision in [0, 1, 2, 3, 5] {
                    let mut fixed = Vec::new();
                    write_fixed(n, precision, false, &mut fixed);
                    assert_eq!(
                        String::from_utf8_lossy(&fixed),
                        format!("{n:.precision$}"),
                        "%.{precision}f of {n:?}"
                    );
                    let decimal = Decimal::with_digits(n, precision + 1);
                    let exact = Decimal::formatted(format_args!("{n:.precision$e}"));
                    assert_eq!(decimal.significant(), exact.significant(), "%.{precision}e of {n:?}");
                    assert_eq!(decimal.exponent, exact.exponent, "%.{precision}e of {n:?}");
                }
            }
        }
    }

    #[test]
    fn fixed_keeps_every_digit() {
        let mut out = Vec::new();
        write_fixed(1e22, 1, false, &mut out);
        assert_eq!(out, b"10000000000000000000000.0");
    }
}
