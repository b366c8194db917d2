//! The single-character items of patterns: literals, `.`, classes and sets.

use super::pattern::Miss;

/// A pattern item that matches one byte.
#[derive(Clone, Copy)]
pub(super) enum Item<'a> {
    Any,
    Literal(u8),
    /// `%a` and the like.
    Class {
        negated: bool,
        bytes: &'static ByteSet,
    },
    /// What stands between the brackets.
    Set {
        negated: bool,
        members: &'a [u8],
    },
}

/// Runs at least this long in the subject make it worth listing the bytes of a set.
const LONG_RUN: usize = 16;

impl<'a> Item<'a> {
    pub(super) fn decode(text: &'a [u8]) -> Item<'a> {
        match text {
            [b'.'] => Item::Any,
            [b'%', letter] => match class(*letter) {
                Some((bytes, negated)) => Item::Class { negated, bytes },
                None => Item::Literal(*letter),
            },
            [b'[', b'^', members @ .., _] => Item::Set { negated: true, members },
            [b'[', members @ .., _] => Item::Set { negated: false, members },
            _ => Item::Literal(text[0]),
        }
    }

    pub(super) fn matches(self, byte: u8) -> bool {
        match self {
            Item::Any => true,
            Item::Literal(literal) => byte == literal,
            Item::Class { negated, bytes } => bytes.contains(byte) != negated,
            Item::Set { negated, members } => Members(members).any(|member| member.contains(byte)) != negated,
        }
    }

    /// The offset of the first byte that matches.
    pub(super) fn find(self, subject: &[u8]) -> Option<usize> {
        match self {
            Item::Any => (!subject.is_empty()).then_some(0),
            Item::Literal(literal) => memchr::memchr(literal, subject),
            Item::Class { negated, bytes } => {
                subject.iter().position(|&byte| bytes.contains(byte) != negated)
            }
            Item::Set { .. } => subject.iter().position(|&byte| self.matches(byte)),
        }
    }

    /// How many bytes at the start of `subject` match.
    pub(super) fn run_length(self, subject: &[u8]) -> usize {
        let run = |bytes: &ByteSet, negated: bool| {
            subject.iter().take_while(|&&byte| bytes.contains(byte) != negated).count()
        };
        match self {
            Item::Any => subject.len(),
            Item::Literal(literal) => subject.iter().take_while(|&&byte| byte == literal).count(),
            Item::Class { negated, bytes } => run(bytes, negated),
            Item::Set { negated, members } if subject.len() >= LONG_RUN => {
                let mut bytes = ByteSet::EMPTY;
                Members(members).for_each(|member| member.add_to(&mut bytes));
                run(&bytes, negated)
            }
            Item::Set { .. } => subject.iter().take_while(|&&byte| self.matches(byte)).count(),
        }
    }
}

/// A member of a set.
enum Member {
    Class { negated: bool, bytes: &'static ByteSet },
    Range(u8, u8),
}

impl Member {
    #[inline]
    fn contains(&self, byte: u8) -> bool {
        match *self {
            Member::Class { negated, bytes } => bytes.contains(byte) != negated,
            Member::Range(low, high) => low <= byte && byte <= high,
        }
    }

    fn add_to(&self, set: &mut ByteSet) {
        match *self {
            Member::Class { negated, bytes } => {
                for (word, class) in set.0.iter_mut().zip(bytes.0) {
                    *word |= if negated { !class } else { class };
                }
            }
            Member::Range(low, high) => (low..=high).for_each(|byte| set.insert(byte)),
        }
    }
}

/// The members of a set, from what stands between the brackets.
struct Members<'a>(&'a [u8]);

impl Iterator for Members<'_> {
    type Item = Member;

    #[inline]
    fn next(&mut self) -> Option<Member> {
        let (member, rest) = match self.0 {
            [] => return None,
            // Left over behind a range that ends in `%`: it escapes the closing bracket.
            [b'%'] => (Member::Range(b']', b']'), &[][..]),
            [b'%', letter, rest @ ..] => match class(*letter) {
                Some((bytes, negated)) => (Member::Class { negated, bytes }, rest),
                None => (Member::Range(*letter, *letter), rest),
            },
            [low, b'-', high, rest @ ..] => (Member::Range(*low, *high), rest),
            [byte, rest @ ..] => (Member::Range(*byte, *byte), rest),
        };
        self.0 = rest;
        Some(member)
    }
}

/// The class `%letter`, and whether the letter is a capital, which stands for the complement.
#[inline]
fn class(letter: u8) -> Option<(&'static ByteSet, bool)> {
    if !letter.is_ascii_alphabetic() {
        return None;
    }
    CLASSES[usize::from((letter | 0x20) - b'a')].as_ref().map(|bytes| (bytes, letter.is_ascii_uppercase()))
}

/// The classes by letter. They know ASCII only, as in LuaJIT.
static CLASSES: [Option<ByteSet>; 26] = {
    let mut classes = [const { None }; 26];
    let mut letter = 0;
    while letter < 26 {
        let mut bytes = ByteSet::EMPTY;
        let mut known = false;
        let mut byte = 0u8;
        loop {
            let member = match b'a' + letter {
                b'a' => byte.is_ascii_alphabetic(),
                b'c' => byte.is_ascii_control(),
                b'd' => byte.is_ascii_digit(),
                b'g' => byte.is_ascii_graphic(),
                b'l' => byte.is_ascii_lowercase(),
                b'p' => byte.is_ascii_punctuation(),
                b's' => matches!(byte, b'\t'..=b'\r' | b' '),
                b'u' => byte.is_ascii_uppercase(),
                b'w' => byte.is_ascii_alphanumeric(),
                b'x' => byte.is_ascii_hexdigit(),
                b'z' => byte == 0,
                _ => false,
            };
            if member {
                known = true;
                bytes.insert(byte);
            }
            if byte == u8::MAX {
                break;
            }
            byte += 1;
        }
        if known {
            classes[letter as usize] = Some(bytes);
        }
        letter += 1;
    }
    classes
};

/// A set of bytes.
pub(super) struct ByteSet([u64; 4]);

impl ByteSet {
    const EMPTY: ByteSet = ByteSet([0; 4]);

    #[inline]
    const fn contains(&self, byte: u8) -> bool {
        self.0[(byte >> 6) as usize] >> (byte & 63) & 1 != 0
    }

    const fn insert(&mut self, byte: u8) {
        self.0[(byte >> 6) as usize] |= 1 << (byte & 63);
    }
}

/// Where the single-character item that begins at `p` ends.
pub(super) fn item_end(pattern: &[u8], p: usize) -> Result<usize, Miss> {
    match pattern[p] {
        b'%' if p + 1 < pattern.len() => Ok(p + 2),
        b'%' => Err(Miss::EndsWithEscape),
        b'[' => {
            let mut at = p + 1;
            if pattern.get(at) == Some(&b'^') {
                at += 1;
            }
            // The first character belongs to the set, even if it is a `]`.
            loop {
                match pattern.get(at) {
                    None => return Err(Miss::MissingBracket),
                    Some(b'%') if at + 1 < pattern.len() => at += 2,
                    Some(_) => at += 1,
                }
                if pattern.get(at) == Some(&b']') {
                    return Ok(at + 1);
                }
            }
        }
        _ => Ok(p + 1),
    }
}
