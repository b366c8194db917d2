//! Lua patterns on bytes, shared by `find`, `match`, `gmatch` and `gsub`.
//!
//! A backtracking matcher in the manner of Lua's own: the pattern is interpreted as it is met, so that a malformed part that is never
//! reached does no harm. Recursion is limited to [`MAX_DEPTH`], and every so many steps the matcher asks
//! whether it may go on, since a pattern with several repetitions can take exponential time. A zero byte ends the pattern, as in LuaJIT.

use std::ops::Range;

use super::item::{Item, item_end};
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
    pattern: &'a [u8],
    anchored: bool,
    /// What every match begins with, if the pattern says so.
    first: Option<Item<'a>>,
    captures: Captures,
    /// Counted over all matches, so that many short ones are polled too.
    steps: u32,
}

struct Captures {
    count: usize,
    list: [Capture; MAX_CAPTURES],
}

/// Strings are short enough for 32 bits.
#[derive(Clone, Copy)]
struct Capture {
    start: u32,
    state: CaptureState,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum CaptureState {
    Open,
    Closed { length: u32 },
    Position,
}

/// The end of the match, or why there is none.
type Matched = Result<usize, Miss>;

impl<'a> Matcher<'a> {
    /// A matcher for a pattern in which `^` at the start is an anchor (`find`, `match`, `gsub`).
    pub(crate) fn new(subject: &'a [u8], pattern: &'a [u8]) -> Matcher<'a> {
        match pattern {
            [b'^', rest @ ..] => {
                Matcher { anchored: true, first: None, ..Matcher::without_anchor(subject, rest) }
            }
            _ => Matcher::without_anchor(subject, pattern),
        }
    }

    /// A matcher for a pattern in which `^` is an ordinary character (`gmatch`).
    pub(crate) fn without_anchor(subject: &'a [u8], pattern: &'a [u8]) -> Matcher<'a> {
        let end = memchr::memchr(0, pattern).unwrap_or(pattern.len());
        let pattern = &pattern[..end];
        Matcher {
            subject,
            pattern,
            anchored: false,
            first: first_item(pattern),
            captures: Captures {
                count: 0,
                list: [Capture { start: 0, state: CaptureState::Open }; MAX_CAPTURES],
            },
            steps: 0,
        }
    }

    /// Whether the pattern may match at the start position only.
    pub(crate) fn is_anchored(&self) -> bool {
        self.anchored
    }

    /// The first match at or after `start`, as a range of the subject.
    pub(crate) fn search(
        &mut self,
        start: usize,
        poll: Poll<'_>,
    ) -> Result<Option<Range<usize>>, PatternError> {
        let mut run = Run {
            subject: self.subject,
            pattern: self.pattern,
            captures: &mut self.captures,
            depth: 0,
            steps: self.steps,
            poll,
            raised: None,
        };
        let mut at = start;
        let result = loop {
            if let Some(first) = self.first {
                match first.find(&self.subject[at..]) {
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
            if self.anchored || at > self.subject.len() {
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
            Some((start, CaptureState::Closed { length })) => {
                return Ok(Captured::Bytes(start..start + length as usize));
            }
            Some((start, CaptureState::Position)) => return Ok(Captured::Position(start + 1)),
            Some((_, CaptureState::Open)) => Miss::Unfinished,
        };
        Err(PatternError::Malformed(miss.message().expect("both have a message")))
    }
}

impl Captures {
    /// Where a capture starts, and its state.
    fn get(&self, index: usize) -> Option<(usize, CaptureState)> {
        let capture = self.list[..self.count].get(index)?;
        Some((capture.start as usize, capture.state))
    }
}

/// A search under way.
struct Run<'a, 'r> {
    subject: &'a [u8],
    pattern: &'a [u8],
    captures: &'r mut Captures,
    depth: u32,
    steps: u32,
    poll: Poll<'r>,
    /// The error of the poll that stopped the run.
    raised: Option<Raised>,
}

impl Run<'_, '_> {
    fn do_match(&mut self, at: usize, pattern_at: usize) -> Matched {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Miss::TooComplex);
        }
        let result = self.match_items(at, pattern_at);
        self.depth -= 1;
        result
    }

    /// Matches the items from `p` on at `s`; recursion only where there is something to come back to.
    fn match_items(&mut self, mut s: usize, mut p: usize) -> Matched {
        loop {
            self.step()?;
            let pattern = self.pattern;
            let Some(&head) = pattern.get(p) else { return Ok(s) };
            match head {
                b'(' if pattern.get(p + 1) == Some(&b')') => {
                    return self.start_capture(s, p + 2, CaptureState::Position);
                }
                b'(' => return self.start_capture(s, p + 1, CaptureState::Open),
                b')' => return self.end_capture(s, p + 1),
                b'$' if p + 1 == pattern.len() => {
                    return if s == self.subject.len() { Ok(s) } else { Err(Miss::NoMatch) };
                }
                b'%' => match pattern.get(p + 1) {
                    Some(b'b') => {
                        s = self.match_balance(s, p + 2)?;
                        p += 4;
                        continue;
                    }
                    Some(b'f') => {
                        p = self.match_frontier(s, p + 2)?;
                        continue;
                    }
                    Some(digit @ b'0'..=b'9') => {
                        s = self.match_back_reference(s, *digit)?;
                        p += 2;
                        continue;
                    }
                    _ => {}
                },
                _ => {}
            }
            let end = item_end(pattern, p)?;
            let item = Item::decode(&pattern[p..end]);
            let quantifier = pattern.get(end);
            match quantifier {
                Some(b'*') => return self.max_expand(s, item, end + 1),
                Some(b'-') => return self.min_expand(s, item, end + 1),
                _ => {}
            }
            let matches = self.subject.get(s).is_some_and(|&byte| item.matches(byte));
            match quantifier {
                Some(b'?') => {
                    if matches {
                        match self.do_match(s + 1, end + 1) {
                            Err(Miss::NoMatch) => {}
                            other => return other,
                        }
                    }
                    p = end + 1;
                }
                _ if !matches => return Err(Miss::NoMatch),
                Some(b'+') => return self.max_expand(s + 1, item, end + 1),
                _ => (s, p) = (s + 1, end),
            }
        }
    }

    /// As many repetitions as possible, then fewer.
    fn max_expand(&mut self, s: usize, item: Item<'_>, after: usize) -> Matched {
        let count = item.run_length(&self.subject[s..]);
        self.steps = self.steps.saturating_add((count / 16) as u32);
        if after == self.pattern.len() && self.depth < MAX_DEPTH {
            return Ok(s + count);
        }
        for end in (s..=s + count).rev() {
            match self.do_match(end, after) {
                Err(Miss::NoMatch) => {}
                other => return other,
            }
        }
        Err(Miss::NoMatch)
    }

    /// As few repetitions as possible, then more.
    fn min_expand(&mut self, mut s: usize, item: Item<'_>, after: usize) -> Matched {
        loop {
            match self.do_match(s, after) {
                Err(Miss::NoMatch) => {}
                other => return other,
            }
            match self.subject.get(s) {
                Some(&byte) if item.matches(byte) => s += 1,
                _ => return Err(Miss::NoMatch),
            }
        }
    }

    fn start_capture(&mut self, s: usize, after: usize, state: CaptureState) -> Matched {
        let index = self.captures.count;
        let capture = self.captures.list.get_mut(index).ok_or(Miss::TooManyCaptures)?;
        *capture = Capture { start: s as u32, state };
        self.captures.count = index + 1;
        let result = self.do_match(s, after);
        if result.is_err() {
            self.captures.count -= 1;
        }
        result
    }

    fn end_capture(&mut self, s: usize, after: usize) -> Matched {
        let started = &mut self.captures.list[..self.captures.count];
        let index = started.iter().rposition(|capture| capture.state == CaptureState::Open);
        let index = index.ok_or(Miss::NothingToClose)?;
        let length = s as u32 - started[index].start;
        started[index].state = CaptureState::Closed { length };
        let result = self.do_match(s, after);
        if result.is_err() {
            self.captures.list[index].state = CaptureState::Open;
        }
        result
    }

    fn match_back_reference(&mut self, s: usize, digit: u8) -> Matched {
        let index = usize::from(digit - b'0').wrapping_sub(1);
        match self.captures.get(index) {
            None | Some((_, CaptureState::Open)) => Err(Miss::BadReference),
            // A position has no text to match again.
            Some((_, CaptureState::Position)) => Err(Miss::NoMatch),
            Some((start, CaptureState::Closed { length })) => {
                let length = length as usize;
                let captured = &self.subject[start..start + length];
                self.steps = self.steps.saturating_add((length / 64) as u32);
                if self.subject[s..].starts_with(captured) { Ok(s + length) } else { Err(Miss::NoMatch) }
            }
        }
    }

    /// `%bxy`: from an `x` to the `y` that balances it.
    fn match_balance(&mut self, s: usize, p: usize) -> Matched {
        let (Some(&open), Some(&close)) = (self.pattern.get(p), self.pattern.get(p + 1)) else {
            return Err(Miss::Unbalanced);
        };
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

    /// `%f[set]`: the place where the set begins to match; both ends of the subject count as zero bytes. Gives the position
    /// in the pattern after the set.
    fn match_frontier(&mut self, s: usize, p: usize) -> Matched {
        if self.pattern.get(p) != Some(&b'[') {
            return Err(Miss::MissingSet);
        }
        let end = item_end(self.pattern, p)?;
        let set = Item::decode(&self.pattern[p..end]);
        let previous = if s == 0 { 0 } else { self.subject[s - 1] };
        let current = self.subject.get(s).copied().unwrap_or(0);
        if !set.matches(previous) && set.matches(current) { Ok(end) } else { Err(Miss::NoMatch) }
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

/// The item every match begins with: the first one, unless it may be left out.
fn first_item(pattern: &[u8]) -> Option<Item<'_>> {
    let mut p = 0;
    while pattern.get(p) == Some(&b'(') && pattern.get(p + 1) != Some(&b')') {
        p += 1;
    }
    match pattern.get(p)? {
        b'(' | b')' => return None,
        b'$' if p + 1 == pattern.len() => return None,
        b'%' if matches!(pattern.get(p + 1), Some(b'b' | b'f' | b'0'..=b'9')) => return None,
        _ => {}
    }
    let end = item_end(pattern, p).ok()?;
    let may_be_absent = matches!(pattern.get(end), Some(b'*' | b'?' | b'-'));
    (!may_be_absent && p < MAX_CAPTURES).then(|| Item::decode(&pattern[p..end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `string.match` gives, captures joined by commas, or the message.
    fn matched(subject: &str, pattern: &str) -> String {
        let mut matcher = Matcher::new(subject.as_bytes(), pattern.as_bytes());
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
        let mut matcher = Matcher::new(subject.as_bytes(), pattern.as_bytes());
        assert_eq!(matcher.search(0, &mut poll), Err(PatternError::Stopped(Raised::Interrupted)));
        assert_eq!(polls, 10);
    }

    #[test]
    fn long_subjects_do_not_recurse() {
        let subject = "a".repeat(1 << 20);
        let mut matcher = Matcher::new(subject.as_bytes(), b"^.-b");
        assert_eq!(matcher.search(0, &mut || Ok(())), Ok(None));
    }
}
