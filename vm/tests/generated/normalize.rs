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

/// Leaves out the names of called values where LuaJIT takes them from a register's earlier use (both are known differences): an iterator
/// that cannot be called, and a `return` with a call that stands before the first closure of its function, which LuaJIT moves to the function's end. The
/// error's line may be a later one of the call's.
pub(crate) fn without_names_of_called(output: &[u8], source: &[u8]) -> Vec<u8> {
    const CALL: &str = ": attempt to call ";
    let source = String::from_utf8_lossy(source);
    let lines: Vec<_> = source.lines().collect();
    let is_misnamed = |number: usize| {
        lines.get(number.wrapping_sub(1)).is_some_and(|line| {
            let returns = lines[..number].iter().rev().take(4).any(|line| line.contains("return "));
            line.contains(" in ") && line.ends_with(" do")
                || returns && lines[number..].iter().any(|later| later.contains("function"))
        })
    };
    let output = String::from_utf8_lossy(output);
    let mut text = String::with_capacity(output.len());
    let mut rest = &*output;
    while let Some(at) = rest.find(CALL) {
        let (before, after) = rest.split_at(at + CALL.len());
        text.push_str(before);
        rest = after;
        let number = before[..at].rsplit(':').next().and_then(|number| number.parse().ok()).unwrap_or(0);
        if let Some((called, after)) = rest.split_once(" value")
            && is_misnamed(number)
        {
            let kind = called.rsplit(' ').next().unwrap_or(called);
            text.push_str(&format!("a {kind} value"));
            rest = if called.contains('(') { after.strip_prefix(')').unwrap_or(after) } else { after };
        }
    }
    text.push_str(rest);
    text.into_bytes()
}

/// How many bytes at the start of a text are digits.
fn run(text: &[u8], digit: fn(&u8) -> bool) -> usize {
    text.iter().take_while(|byte| digit(byte)).count()
}
