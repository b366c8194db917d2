//! A line by line comparison of two outputs, for people.

use std::fmt::Write as _;

/// Lines of agreement shown before the first difference.
const CONTEXT: usize = 2;
/// Differing lines shown before the rest is left out.
const SHOWN: usize = 12;

/// How `got` departs from `expected`, or nothing when they are equal.
pub(crate) fn diff(expected: &[u8], got: &[u8]) -> Option<String> {
    if expected == got {
        return None;
    }
    let expected: Vec<_> = expected.split(|&byte| byte == b'\n').collect();
    let got: Vec<_> = got.split(|&byte| byte == b'\n').collect();
    let same = expected.iter().zip(&got).take_while(|(a, b)| a == b).count();
    let mut text = String::new();
    for (line, both) in expected.iter().enumerate().take(same).skip(same.saturating_sub(CONTEXT)) {
        let _ = writeln!(text, "      {:>4}   {}", line + 1, both.escape_ascii());
    }
    let mut shown = 0;
    for line in same..expected.len().max(got.len()) {
        let (wanted, given) = (expected.get(line), got.get(line));
        if wanted == given {
            continue;
        }
        if shown == SHOWN {
            let _ = writeln!(text, "             ...");
            break;
        }
        shown += 1;
        for (sign, side) in [('-', wanted), ('+', given)] {
            if let Some(side) = side {
                let _ = writeln!(text, "      {:>4} {sign} {}", line + 1, side.escape_ascii());
            }
        }
    }
    Some(text)
}
