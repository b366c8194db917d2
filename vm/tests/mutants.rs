//! Broken sources: the test programs with tokens dropped, doubled, swapped, replaced or cut off. Both engines must take or
//! refuse each of them with the same message.
//!
//! `PERILUNE_CASES` sets how many are tried, `PERILUNE_SEED` makes others.

#[allow(dead_code, reason = "shared with the suite of written programs")]
mod common;

use std::env;
use std::ops::Range;

use perilune::{Function, Libraries, Lua, LuaOptions, LuaString};

/// How many sources are tried when `PERILUNE_CASES` does not say.
const CASES: u64 = 3000;
/// How many differences are shown.
const SHOWN: usize = 10;

/// Loads a source; answers with the error message.
const LOADER: &str =
    "local source = ... local _, message = loadstring(source, '=m') return message or 'taken'";

/// What tokens are replaced by, besides others of the same program.
const TOKENS: &str = "and break const continue do else elseif end false for function goto if in local nil not or repeat return then \
    true until while + - * / % ^ # = == ~= < > <= >= ( ) { } [ ] ; : :: , . .. ... ?. ?? ? & | ~ << >> ~>> ! != && || -> @ $ \\ ` \
    'text' \"x\\65\" 'open \"\\q\" '\\300' [[long]] [=[ --[[ --[==[x]==] 1 0x1p4 1e 3x 1_000 0b2 1i 5LL name x += -= ..= ~= <<= \0 \n";

#[test]
fn broken_sources_are_refused_with_the_same_message() {
    let number = |name: &str, default| env::var(name).map_or(default, |text| text.parse().expect("a number"));
    let (cases, seed) = (number("PERILUNE_CASES", CASES), number("PERILUNE_SEED", 0));
    let programs: Vec<Vec<u8>> = common::programs().into_iter().map(|program| program.source).collect();
    let mut engines = Engines::new();
    let mut differences = Vec::new();
    for case in 0..cases {
        let source = mutant(&mut Random(seed.wrapping_mul(cases).wrapping_add(case)), &programs);
        if engines.differ(&source).is_some() {
            let smaller = reduced(&mut engines, source);
            let (wanted, given) = engines.differ(&smaller).expect("reduced to one that differs");
            let show = |text: &[u8]| text.escape_ascii().to_string().replace("\\n", "\n");
            differences.push(format!(
                "{}\n- {}\n+ {}\n",
                show(&smaller),
                wanted.escape_ascii(),
                given.escape_ascii()
            ));
        }
        if differences.len() == SHOWN {
            break;
        }
    }
    assert!(differences.is_empty(), "(- LuaJIT, + Perilune)\n{}", differences.join("\n"));
}

struct Engines {
    luajit: mlua::Lua,
    lua: Lua,
    loader: Function,
}

impl Engines {
    fn new() -> Engines {
        let mut lua = Lua::with_options(LuaOptions { libraries: Libraries::ALL, ..LuaOptions::default() });
        let loader = lua.load(LOADER).into_function(&mut lua).expect("the loader is a program");
        Engines { luajit: mlua::Lua::new(), lua, loader }
    }

    /// The two answers, if they are not the same.
    fn differ(&mut self, source: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
        let source_there = self.luajit.create_string(source).expect("a string");
        let wanted: mlua::LuaString = self.luajit.load(LOADER).call(source_there).expect("the loader runs");
        let wanted = wanted.as_bytes().to_vec();
        let source_here = self.lua.create_string(source).expect("a string");
        let given: LuaString = self.loader.call(&mut self.lua, source_here).expect("the loader runs");
        let given = given.as_bytes(&self.lua).expect("a string of this VM").to_vec();
        (wanted != given).then_some((wanted, given))
    }
}

/// A part of a program with some of its tokens changed.
fn mutant(random: &mut Random, programs: &[Vec<u8>]) -> Vec<u8> {
    let source = &programs[random.below(programs.len())];
    let tokens = tokens(source);
    if tokens.is_empty() {
        return source.clone();
    }
    let mut pieces: Vec<&[u8]> = tokens.iter().map(|range| &source[range.clone()]).collect();
    let others: Vec<&str> = TOKENS.split(' ').collect();
    for _ in 0..1 + random.below(3) {
        let at = random.below(pieces.len());
        let other = random.below(pieces.len());
        match random.below(8) {
            0 if pieces.len() > 1 => drop(pieces.remove(at)),
            1 => pieces.insert(at, pieces[at]),
            2 => pieces.swap(at, (at + 1).min(other)),
            3 => pieces.swap(at, other),
            4 => pieces[at] = pieces[other],
            5 => pieces.truncate(at + 1),
            6 => pieces[at] = others[random.below(others.len())].as_bytes(),
            _ => pieces.insert(at, others[random.below(others.len())].as_bytes()),
        }
    }
    // Comments and line breaks are tokens of their own, so that the lines stay.
    pieces.join(&b' ')
}

/// Fewer and fewer lines, as long as the answers differ.
fn reduced(engines: &mut Engines, mut source: Vec<u8>) -> Vec<u8> {
    let mut step = source.split(|byte| *byte == b'\n').count() / 2;
    while step > 0 {
        let mut at = 0;
        loop {
            let lines: Vec<&[u8]> = source.split(|byte| *byte == b'\n').collect();
            if at >= lines.len() {
                break;
            }
            let kept: Vec<&[u8]> = lines
                .iter()
                .enumerate()
                .filter(|(i, _)| *i < at || *i >= at + step)
                .map(|(_, l)| *l)
                .collect();
            let candidate = kept.join(&b'\n');
            if engines.differ(&candidate).is_some() {
                source = candidate;
            } else {
                at += step;
            }
        }
        step /= 2;
    }
    source
}

/// Roughly the tokens of a source, with line breaks and comments, without spaces.
fn tokens(source: &[u8]) -> Vec<Range<usize>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < source.len() {
        let length = match source[at] {
            b' ' | b'\t' => {
                at += 1;
                continue;
            }
            byte if is_word(byte) => run(&source[at..], is_word),
            b'-' if source[at..].starts_with(b"--") => run(&source[at..], |byte| byte != b'\n'),
            quote @ (b'"' | b'\'') => quoted(&source[at..], quote),
            byte if byte.is_ascii_punctuation() && !b"()[]{};,".contains(&byte) => {
                run(&source[at..], |other| other == byte || other == b'=' || other == b'>')
            }
            _ => 1,
        };
        tokens.push(at..at + length);
        at += length;
    }
    tokens
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn run(text: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    text.iter().position(|byte| !belongs(*byte)).unwrap_or(text.len())
}

fn quoted(text: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < text.len() && text[at] != quote {
        at += if text[at] == b'\\' { 2 } else { 1 };
    }
    text.len().min(at + 1)
}

/// Numbers that look random (SplitMix64), the same for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ mixed >> 31) % end as u64) as usize
    }
}
