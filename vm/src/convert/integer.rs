//! Numbers to integers, with the results of the x86-64 conversion instructions for what does not fit.

/// 2^52 + 2^51: adding it to a double leaves the integer part, rounded to even, in the low bits of the sum.
const ROUND_TO_LOW_BITS: f64 = 6_755_399_441_055_744.0;

/// Truncates to 32 bits; what does not fit, NaN included, gives `i32::MIN`. This is the rule for integer arguments of
/// library functions.
pub fn to_i32(n: f64) -> i32 {
    let truncated = n.trunc();
    if (-2_147_483_648.0..2_147_483_648.0).contains(&truncated) { truncated as i32 } else { i32::MIN }
}

/// Truncates to 64 bits; what does not fit, NaN included, gives `i64::MIN`.
pub fn to_i64(n: f64) -> i64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if (-LIMIT..LIMIT).contains(&n) { n as i64 } else { i64::MIN }
}

/// Truncates to 64 bits without a sign; negative numbers wrap around, what does not fit gives `1 << 63`.
pub fn to_u64(n: f64) -> u64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if n >= LIMIT { to_i64(n - 2.0 * LIMIT) as u64 } else { to_i64(n) as u64 }
}

/// Rounds to the nearest integer (ties to even) and keeps the low 32 bits: the rule of the `bit` library. Beyond
/// 2^51 the result means nothing, but it is the same as LuaJIT's.
pub fn to_bit(n: f64) -> i32 {
    (n + ROUND_TO_LOW_BITS).to_bits() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integer_arguments_truncate() {
        assert_eq!(to_i32(3.99), 3);
        assert_eq!(to_i32(-3.99), -3);
        assert_eq!(to_i32(2_147_483_647.9), i32::MAX);
        assert_eq!(to_i32(-2_147_483_648.9), i32::MIN);
        assert_eq!(to_i32(2_147_483_648.0), i32::MIN);
        assert_eq!(to_i32(f64::NAN), i32::MIN);
        assert_eq!(to_i32(f64::INFINITY), i32::MIN);
    }

    #[test]
    fn wide_integers() {
        assert_eq!(to_i64(-0.5), 0);
        assert_eq!(to_i64(1e300), i64::MIN);
        assert_eq!(to_i64(9_223_372_036_854_775_808.0), i64::MIN);
        assert_eq!(to_u64(-1.0), u64::MAX);
        assert_eq!(to_u64(9_223_372_036_854_775_808.0), 1 << 63);
        assert_eq!(to_u64(18_446_744_073_709_551_616.0), 0);
        assert_eq!(to_u64(f64::NAN), 1 << 63);
        assert_eq!(to_u64(1e300), 1 << 63);
    }

    #[test]
    fn bit_arguments_wrap_and_round_to_even() {
        assert_eq!(to_bit(4_294_967_295.0), -1);
        assert_eq!(to_bit(4_294_967_296.0), 0);
        assert_eq!(to_bit(2_147_483_648.0), i32::MIN);
        assert_eq!(to_bit(-1.0), -1);
        assert_eq!(to_bit(0.5), 0);
        assert_eq!(to_bit(1.5), 2);
        assert_eq!(to_bit(2.5), 2);
        assert_eq!(to_bit(-0.7), -1);
    }
}
