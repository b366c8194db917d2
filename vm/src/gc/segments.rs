//! [`Segments`]: a growable list whose growth never copies its elements, so that no push is long.
//!
//! Segments that fall empty stay with the list until [`Segments::drop_a_spare`] gives them back, one at a time: a list that is filled and emptied time and
//! again takes no fresh memory, whose pages the system would provide at their first use, and emptying a long list takes no time.

use std::mem::MaybeUninit;

const BITS: usize = 12;
const SEGMENT: usize = 1 << BITS;
/// Segments a list keeps in any case, once it has them.
const SPARE: usize = 16;

/// A list in segments of 4096 elements.
pub(crate) struct Segments<T: Copy> {
    segments: Vec<Box<[MaybeUninit<T>]>>,
    len: usize,
    /// The most segments in use since spare ones were last given back.
    most: usize,
}

impl<T: Copy> Default for Segments<T> {
    fn default() -> Self {
        Segments { segments: Vec::new(), len: 0, most: 0 }
    }
}

impl<T: Copy> Segments<T> {
    /// How many elements there are.
    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[inline(always)]
    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether the next element needs fresh memory.
    #[inline(always)]
    fn is_full(&self) -> bool {
        self.len >> BITS == self.segments.len()
    }

    /// Appends an element.
    #[inline(always)]
    pub(crate) fn push(&mut self, value: T) {
        if self.len & (SEGMENT - 1) == 0 {
            self.begin_segment();
        }
        self.segments[self.len >> BITS][self.len & (SEGMENT - 1)].write(value);
        self.len += 1;
    }

    /// Removes and returns the last element.
    #[inline(always)]
    pub(crate) fn pop(&mut self) -> Option<T> {
        if self.len == 0 {
            return None;
        }
        self.len -= 1;
        Some(self.get_unguarded(self.len))
    }

    #[cold]
    fn begin_segment(&mut self) {
        if self.is_full() {
            self.segments.push(Box::new_uninit_slice(SEGMENT));
        }
        self.most = self.most.max((self.len >> BITS) + 1);
    }

    /// Gives back one segment that has not been of use since this last returned `false`: whether there was one.
    pub(crate) fn drop_a_spare(&mut self) -> bool {
        if self.segments.len() > self.most.max(SPARE) {
            self.segments.pop();
            return true;
        }
        self.most = self.len.div_ceil(SEGMENT);
        false
    }

    /// An element.
    #[inline(always)]
    pub(crate) fn get(&self, index: usize) -> T {
        assert!(index < self.len, "index in range");
        self.get_unguarded(index)
    }

    /// Replaces an element.
    #[inline(always)]
    pub(crate) fn set(&mut self, index: usize, value: T) {
        assert!(index < self.len, "index in range");
        self.segments[index >> BITS][index & (SEGMENT - 1)].write(value);
    }

    /// Drops everything from `len` on.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    #[inline(always)]
    fn get_unguarded(&self, index: usize) -> T {
        // SAFETY: elements below `len` (and the one `pop` just cut off) have been written by `push` or `set`.
        unsafe { self.segments[index >> BITS][index & (SEGMENT - 1)].assume_init() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_keeps_its_elements_across_segments() {
        let mut list = Segments::default();
        for n in 0..3 * SEGMENT {
            list.push(n);
        }
        list.set(SEGMENT, 7);
        assert_eq!((list.get(SEGMENT), list.get(SEGMENT - 1)), (7, SEGMENT - 1));
        for n in (SEGMENT + 1..3 * SEGMENT).rev() {
            assert_eq!(list.pop(), Some(n));
        }
        list.truncate(1);
        assert_eq!((list.pop(), list.pop(), list.is_empty()), (Some(0), None, true));
    }

    #[test]
    fn spare_segments_are_given_back_one_at_a_time_when_they_have_been_of_no_use() {
        let mut list = Segments::default();
        let fill =
            |list: &mut Segments<usize>, segments: usize| (0..segments * SEGMENT).for_each(|n| list.push(n));
        let given_back = |list: &mut Segments<usize>| (0..).take_while(|_| list.drop_a_spare()).count();
        fill(&mut list, SPARE + 10);
        list.truncate(0);
        assert_eq!(given_back(&mut list), 0, "they were of use");
        fill(&mut list, SPARE + 3);
        while list.pop().is_some() {}
        assert_eq!(given_back(&mut list), 7);
        assert_eq!(given_back(&mut list), 3);
        assert_eq!(list.segments.len(), SPARE);
        fill(&mut list, 2);
        assert_eq!((list.get(SEGMENT + 5), list.len()), (SEGMENT + 5, 2 * SEGMENT));
    }
}
