//! Taking doubles apart and putting them together.

/// Mantissa (from 0.5 to 1) and exponent; a zero, infinity or NaN is its own mantissa.
pub(super) fn split_exponent(x: f64) -> (f64, i32) {
    const EXPONENT: u64 = 0x7ff << 52;
    const HALF: u64 = 0x3fe << 52;
    if x == 0.0 || !x.is_finite() {
        return (x, 0);
    }
    // A denormal is brought into the normal range first.
    let (x, bias) = if x.abs() < f64::MIN_POSITIVE { (x * 2f64.powi(54), -54) } else { (x, 0) };
    let bits = x.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i32 - 1022;
    (f64::from_bits(bits & !EXPONENT | HALF), exponent + bias)
}

/// `x * 2^exponent`, rounded once; the exponent is truncated.
pub(super) fn scale(x: f64, exponent: f64) -> f64 {
    if exponent.is_nan() {
        return f64::NAN;
    }
    if exponent.is_infinite() {
        return if exponent > 0.0 { x * f64::INFINITY } else { x / f64::INFINITY };
    }
    // Beyond these every finite number has become an infinity or zero.
    let mut exponent = exponent.trunc().clamp(-2200.0, 2200.0) as i32;
    let mut result = x;
    while exponent > 1023 {
        result *= 2f64.powi(1023);
        exponent -= 1023;
    }
    // Downwards in steps that leave 53 bits below the normal range, so that only the last product rounds.
    while exponent < -1022 {
        result *= 2f64.powi(-1022 + 53);
        exponent += 1022 - 53;
    }
    result * 2f64.powi(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponents_split_off() {
        assert_eq!(split_exponent(-8.0), (-0.5, 4));
        assert_eq!(split_exponent(5e-324), (0.5, -1073));
        assert_eq!(split_exponent(0.0), (0.0, 0));
        assert_eq!(split_exponent(f64::INFINITY), (f64::INFINITY, 0));
        assert_eq!(split_exponent(1.0), (0.5, 1));
    }

    #[test]
    fn scaling_rounds_once() {
        assert_eq!(scale(1.0, 1.9), 2.0);
        assert_eq!(scale(1.0, -1.9), 0.5);
        assert_eq!(scale(1.0, 1e10), f64::INFINITY);
        assert_eq!(scale(1.0, -1e10), 0.0);
        assert_eq!(scale(5e-324, 1074.0), 1.0);
        assert_eq!(scale(0.75, -1074.0), 5e-324);
        assert_eq!(scale(3.0, -1076.0), 5e-324);
        assert_eq!(scale(f64::MAX, -2098.0), 5e-324);
        assert_eq!(scale(1.0, 1023.9), 2f64.powi(1023));
        assert!(scale(0.0, f64::INFINITY).is_nan());
        assert!(scale(1.0, f64::NAN).is_nan());
    }
}
