//! Memory from the system: regions, aligned to arenas, at addresses a [`RawValue`](crate::value::RawValue) can hold.
//!
//! On Unix regions are mapped: untouched pages cost nothing, and a large region can be reserved ahead and moved without copying (Linux).
//! Elsewhere they come from the allocator, so that large growth copies.

use super::block::ARENA_SIZE;
use super::release::{Releaser, Wish};

/// The size of a huge page.
pub(crate) const HUGE_PAGE: usize = 2 << 20;

/// Values hold 47 address bits.
const ADDRESS_LIMIT: usize = 1 << 47;

/// The source of a heap's regions.
pub(crate) struct Pages {
    /// Where the next region is asked for.
    hint: usize,
    /// Has regions given back; a small heap, which never gives up its only region, does without.
    releaser: Option<Releaser>,
    has_mapped: bool,
}

/// A region that is nobody else's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mapped {
    pub(crate) start: usize,
    /// How much of it, from its start, may hold something; the rest is zero.
    pub(crate) used: usize,
    /// Whether it is in huge pages.
    pub(crate) huge_pages: bool,
}

impl Pages {
    /// A source whose first region is placed by the seed.
    pub(crate) fn new(seed: u64) -> Pages {
        // Heaps spread over 1024 windows of 32 GiB each, low enough for every 47-bit address space.
        let window = (seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 54) as usize;
        Pages { hint: (1 << 44) + (window << 35), releaser: None, has_mapped: false }
    }

    /// A region of `size` bytes, a multiple of the page size: a fresh one, or one that waits to be given back, of which no more than `most_used` was used.
    pub(crate) fn map(&mut self, size: usize, most_used: usize) -> Option<Mapped> {
        if std::mem::replace(&mut self.has_mapped, true) {
            let releaser = self.releaser.get_or_insert_with(Releaser::share);
            if let Some(mapped) = releaser.take(size, most_used) {
                return Some(mapped);
            }
            releaser.help(size);
        }
        self.map_alone(size)
    }

    /// Has the thread started that gives regions back and makes them ready, if it does not run.
    pub(crate) fn meet_releaser(&mut self) {
        self.releaser.get_or_insert_with(Releaser::share);
    }

    /// An arena will soon be needed: has it made ready, where the system can do that.
    pub(crate) fn wish_for_arena(&mut self) {
        self.wish(1, ARENA_SIZE, ARENA_SIZE, true);
    }

    /// So many regions of `size` bytes will soon be needed, and `touched` of each at once: has them made ready likewise.
    pub(crate) fn wish_for_regions(&mut self, count: u32, size: usize, touched: usize) {
        self.wish(count, size, touched, false);
    }

    fn wish(&mut self, count: u32, size: usize, touched: usize, huge_pages: bool) {
        if cfg!(target_os = "linux") {
            let releaser = self.releaser.get_or_insert_with(Releaser::share);
            releaser.wish((0..count).map(|_| {
                let hint = self.hint;
                self.hint += size.next_multiple_of(ARENA_SIZE);
                Wish { hint, size, touched, huge_pages }
            }));
        }
    }

    /// A fresh region that a heap begins with, which the thread that gives memory back has nothing to do with.
    pub(crate) fn map_alone(&mut self, size: usize) -> Option<Mapped> {
        self.map_fresh(size).map(|start| Mapped { start, used: 0, huge_pages: false })
    }

    fn map_fresh(&mut self, size: usize) -> Option<usize> {
        let addr = map_within_limit(self.hint, size)?;
        self.hint = (addr + size).next_multiple_of(ARENA_SIZE);
        Some(addr)
    }

    /// Moves a region to a larger one without copying, if the system can.
    ///
    /// # Safety
    /// `addr` is a region of `old` bytes from `map`; it must not be used afterwards unless `None` is returned.
    pub(crate) unsafe fn remap(&mut self, addr: usize, old: usize, new: usize) -> Option<usize> {
        let target = self.map_fresh(new)?;
        // SAFETY: `target` is a fresh region of `new` bytes, `addr` one of `old` (contract).
        if unsafe { system::replace(addr, old, target, new) } {
            Some(target)
        } else {
            // SAFETY: as above.
            unsafe { system::unmap(target, new) };
            None
        }
    }

    /// Has a region of `size` bytes given back without waiting for it.
    ///
    /// # Safety
    /// It is one from `map` that nothing refers to.
    pub(crate) unsafe fn release(&self, region: Mapped, size: usize) {
        match &self.releaser {
            // SAFETY: by contract.
            Some(releaser) => unsafe { releaser.release(region, size) },
            // SAFETY: by contract.
            None => unsafe { unmap(region.start, size) },
        }
    }
}

fn map_within_limit(hint: usize, size: usize) -> Option<usize> {
    let addr = system::map(hint, size)?;
    if addr + size > ADDRESS_LIMIT {
        // SAFETY: just mapped with this size, and not used.
        unsafe { system::unmap(addr, size) };
        return None;
    }
    Some(addr)
}

/// A region of zeros, in huge pages if they are asked for and the system has them, of which the first `touched` bytes have been touched. Takes as long as that is much.
pub(crate) fn map_touched(hint: usize, size: usize, touched: usize, huge_pages: bool) -> Option<usize> {
    let addr = map_within_limit(hint, size)?;
    if huge_pages {
        // SAFETY: the region just mapped. Whether the advice is taken is no matter.
        unsafe { system::advise_huge_pages(addr, size) };
    }
    for page in (addr..addr + touched).step_by(4096) {
        // SAFETY: in the region, which holds nothing yet.
        unsafe { (page as *mut u8).write_volatile(0) };
    }
    Some(addr)
}

/// Gives a region back. Takes long for a large one: not inside a slice.
///
/// # Safety
/// `addr` is a region of `size` bytes from `Pages::map` that nothing refers to.
pub(crate) unsafe fn unmap(addr: usize, size: usize) {
    // SAFETY: by contract.
    unsafe { system::unmap(addr, size) }
}

/// Has the memory of a part of a region given back, while its addresses stay taken; whether the system can do that.
///
/// # Safety
/// The part lies in a region from `Pages::map`, and nothing refers to it; `addr` is a multiple of the page size.
pub(crate) unsafe fn discard(addr: usize, size: usize) -> bool {
    // SAFETY: by contract.
    unsafe { system::discard(addr, size) }
}

#[cfg(unix)]
mod system {
    use super::ARENA_SIZE;

    fn raw_map(hint: usize, size: usize) -> Option<usize> {
        // SAFETY: a private anonymous mapping at a place of the system's choice.
        let addr = unsafe {
            libc::mmap(
                hint as *mut libc::c_void,
                size,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
                -1,
                0,
            )
        };
        if addr == libc::MAP_FAILED { None } else { Some(addr as usize) }
    }

    pub(super) fn map(hint: usize, size: usize) -> Option<usize> {
        let addr = raw_map(hint, size)?;
        if addr.is_multiple_of(ARENA_SIZE) {
            return Some(addr);
        }
        // The place was taken. Map more than is needed and cut it to an aligned piece.
        // SAFETY: the fresh mapping, unused.
        unsafe { unmap(addr, size) };
        let wide = raw_map(hint + (1 << 36), size + ARENA_SIZE)?;
        let addr = wide.next_multiple_of(ARENA_SIZE);
        // SAFETY: the ends of the fresh mapping, unused.
        unsafe {
            if addr > wide {
                unmap(wide, addr - wide);
            }
            unmap(addr + size, wide + ARENA_SIZE - addr);
        }
        Some(addr)
    }

    pub(super) unsafe fn unmap(addr: usize, size: usize) {
        // SAFETY: a mapping of ours (contract). It only fails for arguments that are not.
        let status = unsafe { libc::munmap(addr as *mut libc::c_void, size) };
        debug_assert_eq!(status, 0);
    }

    #[cfg(target_os = "linux")]
    pub(super) unsafe fn discard(addr: usize, size: usize) -> bool {
        // SAFETY: a part of a mapping of ours that nothing refers to (contract).
        unsafe { libc::madvise(addr as *mut libc::c_void, size, libc::MADV_DONTNEED) == 0 }
    }

    #[cfg(target_os = "linux")]
    pub(super) unsafe fn advise_huge_pages(addr: usize, size: usize) {
        // SAFETY: a mapping of ours (contract), which keeps what it holds.
        unsafe { libc::madvise(addr as *mut libc::c_void, size, libc::MADV_HUGEPAGE) };
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) unsafe fn advise_huge_pages(_addr: usize, _size: usize) {}

    #[cfg(not(target_os = "linux"))]
    pub(super) unsafe fn discard(_addr: usize, _size: usize) -> bool {
        false
    }

    #[cfg(target_os = "linux")]
    pub(super) unsafe fn replace(addr: usize, old: usize, target: usize, new: usize) -> bool {
        // SAFETY: both are mappings of ours; the move replaces the target, which nothing uses.
        let moved = unsafe {
            libc::mremap(
                addr as *mut libc::c_void,
                old,
                new,
                libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED,
                target as *mut libc::c_void,
            )
        };
        moved != libc::MAP_FAILED
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) unsafe fn replace(_addr: usize, _old: usize, _target: usize, _new: usize) -> bool {
        false
    }
}

#[cfg(not(unix))]
mod system {
    use std::alloc::{Layout, alloc_zeroed, dealloc};

    use super::ARENA_SIZE;

    fn layout(size: usize) -> Option<Layout> {
        Layout::from_size_align(size, ARENA_SIZE).ok()
    }

    pub(super) fn map(_hint: usize, size: usize) -> Option<usize> {
        // SAFETY: regions are never empty.
        let addr = unsafe { alloc_zeroed(layout(size)?) };
        if addr.is_null() { None } else { Some(addr as usize) }
    }

    pub(super) unsafe fn unmap(addr: usize, size: usize) {
        let layout = layout(size).expect("the layout the region was made with");
        // SAFETY: made by `map` with this layout (contract).
        unsafe { dealloc(addr as *mut u8, layout) }
    }

    pub(super) unsafe fn discard(_addr: usize, _size: usize) -> bool {
        false
    }

    pub(super) unsafe fn advise_huge_pages(_addr: usize, _size: usize) {}

    pub(super) unsafe fn replace(_addr: usize, _old: usize, _target: usize, _new: usize) -> bool {
        false
    }
}
