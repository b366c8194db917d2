//! Leaves out of an output what is accidental: addresses, and the sign of a NaN, which depends on the order of operands in an
//! instruction.

/// The fewest hexadecimal digits of an address.
const ADDRESS: usize = 8;

pub(crate) fn normalize(output: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(output.len());
    let mut rest = output;
    while let Some(&byte) = rest.first() {
        if let Some(after) = rest.strip_prefix(b"0x") {
            let digits = run(after, u8::is_ascii_hexdigit);
            text.extend_from_slice(if digits < ADDRESS { &rest[..2 + digits] } else { b"0x" });
            rest = &after[digits..];
        } else if let Some(after) = rest.strip_prefix(b"builtin#") {
            text.extend_from_slice(b"0x");
            rest = &after[run(after, u8::is_ascii_digit)..];
        } else if let Some(after) = rest.strip_prefix(b"-nan") {
            text.extend_from_slice(b"nan");
            rest = after;
        } else {
            text.push(byte);
            rest = &rest[1..];
        }
    }
    text
}

/// How many bytes at the start of a text are digits.
fn run(text: &[u8], digit: fn(&u8) -> bool) -> usize {
    text.iter().take_while(|byte| digit(byte)).count()
}
