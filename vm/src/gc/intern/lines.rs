//! [`Lines`]: a growable list whose growth copies nothing, and whose memory is at hand before it is needed.
//!
//! Its regions come from the system, as those of arenas do. Mapping one takes some microseconds as a rule, but whoever changes the memory map waits for whoever else
//! does, or provides a huge page meanwhile: an interning of a few hundred nanoseconds took up to 0.8 ms. So when half of the last region is in use the next one is wished for, and
//! the thread that makes memory ready (`release/`) maps and touches it while strings fill the rest.

use crate::gc::OutOfMemory;
use crate::gc::pages::{Mapped, Pages, unmap};

use super::line::Line;

/// Bytes of a region: less than a huge page, so that the first line of a new VM does not take one.
const REGION: usize = 1 << 20;
const BITS: u32 = (REGION / size_of::<Line>()).ilog2();
/// The lines of a region.
pub(super) const LINES: usize = 1 << BITS;
/// Free lines that are left when the next region is wished for: a millisecond and more for a script that does nothing but make strings.
const AHEAD: usize = LINES / 2;
/// Regions a list keeps in any case, once it has them.
const SPARE: usize = 4;

const _: () = assert!(LINES * size_of::<Line>() == REGION);

/// A list of lines.
#[derive(Default)]
pub(super) struct Lines {
    regions: Vec<Mapped>,
    len: usize,
    /// The next region is being made ready, or has been.
    has_wished: bool,
    /// From this length on there is something to be done about memory.
    enough_until: usize,
    /// The most regions in use since spare ones were last given back.
    most: usize,
}

impl Lines {
    /// How many lines there are.
    #[inline(always)]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[inline(always)]
    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn capacity(&self) -> usize {
        self.regions.len() * LINES
    }

    /// Whether [`Lines::see_to_memory`] is to be called before the next line is added.
    #[inline(always)]
    pub(super) fn wants_memory(&self) -> bool {
        self.len >= self.enough_until
    }

    /// Sees to it that there is room for a line, and will be for those that come next.
    ///
    /// # Errors
    /// When there is no room and the system has no memory.
    pub(super) fn see_to_memory(&mut self, pages: &mut Pages) -> Result<(), OutOfMemory> {
        if self.len == self.capacity() {
            let region =
                if self.regions.is_empty() { pages.map_alone(REGION) } else { pages.map(REGION, REGION) };
            self.regions.push(region.ok_or(OutOfMemory)?);
            self.has_wished = false;
        } else if self.wants_memory() && !self.has_wished {
            pages.wish_for_regions(1, REGION, REGION);
            self.has_wished = true;
        }
        self.set_limit();
        Ok(())
    }

    fn set_limit(&mut self) {
        let ahead = if self.has_wished { 0 } else { AHEAD };
        self.enough_until = self.capacity().saturating_sub(ahead);
    }

    /// Appends a line.
    ///
    /// # Panics
    /// If there is no room: see [`Lines::see_to_memory`].
    #[inline(always)]
    pub(super) fn push(&mut self, line: Line) {
        assert!(self.len < self.capacity(), "memory was seen to");
        // SAFETY: in a region of the list.
        unsafe { self.place(self.len).write(line) };
        self.len += 1;
        if self.len & (LINES - 1) == 1 {
            self.most = self.most.max((self.len >> BITS) + 1);
        }
    }

    /// Where a line is, or may be.
    ///
    /// # Panics
    /// If no region reaches so far.
    #[inline(always)]
    fn place(&self, index: usize) -> *mut Line {
        (self.regions[index >> BITS].start + (index & (LINES - 1)) * size_of::<Line>()) as *mut Line
    }

    /// Replaces a line.
    #[inline(always)]
    pub(super) fn set(&mut self, index: usize, line: Line) {
        *self.get_mut(index) = line;
    }

    /// A line, in place.
    #[inline(always)]
    pub(super) fn get_ref(&self, index: usize) -> &Line {
        assert!(index < self.len, "index in range");
        // SAFETY: lines below `len` have been written, in regions that are this list's alone.
        unsafe { &*self.place(index) }
    }

    /// A line, to be changed in place.
    #[inline(always)]
    pub(super) fn get_mut(&mut self, index: usize) -> &mut Line {
        assert!(index < self.len, "index in range");
        // SAFETY: as above.
        unsafe { &mut *self.place(index) }
    }

    /// Drops everything from `len` on.
    pub(super) fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// Gives back one region that has not been of use since this last returned `false`: whether there was one.
    pub(super) fn drop_a_spare(&mut self, pages: &Pages) -> bool {
        if self.regions.len() > self.most.max(SPARE)
            && let Some(region) = self.regions.pop()
        {
            self.set_limit();
            // SAFETY: a region of this size from `pages`; the lines that were there are gone.
            unsafe { pages.release(Mapped { used: REGION, ..region }, REGION) };
            return true;
        }
        self.most = self.len.div_ceil(LINES);
        false
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        for region in &self.regions {
            // SAFETY: a region of this size; the lines end with the list.
            unsafe { unmap(region.start, REGION) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_of(pages: &mut Pages, count: usize) -> Lines {
        let mut lines = Lines::default();
        fill(&mut lines, pages, count);
        lines
    }

    fn fill(lines: &mut Lines, pages: &mut Pages, count: usize) {
        for _ in 0..count {
            if lines.wants_memory() {
                lines.see_to_memory(pages).expect("memory");
            }
            let number = lines.len() as u64;
            lines.push(Line { next: number, ..Line::EMPTY });
        }
    }

    #[test]
    fn lines_stay_where_they_are_across_regions() {
        let mut pages = Pages::new(1);
        let mut lines = lines_of(&mut pages, 1);
        let first = std::ptr::from_ref(lines.get_ref(0));
        fill(&mut lines, &mut pages, 3 * LINES);
        lines.set(LINES, Line { next: 7, ..Line::EMPTY });
        assert_eq!((lines.get_ref(LINES).next, lines.get_ref(LINES - 1).next), (7, LINES as u64 - 1));
        assert_eq!((lines.get_ref(3 * LINES).next, lines.len()), (3 * LINES as u64, 3 * LINES + 1));
        assert_eq!(std::ptr::from_ref(lines.get_ref(0)), first);
    }

    #[test]
    fn the_next_region_is_wished_for_once_and_in_time() {
        let mut pages = Pages::new(2);
        let mut lines = lines_of(&mut pages, LINES - AHEAD);
        assert!(lines.wants_memory() && !lines.has_wished);
        fill(&mut lines, &mut pages, 1);
        assert!(!lines.wants_memory() && lines.has_wished);
        fill(&mut lines, &mut pages, AHEAD - 1);
        assert!(lines.wants_memory() && lines.regions.len() == 1);
        fill(&mut lines, &mut pages, 1);
        assert!(!lines.wants_memory() && !lines.has_wished && lines.regions.len() == 2);
    }

    #[test]
    fn spare_regions_are_given_back_one_at_a_time_when_they_have_been_of_no_use() {
        let mut pages = Pages::new(3);
        let mut lines = lines_of(&mut pages, (SPARE + 2) * LINES);
        let given_back = |lines: &mut Lines| (0..).take_while(|_| lines.drop_a_spare(&pages)).count();
        lines.truncate(0);
        assert_eq!(given_back(&mut lines), 0, "they were of use");
        assert_eq!(given_back(&mut lines), 2);
        assert_eq!(lines.regions.len(), SPARE);
        assert!(!lines.wants_memory());
    }

    #[test]
    #[should_panic(expected = "memory was seen to")]
    fn a_line_without_room_is_refused() {
        Lines::default().push(Line::EMPTY);
    }
}
