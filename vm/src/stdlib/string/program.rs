//! Patterns, read once: a list of steps for the matcher, and a cache of the patterns used last.
//!
//! What is wrong with a pattern becomes a step of its own, [`Step::Wrong`], because Lua reports it only when a match gets there.

use std::rc::Rc;

use super::item::{ByteSet, Item, item_end};
use super::pattern::{MAX_CAPTURES, Miss};
use crate::vm::{Raised, Vm};

/// A pattern as the matcher runs it.
pub(crate) struct Program {
    /// The last one is [`Step::End`] or [`Step::Wrong`].
    pub(super) steps: Vec<Step>,
    /// The sets that items name.
    pub(super) sets: Vec<ByteSet>,
    /// Whether a match may begin at the start position only.
    pub(super) anchored: bool,
    /// What every match begins with, if the pattern says so.
    pub(super) first: Option<Item>,
}

/// One step of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The item once.
    One(Item),
    /// `?`
    Optional(Item),
    /// `*`
    Any(Item),
    /// `+`
    Some(Item),
    /// `-`
    Few(Item),
    /// `(`
    Open,
    /// `()`
    Position,
    /// `)`
    Close,
    /// `%1` to `%9`, from 0; what `%0` stands for is an index no capture has.
    BackReference(u8),
    /// `%bxy`
    Balance(u8, u8),
    /// `%f[set]`
    Frontier(Item),
    /// `$` at the end.
    EndOfSubject,
    /// The end of the pattern.
    End,
    /// A mistake in the pattern.
    Wrong(Miss),
}

impl Program {
    /// Reads a pattern. With `anchors` a `^` at its start is an anchor (`find`, `match`, `gsub`), else an ordinary character (`gmatch`).
    /// A zero byte ends a pattern, as in LuaJIT.
    pub(super) fn new(pattern: &[u8], anchors: bool) -> Program {
        let end = memchr::memchr(0, pattern).unwrap_or(pattern.len());
        let (anchored, pattern) = match &pattern[..end] {
            [b'^', rest @ ..] if anchors => (true, rest),
            all => (false, all),
        };
        let mut program = Program {
            steps: Vec::with_capacity(pattern.len().min(64) + 1),
            sets: Vec::new(),
            anchored,
            first: None,
        };
        let mut at = 0;
        let last = loop {
            match program.read_step(pattern, &mut at) {
                Ok(Step::End) => break Step::End,
                Ok(step) => program.steps.push(step),
                Err(miss) => break Step::Wrong(miss),
            }
        };
        program.steps.push(last);
        if !anchored {
            program.first = program.first_item();
        }
        program
    }

    /// The step that begins at `at`, which moves behind it.
    fn read_step(&mut self, pattern: &[u8], at: &mut usize) -> Result<Step, Miss> {
        let start = *at;
        let rest = &pattern[start..];
        let (step, length) = match rest {
            [] => (Step::End, 0),
            [b'(', b')', ..] => (Step::Position, 2),
            [b'(', ..] => (Step::Open, 1),
            [b')', ..] => (Step::Close, 1),
            [b'$'] => (Step::EndOfSubject, 1),
            [b'%', b'b', open, close, ..] => (Step::Balance(*open, *close), 4),
            [b'%', b'b', ..] => return Err(Miss::Unbalanced),
            [b'%', b'f', b'[', ..] => {
                let end = item_end(pattern, start + 2)?;
                (Step::Frontier(self.item(&pattern[start + 2..end])), end - start)
            }
            [b'%', b'f', ..] => return Err(Miss::MissingSet),
            [b'%', digit @ b'0'..=b'9', ..] => (Step::BackReference(digit.wrapping_sub(b'1')), 2),
            _ => {
                let end = item_end(pattern, start)?;
                let item = self.item(&pattern[start..end]);
                let (step, quantified) = match pattern.get(end) {
                    Some(b'?') => (Step::Optional(item), 1),
                    Some(b'*') => (Step::Any(item), 1),
                    Some(b'+') => (Step::Some(item), 1),
                    Some(b'-') => (Step::Few(item), 1),
                    _ => (Step::One(item), 0),
                };
                (step, end + quantified - start)
            }
        };
        *at = start + length;
        Ok(step)
    }

    fn item(&mut self, text: &[u8]) -> Item {
        Item::decode(text, &mut self.sets)
    }

    /// The item every match begins with: the first one, unless it may be left out.
    fn first_item(&self) -> Option<Item> {
        let opened = self.steps.iter().take_while(|step| **step == Step::Open).count();
        match self.steps[opened] {
            Step::One(item) | Step::Some(item) if opened < MAX_CAPTURES => Some(item),
            _ => None,
        }
    }
}

/// Entries of the cache: a power of two.
const ENTRIES: usize = 64;
/// Longer patterns share one entry, so that the cache stays small.
const LONG: usize = 1024;

/// The patterns used last.
#[derive(Default)]
pub(crate) struct Patterns {
    /// Empty until the first pattern is used.
    entries: Vec<Option<Known>>,
}

struct Known {
    pattern: Box<[u8]>,
    anchors: bool,
    program: Rc<Program>,
}

/// The program of a pattern.
///
/// # Errors
/// "not enough memory", when the limit leaves no room for that of a long pattern.
#[inline]
pub(super) fn program_of(vm: &mut Vm, pattern: &[u8], anchors: bool) -> Result<Rc<Program>, Raised> {
    // Strings do not move: where one lies tells most of them apart, and its text decides.
    let index = if pattern.len() > LONG { 0 } else { (pattern.as_ptr() as usize >> 4) % ENTRIES };
    if let Some(Some(known)) = vm.patterns.entries.get(index)
        && known.anchors == anchors
        && *known.pattern == *pattern
    {
        return Ok(Rc::clone(&known.program));
    }
    read(vm, pattern, anchors, index)
}

#[cold]
fn read(vm: &mut Vm, pattern: &[u8], anchors: bool, index: usize) -> Result<Rc<Program>, Raised> {
    // A pattern of nothing but classes takes most, and a growing list up to twice what is in it.
    let largest = pattern.len() * (1 + size_of::<Step>() + size_of::<ByteSet>());
    if pattern.len() > LONG {
        vm.heap.check_room(largest)?;
    }
    let program = Rc::new(Program::new(pattern, anchors));
    if vm.patterns.entries.is_empty() {
        vm.patterns.entries.resize_with(ENTRIES, || None);
    }
    vm.patterns.entries[index] =
        Some(Known { pattern: pattern.into(), anchors, program: Rc::clone(&program) });
    Ok(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_steps() {
        let last =
            |pattern: &str| *Program::new(pattern.as_bytes(), true).steps.last().expect("there is an end");
        assert_eq!(last("a*[b"), Step::Wrong(Miss::MissingBracket));
        assert_eq!(last("%"), Step::Wrong(Miss::EndsWithEscape));
        assert_eq!(last("%bx"), Step::Wrong(Miss::Unbalanced));
        assert_eq!(last("%fx"), Step::Wrong(Miss::MissingSet));
        assert_eq!(last("a"), Step::End);
    }

    #[test]
    fn what_a_match_begins_with() {
        let first = |pattern: &str| Program::new(pattern.as_bytes(), true).first;
        assert_eq!(first("((a)"), Some(Item::Literal(b'a')));
        assert_eq!(first(".+"), Some(Item::Any));
        for pattern in ["^a", "a*", "a?b", "a-b", "()a", "%1", "$", "[", ""] {
            assert_eq!(first(pattern), None, "{pattern:?}");
        }
        assert_eq!(Program::new(b"^a", false).first, Some(Item::Literal(b'^')));
    }

    #[test]
    fn steps_are_small() {
        assert!(size_of::<Step>() <= 12);
    }
}
