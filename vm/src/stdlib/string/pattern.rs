//! Lua patterns on bytes, shared by `find`, `match`, `gmatch` and `gsub`.
//!
//! A backtracking matcher in the manner of Lua's own, over the steps of a pattern (`program.rs`). Recursion is limited to
//! [`MAX_DEPTH`], and every so many steps the matcher asks whether it may go on, since a pattern with several repetitions can take
//! exponential time.

use std::ops::Range;
use std::rc::Rc;

use super::item::Item;
use super::program::{Program, Step};
use crate::vm::Raised;

/// How many captures a pattern may have.
pub(super) const MAX_CAPTURES: usize = 32;

/// How deep the matcher may recurse.
const MAX_DEPTH: u32 = 200;

/// How many steps lie between two polls.
const POLL_INTERVAL: u32 = 1 << 14;

/// Why a match could not be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PatternError {
    /// The pattern is wrong; LuaJIT's message.
    Malformed(&'static str),
    /// The script is to be stopped.
    Stopped(Raised),
}

macro_rules! misses {
    ($($variant:ident $message:literal,)+) => {
        /// Why an attempt did not match. One byte, so that results travel in registers.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Miss {
            /// The subject is another.
            NoMatch,
            /// The poll failed; its error is in the run.
            Stopped,
            $(#[doc = $message] $variant,)+
        }

        impl Miss {
            /// The message, if the pattern is wrong.
            fn message(self) -> Option<&'static str> {
                match self {
                    Miss::NoMatch | Miss::Stopped => None,
                    $(Miss::$variant => Some($message),)+
                }
            }
        }
    };
}

misses! {
    TooComplex "pattern too complex",
    EndsWithEscape "malformed pattern (ends with '%')",
    MissingBracket "malformed pattern (missing ']')",
    MissingSet "missing '[' after '%f' in pattern",
    Unbalanced "unbalanced pattern",
    NothingToClose "invalid pattern capture",
    BadReference "invalid capture index",
    TooManyCaptures "too many captures",
    Unfinished "unfinished capture",
}

/// The value of one capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Captured {
    /// The captured bytes of the subject.
    Bytes(Range<usize>),
    /// A position capture: an index from 1.
    Position(usize),
}

/// Whether `pattern` has no special character, so that a plain search finds the same.
pub(crate) fn is_plain(pattern: &[u8]) -> bool {
    !pattern
        .iter()
        .any(|byte| matches!(byte, b'^' | b'$' | b'*' | b'+' | b'?' | b'.' | b'(' | b'[' | b'%' | b'-'))
}

/// Called now and then while matching; an error ends the match.
pub(crate) type Poll<'a> = &'a mut dyn FnMut() -> Result<(), Raised>;

/// A pattern and a subject, and the captures of the last match.
pub(crate) struct Matcher<'a> {
    subject: &'a [u8],
    program: Rc<Program>,
    captures: Captures,
    /// Counted over all matches, so that many short ones are polled too.
    steps: u32,
}

struct Captures {
    count: usize,
    list: [Capture; MAX_CAPTURES],
}

/// Strings are short enough for 32 bits, and no length is as large as these states.
#[derive(Clone, Copy)]
struct Capture {
    start: u32,
    length: u32,
}

impl Capture {
    const OPEN: u32 = u32::MAX;
    const POSITION: u32 = u32::MAX - 1;
}

/// The end of the match, or why there is none.
type Matched = Result<usize, Miss>;

impl<'a> Matcher<'a> {
    /// A matcher for a subject.
    #[inline]
    pub(super) fn new(subject: &'a [u8], program: Rc<Program>) -> Matcher<'a> {
        Matcher {
            subject,
            program,
            captures: Captures { count: 0, list: [Capture { start: 0, length: 0 }; MAX_CAPTURES] },
            steps: 0,
        }
    }

    /// Whether the pattern may match at the start position only.
    pub(crate) fn is_anchored(&self) -> bool {
        self.program.anchored
    }

    /// The first match at or after `start`, as a range of the subject.
    pub(crate) fn search(
        &mut self,
        start: usize,
        poll: Poll<'_>,
    ) -> Result<Option<Range<usize>>, PatternError> {
        let program = &*self.program;
        let mut run = Run {
            subject: self.subject,
            program,
            captures: &mut self.captures,
            depth: 0,
            steps: self.steps,
            poll,
            raised: None,
        };
        let mut at = start;
        let result = loop {
            if let Some(first) = program.first {
                match first.find(&self.subject[at..], &program.sets) {
                    Some(offset) => at += offset,
                    None => break Ok(None),
                }
            }
            run.captures.count = 0;
            run.depth = 0;
            match run.do_match(at, 0) {
                Ok(end) => break Ok(Some(at..end)),
                Err(Miss::NoMatch) => at += 1,
                Err(miss) => break Err(run.error(miss)),
            }
            if program.anchored || at > self.subject.len() {
                break Ok(None);
            }
        };
        self.steps = run.steps;
        result
    }

    /// How many values the last match gives: its captures, or the whole match if it has none.
    pub(crate) fn value_count(&self) -> usize {
        self.captures.count.max(1)
    }

    /// How many captures the last match has.
    pub(crate) fn capture_count(&self) -> usize {
        self.captures.count
    }

    /// The value of capture `index` (from 0) of the last match, which spans `whole`.
    pub(crate) fn capture(&self, index: usize, whole: &Range<usize>) -> Result<Captured, PatternError> {
        let miss = match self.captures.get(index) {
            None if index == 0 => return Ok(Captured::Bytes(whole.clone())),
            None => Miss::BadReference,
            Some(Capture { length: Capture::OPEN, .. }) => Miss::Unfinished,
            Some(Capture { length: Capture::POSITION, start }) => {
                return Ok(Captured::Position(start as usize + 1));
            }
            Some(Capture { start, length }) => {
                return Ok(Captured::Bytes(start as usize..start as usize + length as usize));
            }
        };
        Err(PatternError::Malformed(miss.message().expect("both have a message")))
    }
}

impl Captures {
    fn get(&self, index: usize) -> Option<Capture> {
        self.list[..self.count].get(index).copied()
    }
}

/// A search under way.
struct Run<'a, 'r> {
    subject: &'a [u8],
    program: &'a Program,
    captures: &'r mut Captures,
    depth: u32,
    steps: u32,
    poll: Poll<'r>,
    /// The error of the poll that stopped the run.
    raised: Option<Raised>,
}

impl Run<'_, '_> {
    fn do_match(&mut self, at: usize, step: usize) -> Matched {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Miss::TooComplex);
        }
        let result = self.match_steps(at, step);
        self.depth -= 1;
        result
    }

    /// Matches the steps from `p` on at `s`; recursion only where there is something to come back to.
    fn match_steps(&mut self, mut s: usize, mut p: usize) -> Matched {
        loop {
            self.step()?;
            match self.program.steps[p] {
                Step::One(item) => {
                    if !self.item_matches(item, s) {
                        return Err(Miss::NoMatch);
                    }
                    s += 1;
                }
                Step::Optional(item) => {
                    if self.item_matches(item, s) {
                        match self.do_match(s + 1, p + 1) {
                            Err(Miss::NoMatch) => {}
                            other => return other,
                        }
                    }
                }
                Step::Any(item) => return self.max_expand(s, item, p + 1),
                Step::Some(item) => {
                    if !self.item_matches(item, s) {
                        return Err(Miss::NoMatch);
                    }
                    return self.max_expand(s + 1, item, p + 1);
                }
                Step::Few(item) => return self.min_expand(s, item, p + 1),
                Step::Open => return self.start_capture(s, p + 1, Capture::OPEN),
                Step::Position => return self.start_capture(s, p + 1, Capture::POSITION),
                Step::Close => return self.end_capture(s, p + 1),
                Step::BackReference(index) => s = self.match_back_reference(s, index)?,
                Step::Balance(open, close) => s = self.match_balance(s, open, close)?,
                Step::Frontier(item) => self.match_frontier(s, item)?,
                Step::EndOfSubject => {
                    return if s == self.subject.len() { Ok(s) } else { Err(Miss::NoMatch) };
                }
                Step::End => return Ok(s),
                Step::Wrong(miss) => return Err(miss),
            }
            p += 1;
        }
    }

    #[inline(always)]
    fn item_matches(&self, item: Item, s: usize) -> bool {
        self.subject.get(s).is_some_and(|&byte| item.matches(byte, &self.program.sets))
    }

    /// Whether the step could match at `s`, as far as one look tells.
    #[inline(always)]
    fn may_match(&self, step: usize, s: usize) -> bool {
        match self.program.steps[step] {
            // At the limit the match itself has to say so.
            Step::One(item) | Step::Some(item) if self.depth < MAX_DEPTH => self.item_matches(item, s),
            _ => true,
        }
    }

    /// As many repetitions as possible, then fewer.
    fn max_expand(&mut self, s: usize, item: Item, after: usize) -> Matched {
        let count = item.run_length(&self.subject[s..], &self.program.sets);
        self.steps = self.steps.saturating_add((count / 16) as u32);
        if self.program.steps[after] == Step::End && self.depth < MAX_DEPTH {
            return Ok(s + count);
        }
        for end in (s..=s + count).rev() {
            if !self.may_match(after, end) {
                self.step()?;
                continue;
            }
            match self.do_match(end, after) {
                Err(Miss::NoMatch) => {}
                other => return other,
            }
        }
        Err(Miss::NoMatch)
    }

    /// As few repetitions as possible, then more.
    fn min_expand(&mut self, mut s: usize, item: Item, after: usize) -> Matched {
        loop {
            if self.may_match(after, s) {
                match self.do_match(s, after) {
                    Err(Miss::NoMatch) => {}
                    other => return other,
                }
            } else {
                self.step()?;
            }
            if !self.item_matches(item, s) {
                return Err(Miss::NoMatch);
            }
            s += 1;
        }
    }

    fn start_capture(&mut self, s: usize, after: usize, length: u32) -> Matched {
        let index = self.captures.count;
        let capture = self.captures.list.get_mut(index).ok_or(Miss::TooManyCaptures)?;
        *capture = Capture { start: s as u32, length };
        self.captures.count = index + 1;
        let result = self.do_match(s, after);
        if result.is_err() {
            self.captures.count -= 1;
        }
        result
    }

    fn end_capture(&mut self, s: usize, after: usize) -> Matched {
        let started = &mut self.captures.list[..self.captures.count];
        let index = started.iter().rposition(|capture| capture.length == Capture::OPEN);
        let index = index.ok_or(Miss::NothingToClose)?;
        started[index].length = s as u32 - started[index].start;
        let result = self.do_match(s, after);
        if result.is_err() {
            self.captures.list[index].length = Capture::OPEN;
        }
        result
    }

    fn match_back_reference(&mut self, s: usize, index: u8) -> Matched {
        match self.captures.get(usize::from(index)) {
            None | Some(Capture { length: Capture::OPEN, .. }) => Err(Miss::BadReference),
            // A position has no text to match again.
            Some(Capture { length: Capture::POSITION, .. }) => Err(Miss::NoMatch),
            Some(Capture { start, length }) => {
                let (start, length) = (start as usize, length as usize);
                let captured = &self.subject[start..start + length];
                self.steps = self.steps.saturating_add((length / 64) as u32);
                if self.subject[s..].starts_with(captured) { Ok(s + length) } else { Err(Miss::NoMatch) }
            }
        }
    }

    /// `%bxy`: from an `x` to the `y` that balances it.
    fn match_balance(&mut self, s: usize, open: u8, close: u8) -> Matched {
        if self.subject.get(s) != Some(&open) {
            return Err(Miss::NoMatch);
        }
        let mut nesting = 1;
        for (offset, &byte) in self.subject[s + 1..].iter().enumerate() {
            if byte == close {
                nesting -= 1;
                if nesting == 0 {
                    self.steps = self.steps.saturating_add((offset / 16) as u32);
                    return Ok(s + 2 + offset);
                }
            } else if byte == open {
                nesting += 1;
            }
        }
        self.steps = self.steps.saturating_add(((self.subject.len() - s) / 16) as u32);
        Err(Miss::NoMatch)
    }

    /// `%f[set]`: the place where the set begins to match; both ends of the subject count as zero bytes.
    fn match_frontier(&mut self, s: usize, set: Item) -> Result<(), Miss> {
        let previous = if s == 0 { 0 } else { self.subject[s - 1] };
        let current = self.subject.get(s).copied().unwrap_or(0);
        let sets = &self.program.sets;
        if !set.matches(previous, sets) && set.matches(current, sets) { Ok(()) } else { Err(Miss::NoMatch) }
    }

    #[inline]
    fn step(&mut self) -> Result<(), Miss> {
        self.steps += 1;
        if self.steps >= POLL_INTERVAL { self.poll() } else { Ok(()) }
    }

    #[cold]
    fn poll(&mut self) -> Result<(), Miss> {
        self.steps = 0;
        (self.poll)().map_err(|raised| {
            self.raised = Some(raised);
            Miss::Stopped
        })
    }

    fn error(&self, miss: Miss) -> PatternError {
        match miss.message() {
            Some(message) => PatternError::Malformed(message),
            None => PatternError::Stopped(self.raised.expect("only the poll stops a run")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matcher<'a>(subject: &'a str, pattern: &str) -> Matcher<'a> {
        Matcher::new(subject.as_bytes(), Rc::new(Program::new(pattern.as_bytes(), true)))
    }

    /// What `string.match` gives, captures joined by commas, or the message.
    fn matched(subject: &str, pattern: &str) -> String {
        let mut matcher = matcher(subject, pattern);
        let whole = match matcher.search(0, &mut || Ok(())) {
            Ok(Some(whole)) => whole,
            Ok(None) => return "nil".into(),
            Err(error) => return format!("{error:?}"),
        };
        let values: Vec<String> = (0..matcher.value_count())
            .map(|index| match matcher.capture(index, &whole) {
                Ok(Captured::Bytes(range)) => subject[range].into(),
                Ok(Captured::Position(position)) => position.to_string(),
                Err(error) => format!("{error:?}"),
            })
            .collect();
        values.join(",")
    }

    #[test]
    fn items_and_repetitions() {
        let cases = [
            ("hello world", "o w", "o w"),
            ("hello", "l+", "ll"),
            ("hello", "l-o", "llo"),
            ("hello", "x*", ""),
            ("hello", "hx?e", "he"),
            ("hello", "^ello", "nil"),
            ("hello", "o$", "o"),
            ("a$b", "$b", "$b"),
            ("key = value", "(%w+)%s*=%s*(%w+)", "key,value"),
            ("  trim  ", "^%s*(.-)%s*$", "trim"),
            ("2024-05-17", "(%d+)-(%d+)-(%d+)", "2024,05,17"),
            ("abc", "()b()", "2,3"),
            ("THE (quick) fox", "%((%a+)%)", "quick"),
            ("f(a(b)c)d", "%b()", "(a(b)c)"),
            ("THE (quick) fox", "%f[%a]%a+%f[%A]", "THE"),
            ("fox", "%f[%z]", ""),
            ("say \"hi\" 'x'", "([\"'])(.-)%1", "\",hi"),
            ("a]b", "[]]", "]"),
            ("a^b", "[%^]", "^"),
            ("a-b", "[a%-]+", "a-"),
            ("a-b", "[+-]", "-"),
            ("xyz", "[^x]+", "yz"),
            ("x\u{0}y", "%z", "\u{0}"),
            ("x1", "%D%d", "x1"),
            ("été", "%a+", "t"),
            ("abc", "a\u{0}z", "a"),
            ("aaa", "a-$", "aaa"),
            ("ab", "(a)(b)()", "a,b,3"),
            ("", "", ""),
            ("xx", "()%1", "nil"),
            ("--[[x]]", "^%-%-%[(=*)%[", ""),
        ];
        for (subject, pattern, expected) in cases {
            assert_eq!(matched(subject, pattern), expected, "{pattern:?} on {subject:?}");
        }
    }

    /// The messages are LuaJIT's.
    #[test]
    fn malformed_patterns() {
        let deep = "a?".repeat(300);
        let many = "()".repeat(33);
        let cases = [
            ("a", "%", "malformed pattern (ends with '%')"),
            ("a", "[a", "malformed pattern (missing ']')"),
            ("a", "[]", "malformed pattern (missing ']')"),
            ("a", "[^]", "malformed pattern (missing ']')"),
            ("a", "[a%]", "malformed pattern (missing ']')"),
            ("a", "a)", "invalid pattern capture"),
            ("a", "(a)%2", "invalid capture index"),
            ("a", "%0", "invalid capture index"),
            ("a", "(a%1)", "invalid capture index"),
            ("a", "%f", "missing '[' after '%f' in pattern"),
            ("a", "%b", "unbalanced pattern"),
            ("a", "%bx", "unbalanced pattern"),
            ("a", &many, "too many captures"),
            (&"a".repeat(300), &deep, "pattern too complex"),
        ];
        for (subject, pattern, message) in cases {
            assert_eq!(matched(subject, pattern), format!("Malformed({message:?})"), "{pattern:?}");
        }
        assert_eq!(matched("a", "(a"), "Malformed(\"unfinished capture\")");
        assert_eq!(matched("b", "a["), "nil", "what is not reached is not checked");
    }

    #[test]
    fn endless_matching_can_be_interrupted() {
        let subject = "a".repeat(100);
        let pattern = format!("{}b", "a-".repeat(30));
        let mut polls = 0;
        let mut poll = || {
            polls += 1;
            if polls < 10 { Ok(()) } else { Err(Raised::Interrupted) }
        };
        let mut matcher = matcher(&subject, &pattern);
        assert_eq!(matcher.search(0, &mut poll), Err(PatternError::Stopped(Raised::Interrupted)));
        assert_eq!(polls, 10);
    }

    #[test]
    fn long_subjects_do_not_recurse() {
        let subject = "a".repeat(1 << 20);
        let mut matcher = matcher(&subject, "^.-b");
        assert_eq!(matcher.search(0, &mut || Ok(())), Ok(None));
    }
}
