//! Random decisions that shrink: a generator reads its decisions from a list of words, and proptest makes the list shorter and its words
//! smaller. Word 0, which is also what comes after the end of the list, always takes the first and simplest alternative.

use proptest::collection::vec;
use proptest::prelude::*;

/// The decisions of one statement, and the statements inside it.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) words: Vec<u16>,
    pub(crate) children: Vec<Node>,
}

/// A list of statements for a whole program.
pub(crate) fn nodes() -> impl Strategy<Value = Vec<Node>> {
    let leaf = words(4..40).prop_map(|words| Node { words, children: Vec::new() });
    let node = leaf.prop_recursive(4, 40, 5, |inner| {
        (words(4..40), vec(inner, 0..6)).prop_map(|(words, children)| Node { words, children })
    });
    vec(node, 2..14)
}

/// The decisions of a generator without nested parts.
pub(crate) fn words(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u16>> {
    vec(any::<u16>(), count)
}

/// A place in a list of decisions.
pub(crate) struct Choices<'a> {
    words: std::slice::Iter<'a, u16>,
}

impl<'a> Choices<'a> {
    pub(crate) fn new(words: &'a [u16]) -> Choices<'a> {
        Choices { words: words.iter() }
    }

    /// Whether only the simplest alternatives are left.
    pub(crate) fn exhausted(&self) -> bool {
        self.words.as_slice().is_empty()
    }

    /// A number less than `count`.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        let word = self.words.next().copied().unwrap_or(0);
        (usize::from(word) * count) >> 16
    }

    /// A number from `low` to `high`; the simplest is the one nearest to zero that is `low`.
    pub(crate) fn within(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as usize) as i64
    }

    /// True this often.
    pub(crate) fn percent(&mut self, percent: usize) -> bool {
        self.below(100) >= 100 - percent
    }

    /// One of several.
    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// One of several, each as often as its weight says.
    pub(crate) fn weighted<'t, T>(&mut self, from: &'t [(usize, T)]) -> &'t T {
        let total = from.iter().map(|(weight, _)| weight).sum();
        let mut at = self.below(total);
        for (weight, item) in from {
            if at < *weight {
                return item;
            }
            at -= weight;
        }
        unreachable!("`below` keeps under the sum of the weights")
    }
}
