//! [`Segments`]: a growable list whose growth never copies its elements, so that no push is long.

use std::mem::MaybeUninit;

const BITS: usize = 12;
const SEGMENT: usize = 1 << BITS;
/// Empty segments kept at the end of a list.
const SPARE: usize = 16;

/// A list in segments of 4096 elements.
pub(crate) struct Segments<T: Copy> {
    segments: Vec<Box<[MaybeUninit<T>]>>,
    len: usize,
}

impl<T: Copy> Default for Segments<T> {
    fn default() -> Self {
        Segments { segments: Vec::new(), len: 0 }
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

    /// Whether the next element needs a segment of its own.
    #[inline(always)]
    pub(crate) fn is_full(&self) -> bool {
        self.len >> BITS == self.segments.len()
    }

    /// Appends an element.
    #[inline(always)]
    pub(crate) fn push(&mut self, value: T) {
        if self.is_full() {
            self.segments.push(Box::new_uninit_slice(SEGMENT));
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
        let value = self.get_unguarded(self.len);
        // Some empty segments are kept, so that a list that is filled and emptied time and again does not take fresh memory.
        if self.len & (SEGMENT - 1) == 0 && self.segments.len() > (self.len >> BITS) + SPARE {
            self.segments.pop();
        }
        Some(value)
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

    /// An element, in place.
    #[inline(always)]
    pub(crate) fn get_ref(&self, index: usize) -> &T {
        assert!(index < self.len, "index in range");
        // SAFETY: elements below `len` have been written.
        unsafe { self.segments[index >> BITS][index & (SEGMENT - 1)].assume_init_ref() }
    }

    /// An element, to be changed in place.
    #[inline(always)]
    pub(crate) fn get_mut(&mut self, index: usize) -> &mut T {
        assert!(index < self.len, "index in range");
        // SAFETY: elements below `len` have been written.
        unsafe { self.segments[index >> BITS][index & (SEGMENT - 1)].assume_init_mut() }
    }

    /// Drops everything from `len` on.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
        self.segments.truncate(self.len.div_ceil(SEGMENT));
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
}
