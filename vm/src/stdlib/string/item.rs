//! The single-character items of patterns: literals, `.`, classes and sets.

use super::pattern::Miss;

/// A pattern item that matches one byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// `.`
    Any,
    /// A byte.
    Literal(u8),
    /// A class or a set: an index into the program's sets.
    Set(u32),
}

impl Item {
    /// The item of a text that [`item_end`] has delimited. Its set, if it has one, joins `sets`.
    pub(super) fn decode(text: &[u8], sets: &mut Vec<ByteSet>) -> Item {
        let (members, negated) = match text {
            [b'.'] => return Item::Any,
            [b'%', letter] if class(*letter).is_none() => return Item::Literal(*letter),
            [b'%', _] => (text, false),
            [b'[', b'^', members @ .., _] => (members, true),
            [b'[', members @ .., _] => (members, false),
            _ => return Item::Literal(text[0]),
        };
        let mut set = ByteSet::EMPTY;
        Members(members).for_each(|member| member.add_to(&mut set));
        if negated {
            set.0.iter_mut().for_each(|word| *word = !*word);
        }
        sets.push(set);
        Item::Set(u32::try_from(sets.len() - 1).expect("strings are shorter than 4 GiB"))
    }

    #[inline(always)]
    pub(super) fn matches(self, byte: u8, sets: &[ByteSet]) -> bool {
        match self {
            Item::Any => true,
            Item::Literal(literal) => byte == literal,
            Item::Set(set) => sets[set as usize].contains(byte),
        }
    }

    /// The offset of the first byte that matches.
    #[inline]
    pub(super) fn find(self, subject: &[u8], sets: &[ByteSet]) -> Option<usize> {
        match self {
            Item::Any => (!subject.is_empty()).then_some(0),
            // Where the byte is near, a call costs more than the search.
            Item::Literal(literal) if subject.first() == Some(&literal) => Some(0),
            Item::Literal(literal) => memchr::memchr(literal, subject),
            Item::Set(set) => {
                let set = &sets[set as usize];
                subject.iter().position(|&byte| set.contains(byte))
            }
        }
    }

    /// How many bytes at the start of `subject` match.
    #[inline]
    pub(super) fn run_length(self, subject: &[u8], sets: &[ByteSet]) -> usize {
        match self {
            Item::Any => subject.len(),
            Item::Literal(literal) => subject.iter().take_while(|&&byte| byte == literal).count(),
            Item::Set(set) => {
                let set = &sets[set as usize];
                subject.iter().take_while(|&&byte| set.contains(byte)).count()
            }
        }
    }
}

/// A member of a set.
enum Member {
    Class { negated: bool, bytes: &'static ByteSet },
    Range(u8, u8),
}

impl Member {
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
#[derive(Clone, Copy)]
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
