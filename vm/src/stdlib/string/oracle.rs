//! Random numerals, formats and patterns through LuaJIT and through us.

use mlua::{Lua, MultiValue, Value};

use super::directive::{Conversion, Piece, Pieces, write_quoted};
use super::pattern::{Captured, Matcher, PatternError};
use super::program::Program;
use crate::convert::{format_number, parse_number, to_i64, to_u64};
use crate::vm::Raised;

const CASES: usize = 50_000;

/// A small generator, so that every run tests the same cases.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() >> 33) as usize % end
    }

    fn text(&mut self, alphabet: &[&str], longest: usize) -> String {
        (0..self.below(longest + 1)).map(|_| alphabet[self.below(alphabet.len())]).collect()
    }

    /// Numbers of many sizes, among them many with few digits. None below 1e-60, and none near a tie: the oracle's LuaJIT rounds
    /// some of those wrongly.
    fn number(&mut self) -> f64 {
        let n = match self.below(6) {
            0 => f64::from_bits(self.next()),
            1 => self.below(2000) as f64 / 8.0 - 100.0,
            2 => (self.next() >> 12) as f64 / 1e3,
            3 => self.next() as f64,
            4 => self.below(100_000) as f64 * 10f64.powi(self.below(40) as i32 - 20),
            _ => [0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 1e15, 0.5, 1.5, 2.5][self.below(9)],
        };
        if n.abs() < 1e-60 { 0.0 } else { n }
    }
}

/// What a Lua function gives, as text: results joined by bars, or the message.
fn ask(lua: &Lua, source: &str) -> impl Fn(Vec<Value>) -> Vec<u8> {
    let function = lua.load(source).into_function().expect("the test's own Lua compiles");
    move |args| {
        let results: MultiValue = function.call(MultiValue::from_vec(args)).expect("the test's own Lua runs");
        let mut out = Vec::new();
        for value in results {
            match value {
                Value::String(text) => out.extend_from_slice(&text.as_bytes()),
                Value::Nil => out.extend_from_slice(b"nil"),
                Value::Boolean(value) => out.extend_from_slice(value.to_string().as_bytes()),
                Value::Integer(n) => format_number(n as f64, &mut out),
                Value::Number(n) => format_number(n, &mut out),
                other => panic!("unexpected {other:?}"),
            }
            out.push(b'|');
        }
        out
    }
}

fn show(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

#[test]
fn numerals_are_read_as_luajit_does() {
    const ALPHABET: &[&str] = &[
        "0",
        "1",
        "2",
        "7",
        "9",
        "12345",
        "0x",
        "0X",
        "a",
        "f",
        "e",
        "E",
        "p",
        "P",
        "+",
        "-",
        ".",
        ".",
        " ",
        "0b",
        "b",
        "inf",
        "nan",
        "000000000000",
        "e5",
        "e-300",
        "p-1070",
        "99999999999999999999",
    ];
    let lua = Lua::new();
    let oracle = ask(&lua, "local n = tonumber(...) return n and ('%a'):format(n)");
    let mut random = Random(1);
    for _ in 0..CASES {
        let text = random.text(ALPHABET, 6);
        let ours = match parse_number(text.as_bytes()) {
            Some(n) => {
                let mut out = Vec::new();
                format_one("%a", n, &mut out);
                out
            }
            None => b"nil".to_vec(),
        };
        let theirs = oracle(vec![Value::String(lua.create_string(&text).expect("memory"))]);
        assert_eq!(show(&ours) + "|", show(&theirs), "tonumber({text:?})");
    }
}

#[test]
fn numbers_are_printed_as_luajit_does() {
    let lua = Lua::new();
    let oracle = ask(&lua, "return tostring(...)");
    let mut random = Random(2);
    for _ in 0..CASES {
        let n = random.number();
        let mut ours = Vec::new();
        format_number(n, &mut ours);
        assert_eq!(show(&ours) + "|", show(&oracle(vec![Value::Number(n)])), "tostring({n:?})");
    }
}

fn format_one(format: &str, n: f64, out: &mut Vec<u8>) {
    for piece in Pieces::new(format.as_bytes()) {
        match piece {
            Ok(Piece::Literal(text)) => out.extend_from_slice(text),
            Ok(Piece::Directive(directive)) => match directive.conversion {
                Conversion::Signed => directive.write_signed(to_i64(n), out),
                Conversion::Unsigned | Conversion::Octal | Conversion::Hex => {
                    directive.write_unsigned(to_u64(n), out);
                }
                Conversion::Exponent | Conversion::Fixed | Conversion::General | Conversion::HexFloat => {
                    directive.write_float(n, out)
                }
                Conversion::Char => directive.write_char(crate::convert::to_i32(n) as u8, out),
                Conversion::Str => {
                    let mut text = Vec::new();
                    format_number(n, &mut text);
                    directive.write_str(&text, out);
                }
                Conversion::Quoted => {
                    let mut text = Vec::new();
                    format_number(n, &mut text);
                    write_quoted(&text, out);
                }
                Conversion::Pointer => out.extend_from_slice(b"NULL"),
            },
            Err(option) => {
                out.clear();
                out.extend_from_slice(b"invalid option '");
                out.extend_from_slice(option);
                return out.extend_from_slice(b"' to 'format'");
            }
        }
    }
}

#[test]
fn numbers_are_formatted_as_luajit_does() {
    const ALPHABET: &[&str] = &["-", "+", " ", "#", "0", "5", "12", "."];
    const LETTERS: &[&str] = &[
        "d", "i", "u", "o", "x", "X", "c", "e", "E", "f", "g", "G", "a", "A", "s", "q", "p", "y", "%", "g",
        "f", "e",
    ];
    let lua = Lua::new();
    let oracle = ask(&lua, "local ok, text = pcall(string.format, ...) return text");
    let mut random = Random(3);
    for _ in 0..CASES {
        let format = format!("%{}{}", random.text(ALPHABET, 5), LETTERS[random.below(LETTERS.len())]);
        let n = random.number();
        let mut ours = Vec::new();
        format_one(&format, n, &mut ours);
        let theirs =
            oracle(vec![Value::String(lua.create_string(&format).expect("memory")), Value::Number(n)]);
        assert_eq!(show(&ours) + "|", show(&theirs), "format({format:?}, {n:?})");
    }
}

#[test]
fn patterns_match_as_in_luajit() {
    const SUBJECTS: &[&str] = &["a", "b", "c", "1", " ", "(", ")", "ab", "]", "%", "\0", "-", "A"];
    const PATTERNS: &[&str] = &[
        "a", "b", "c", ".", "%a", "%d", "%s", "%w", "%A", "%z", "[ab]", "[^a]", "[a-c]", "[]", "]", "[%w_-]",
        "[^%s]", "*", "+", "-", "?", "(", ")", "()", "(", ")", "%1", "%2", "%b()", "%bab", "%f[a]", "%f[%A]",
        "%f", "%", "$", "^", "1", "%%", "[^]", "[", "-", "*", "a*", ".-", "\0",
    ];
    let lua = Lua::new();
    let oracle = ask(
        &lua,
        "local r = {pcall(string.match, ...)}
         if not r[1] then return r[2] end
         return unpack(r, 2, math.max(2, table.maxn(r)))",
    );
    let mut random = Random(4);
    for _ in 0..10 * CASES {
        let (subject, pattern) = (random.text(SUBJECTS, 24), random.text(PATTERNS, 6));
        let text = |text: &str| Value::String(lua.create_string(text).expect("memory"));
        let theirs = oracle(vec![text(&subject), text(&pattern)]);
        assert_eq!(show(&match_all(&subject, &pattern)), show(&theirs), "match({subject:?}, {pattern:?})");
    }
}

/// What `string.match` returns, in the form of [`ask`].
fn match_all(subject: &str, pattern: &str) -> Vec<u8> {
    let mut matcher = Matcher::new(subject.as_bytes(), Program::new(pattern.as_bytes(), true).into());
    let result = matcher.search(0, &mut || Ok::<(), Raised>(())).and_then(|found| {
        let Some(found) = found else { return Ok(b"nil|".to_vec()) };
        let mut out = Vec::new();
        for index in 0..matcher.value_count() {
            match matcher.capture(index, &found)? {
                Captured::Bytes(range) => out.extend_from_slice(&subject.as_bytes()[range]),
                Captured::Position(position) => format_number(position as f64, &mut out),
            }
            out.push(b'|');
        }
        Ok(out)
    });
    match result {
        Ok(out) => out,
        Err(PatternError::Malformed(message)) => format!("{message}|").into_bytes(),
        Err(PatternError::Stopped(raised)) => panic!("nothing stops the test: {raised:?}"),
    }
}
