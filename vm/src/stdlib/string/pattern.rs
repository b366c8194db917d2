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
    !pattern.iter().any(|byte| b"^$*+?.([%-".contains(byte))
}

/// Called now and then while matching; an error ends the match.
pub(crate) type Poll<'a> = &'a mut dyn FnMut() -> Result<(), Raised>;

/// A pattern and a subject, and the captures of the last match.
pub(crate) struct Matcher<'a> {
    subject: &'a [u8],
    pattern: &'a [u8],
    anchored: bool,
    /// A byte every match begins with, if the pattern says so.
    first_byte: Option<u8>,
    captures: Captures,
    /// Counted over all matches, so that many short ones are polled too.
    steps: u32,
}

struct Captures {
    count: usize,
    list: [Capture; MAX_CAPTURES],
}

#[derive(Clone, Copy)]
struct Capture {
    start: usize,
    state: CaptureState,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum CaptureState {
    Open,
    Closed { length: usize },
    Position,
}

type Matched = Result<Option<usize>, PatternError>;

pub(super) const fn malformed<T>(message: &'static str) -> Result<T, PatternError> {
    Err(PatternError::Malformed(message))
}

impl<'a> Matcher<'a> {
    /// A matcher for a pattern in which `^` at the start is an anchor (`find`, `match`, `gsub`).
    pub(crate) fn new(subject: &'a [u8], pattern: &'a [u8]) -> Matcher<'a> {
        let (anchored, pattern) = match pattern {
            [b'^', rest @ ..] => (true, rest),
            _ => (false, pattern),
        };
        Matcher { anchored, ..Matcher::without_anchor(subject, pattern) }
    }

    /// A matcher for a pattern in which `^` is an ordinary character (`gmatch`).
    pub(crate) fn without_anchor(subject: &'a [u8], pattern: &'a [u8]) -> Matcher<'a> {
        let end = memchr::memchr(0, pattern).unwrap_or(pattern.len());
        let pattern = &pattern[..end];
        Matcher {
            subject,
            pattern,
            anchored: false,
            first_byte: first_byte(pattern),
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
        let mut at = start;
        loop {
            if let Some(byte) = self.first_byte.filter(|_| !self.anchored) {
                match memchr::memchr(byte, &self.subject[at..]) {
                    Some(offset) => at += offset,
                    None => return Ok(None),
                }
            }
            if let Some(end) = self.match_at(at, poll)? {
                return Ok(Some(at..end));
            }
            at += 1;
            if self.anchored || at > self.subject.len() {
                return Ok(None);
            }
        }
    }

    /// The end of the match that begins exactly at `start`.
    fn match_at(&mut self, start: usize, poll: Poll<'_>) -> Matched {
        self.captures.count = 0;
        let mut run = Run {
            subject: self.subject,
            pattern: self.pattern,
            captures: &mut self.captures,
            depth: 0,
            steps: self.steps,
            poll,
        };
        let found = run.do_match(start, 0);
        self.steps = run.steps;
        found
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
        if index >= self.captures.count {
            return if index == 0 {
                Ok(Captured::Bytes(whole.clone()))
            } else {
                malformed("invalid capture index")
            };
        }
        let capture = self.captures.list[index];
        match capture.state {
            CaptureState::Open => malformed("unfinished capture"),
            CaptureState::Closed { length } => Ok(Captured::Bytes(capture.start..capture.start + length)),
            CaptureState::Position => Ok(Captured::Position(capture.start + 1)),
        }
    }
}

/// One attempt at a match.
struct Run<'a, 'r> {
    subject: &'a [u8],
    pattern: &'a [u8],
    captures: &'r mut Captures,
    depth: u32,
    steps: u32,
    poll: Poll<'r>,
}

impl Run<'_, '_> {
    fn do_match(&mut self, at: usize, pattern_at: usize) -> Matched {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return malformed("pattern too complex");
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
            let Some(&head) = pattern.get(p) else { return Ok(Some(s)) };
            let next = pattern.get(p + 1).copied();
            match (head, next) {
                (b'(', Some(b')')) => return self.start_capture(s, p + 2, CaptureState::Position),
                (b'(', _) => return self.start_capture(s, p + 1, CaptureState::Open),
                (b')', _) => return self.end_capture(s, p + 1),
                (b'$', None) => return Ok((s == self.subject.len()).then_some(s)),
                (b'%', Some(b'b')) => match self.match_balance(s, p + 2)? {
                    Some(end) => (s, p) = (end, p + 4),
                    None => return Ok(None),
                },
                (b'%', Some(b'f')) => match self.match_frontier(s, p + 2)? {
                    Some(after) => p = after,
                    None => return Ok(None),
                },
                (b'%', Some(digit @ b'0'..=b'9')) => match self.match_back_reference(s, digit)? {
                    Some(end) => (s, p) = (end, p + 2),
                    None => return Ok(None),
                },
                _ => {
                    let end = item_end(pattern, p)?;
                    let item = Item::decode(&pattern[p..end]);
                    let matches = self.subject.get(s).is_some_and(|&byte| item.matches(byte));
                    match pattern.get(end) {
                        Some(b'?') => {
                            if matches && let Some(found) = self.do_match(s + 1, end + 1)? {
                                return Ok(Some(found));
                            }
                            p = end + 1;
                        }
                        Some(b'*') => return self.max_expand(s, item, end + 1),
                        Some(b'+') if matches => return self.max_expand(s + 1, item, end + 1),
                        Some(b'-') => return self.min_expand(s, item, end + 1),
                        _ if matches && pattern.get(end) != Some(&b'+') => (s, p) = (s + 1, end),
                        _ => return Ok(None),
                    }
                }
            }
        }
    }

    /// As many repetitions as possible, then fewer.
    fn max_expand(&mut self, s: usize, item: Item<'_>, after: usize) -> Matched {
        let count = item.run_length(&self.subject[s..]);
        self.steps = self.steps.saturating_add((count / 16) as u32);
        if after == self.pattern.len() && self.depth < MAX_DEPTH {
            return Ok(Some(s + count));
        }
        for end in (s..=s + count).rev() {
            if let Some(found) = self.do_match(end, after)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// As few repetitions as possible, then more.
    fn min_expand(&mut self, mut s: usize, item: Item<'_>, after: usize) -> Matched {
        loop {
            if let Some(found) = self.do_match(s, after)? {
                return Ok(Some(found));
            }
            match self.subject.get(s) {
                Some(&byte) if item.matches(byte) => s += 1,
                _ => return Ok(None),
            }
        }
    }

    fn start_capture(&mut self, s: usize, after: usize, state: CaptureState) -> Matched {
        if self.captures.count >= MAX_CAPTURES {
            return malformed("too many captures");
        }
        self.captures.list[self.captures.count] = Capture { start: s, state };
        self.captures.count += 1;
        let found = self.do_match(s, after)?;
        if found.is_none() {
            self.captures.count -= 1;
        }
        Ok(found)
    }

    fn end_capture(&mut self, s: usize, after: usize) -> Matched {
        let open = self.captures.list[..self.captures.count]
            .iter()
            .rposition(|capture| capture.state == CaptureState::Open);
        let Some(index) = open else { return malformed("invalid pattern capture") };
        let length = s - self.captures.list[index].start;
        self.captures.list[index].state = CaptureState::Closed { length };
        let found = self.do_match(s, after)?;
        if found.is_none() {
            self.captures.list[index].state = CaptureState::Open;
        }
        Ok(found)
    }

    fn match_back_reference(&mut self, s: usize, digit: u8) -> Matched {
        let index = usize::from(digit - b'0').wrapping_sub(1);
        match self.captures.list[..self.captures.count]
            .get(index)
            .map(|capture| (capture.start, capture.state))
        {
            None | Some((_, CaptureState::Open)) => malformed("invalid capture index"),
            // A position has no text to match again.
            Some((_, CaptureState::Position)) => Ok(None),
            Some((start, CaptureState::Closed { length })) => {
                let captured = &self.subject[start..start + length];
                self.steps = self.steps.saturating_add((length / 64) as u32);
                Ok(self.subject[s..].starts_with(captured).then_some(s + length))
            }
        }
    }

    /// `%bxy`: from an `x` to the `y` that balances it.
    fn match_balance(&mut self, s: usize, p: usize) -> Matched {
        let (Some(&open), Some(&close)) = (self.pattern.get(p), self.pattern.get(p + 1)) else {
            return malformed("unbalanced pattern");
        };
        if self.subject.get(s) != Some(&open) {
            return Ok(None);
        }
        let mut nesting = 1;
        for (offset, &byte) in self.subject[s + 1..].iter().enumerate() {
            if byte == close {
                nesting -= 1;
                if nesting == 0 {
                    self.steps = self.steps.saturating_add((offset / 16) as u32);
                    return Ok(Some(s + 2 + offset));
                }
            } else if byte == open {
                nesting += 1;
            }
        }
        self.steps = self.steps.saturating_add(((self.subject.len() - s) / 16) as u32);
        Ok(None)
    }

    /// `%f[set]`: the place where the set begins to match; both ends of the subject count as zero bytes. Gives the position
    /// in the pattern after the set.
    fn match_frontier(&mut self, s: usize, p: usize) -> Matched {
        if self.pattern.get(p) != Some(&b'[') {
            return malformed("missing '[' after '%f' in pattern");
        }
        let end = item_end(self.pattern, p)?;
        let set = Item::decode(&self.pattern[p..end]);
        let previous = if s == 0 { 0 } else { self.subject[s - 1] };
        let current = self.subject.get(s).copied().unwrap_or(0);
        Ok((!set.matches(previous) && set.matches(current)).then_some(end))
    }

    fn step(&mut self) -> Result<(), PatternError> {
        self.steps += 1;
        if self.steps >= POLL_INTERVAL {
            self.steps = 0;
            (self.poll)().map_err(PatternError::Stopped)?;
        }
        Ok(())
    }
}

/// The literal a pattern begins with, if that item is not optional.
fn first_byte(pattern: &[u8]) -> Option<u8> {
    let first = *pattern.first()?;
    let is_literal = !b"^$*+?.([%-)".contains(&first);
    let is_optional = matches!(pattern.get(1), Some(b'*' | b'?' | b'-'));
    (is_literal && !is_optional).then_some(first)
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
