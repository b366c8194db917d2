//! Giving memory back to the system, which takes as long as the memory is large: the work of a thread that all heaps share.
//!
//! A region is handed over by address and size, once, by the heap that has stopped using it, and belongs to the queue (`queue.rs`) until it is given back.
//! Handing over never waits, since it happens in slices. So that memory cannot pile up when regions come faster than the thread gives them
//! back, a heap that takes memory from the system while too much is waiting gives back some of that first: up to [`MOST_HELP`] at a time, which is what a script may wait.
//! Before it does either it looks whether the region that came last has the size it needs, and uses that again: its pages need not be provided anew, which is most of
//! what fresh memory costs.
//!
//! The same thread makes ready what a growing heap is about to need: an arena in huge pages, touched; a region for an array that is about to outgrow arenas, touched as far as the array will be copied
//! there; or the first pages of a few for more large objects like the last two; a piece for the table of strings. A first access to a page takes microseconds, of the script's time
//! otherwise, and in huge pages a marker that goes from object to object finds their addresses translated more often. So an arena that was made ahead is the better one, and a
//! heap that allocates faster than they are made does without.
//!
//! The thread runs while there are heaps that have had something to do with it, and ends after the last of them, when nothing is waiting any more.
//!
//! The queue is model-checked: `model.rs`.

#[cfg(test)]
mod model;
mod queue;

use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::pages::{HUGE_PAGE, Mapped, discard, map_touched, unmap};
use queue::{Item, Queue};

/// What the queue synchronises with; the model has another.
mod sync {
    pub(super) use std::sync::{Condvar, Mutex, MutexGuard};
}

/// Given back between two looks at the queue. While a piece is given back nobody else can change the memory map, where the system has one lock for it,
/// and whoever tries burns processor time: with pieces of 8 MiB up to 0.8 ms.
const PIECE: usize = 256 << 10;
/// The backlog up to which nobody helps.
const BACKLOG: usize = 256 << 20;
/// What a heap gives back of the backlog when it takes memory, at most: some tens of microseconds' work.
const MOST_HELP: usize = 512 << 10;

/// A region nobody uses any more.
struct Region {
    start: usize,
    size: usize,
    /// Its memory up to here has been given back; the addresses are not, before all of it has been.
    done: usize,
    /// How much of it, from its start, was ever used: giving back the rest takes no time.
    used: usize,
    /// Whether it is in huge pages, which are given back whole.
    huge_pages: bool,
}

/// A region to be made ahead.
pub(crate) struct Wish {
    /// The address at which it is asked for.
    pub(crate) hint: usize,
    pub(crate) size: usize,
    /// How much of it, from its start, is touched.
    pub(crate) touched: usize,
    /// Whether it is to be in huge pages.
    pub(crate) huge_pages: bool,
}

impl Item for Region {
    fn bytes(&self) -> usize {
        self.used - self.done
    }

    fn give_back(mut self, most: usize) -> Option<Region> {
        let least = if self.huge_pages { HUGE_PAGE } else { 0 };
        let piece = most.max(least).min(self.bytes());
        // Taking a region out of the memory map excludes everybody else from it, for as long as it has memory; discarding that beforehand does not.
        // SAFETY: a part of the region, which is this value's alone (`Releaser::release`).
        if unsafe { discard(self.start + self.done, piece) } {
            self.done += piece;
            if self.done < self.used {
                return Some(self);
            }
        } else if cfg!(unix) && piece < self.bytes() {
            let front = self.done + piece;
            // SAFETY: as above; systems that map memory can be given it back in parts.
            unsafe { unmap(self.start, front) };
            let (start, size, used) = (self.start + front, self.size - front, self.used - front);
            return Some(Region { start, size, done: 0, used, ..self });
        }
        // SAFETY: the region is this value's alone.
        unsafe { unmap(self.start, self.size) };
        None
    }

    type Wish = Wish;

    fn make(Wish { hint, size, touched, huge_pages }: Wish) -> Option<Region> {
        let start = map_touched(hint, size, touched, huge_pages)?;
        Some(Region { start, size, done: 0, used: touched, huge_pages })
    }
}

/// A heap's share in the thread.
pub(crate) struct Releaser(Arc<Share>);

/// The queue is closed with the last share.
struct Share(Arc<Queue<Region>>);

impl Share {
    /// Starts a thread with a queue.
    fn start() -> Share {
        let queue = Arc::new(Queue::new());
        let served = Arc::clone(&queue);
        let thread = std::thread::Builder::new().name("perilune-release".into());
        if thread.spawn(move || served.serve(PIECE)).is_err() {
            // Without a thread regions are given back by whoever gives them up.
            queue.close();
        }
        Share(queue)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// The share that heaps have at present.
static CURRENT: Mutex<Weak<Share>> = Mutex::new(Weak::new());

impl Releaser {
    /// A share in the thread, which is started if none runs: that takes longer than a slice should, so whoever takes memory from the system does it.
    pub(crate) fn share() -> Releaser {
        let mut current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(share) = current.upgrade() {
            return Releaser(share);
        }
        let share = Arc::new(Share::start());
        *current = Arc::downgrade(&share);
        Releaser(share)
    }

    /// Gives back a region.
    ///
    /// # Safety
    /// The region is one of `size` bytes from `Pages::map` that nothing refers to.
    pub(crate) unsafe fn release(&self, Mapped { start, used, huge_pages }: Mapped, size: usize) {
        let region = Region { start, size, done: 0, used: used.min(size), huge_pages };
        if let Err(region) = self.0.0.push(region) {
            let rest = region.give_back(usize::MAX);
            debug_assert!(rest.is_none());
        }
    }

    /// The region that was given up last, if it still waits, or one that was made ahead, of this size and with no more than `most_used` of it used.
    pub(crate) fn take(&self, size: usize, most_used: usize) -> Option<Mapped> {
        let fits = |region: &Region| region.size == size && region.done == 0 && region.used <= most_used;
        let region = self.0.0.take(fits)?;
        Some(Mapped { start: region.start, used: region.used, huge_pages: region.huge_pages })
    }

    /// Regions will soon be needed.
    pub(crate) fn wish(&self, wishes: impl Iterator<Item = Wish>) {
        self.0.0.wish(wishes);
    }

    /// So many bytes are about to be taken from the system.
    pub(crate) fn help(&self, bytes: usize) {
        self.0.0.help(BACKLOG, bytes.min(MOST_HELP));
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::super::block::ARENA_SIZE;
    use super::super::pages::Pages;
    use super::*;

    /// Whether the page at an address is mapped, as far as the system tells.
    fn is_mapped(addr: usize) -> Option<bool> {
        #[cfg(target_os = "linux")]
        {
            let mut resident = 0_u8;
            // SAFETY: asks about a page, whatever is there; the answer has room for one.
            let status = unsafe { libc::mincore(addr as *mut libc::c_void, 4096, &raw mut resident) };
            Some(status == 0)
        }
        #[cfg(not(target_os = "linux"))]
        {
            let _ = addr;
            None
        }
    }

    fn used(start: usize, used: usize) -> Mapped {
        Mapped { start, used, huge_pages: false }
    }

    fn wait_until(what: &str, holds: impl Fn() -> bool) {
        let start = Instant::now();
        while !holds() {
            assert!(start.elapsed() < Duration::from_secs(20), "waiting until {what}");
            std::thread::yield_now();
        }
    }

    #[test]
    fn regions_are_given_back_and_the_thread_ends_with_the_last_share() {
        let releaser = Releaser(Arc::new(Share::start()));
        let other = Releaser(Arc::clone(&releaser.0));
        let mut pages = Pages::new(77);
        let size = 20 << 20;
        let regions: Vec<usize> =
            (0..3).filter_map(|_| pages.map(size, 0)).map(|fresh| fresh.start).collect();
        for &region in &regions {
            // SAFETY: the last byte of a fresh region.
            unsafe { ((region + size - 1) as *mut u8).write(1) };
            assert!(is_mapped(region) != Some(false));
            // SAFETY: a region of this size; nothing refers to it.
            unsafe { releaser.release(used(region, size), size) };
        }
        releaser.help(size);
        let queue = Arc::downgrade(&releaser.0.0);
        drop(releaser);
        wait_until("nothing waits", || other.0.0.backlog() == 0);
        for region in regions {
            assert!(is_mapped(region) != Some(true) && is_mapped(region + size - 4096) != Some(true));
        }
        assert!(queue.strong_count() == 2, "a share and the thread are left");
        drop(other);
        wait_until("the thread ends", || queue.strong_count() == 0);
    }

    #[test]
    fn a_region_that_waits_is_used_again() {
        // Nobody serves this queue.
        let share = Share(Arc::new(Queue::new()));
        let releaser = Releaser(Arc::new(share));
        let mut pages = Pages::new(78);
        let size = 8 << 20;
        let region = pages.map(size, 0).expect("memory").start;
        // SAFETY: a region of this size; nothing refers to it.
        unsafe { releaser.release(used(region, 4096), size) };
        assert_eq!((releaser.take(size / 2, size), releaser.take(size, 4095)), (None, None));
        assert_eq!(releaser.take(size, 4096), Some(used(region, 4096)));
        assert_eq!(releaser.take(size, size), None);
        // SAFETY: as above.
        unsafe { unmap(region, size) };
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn an_arena_that_was_wished_for_is_ready_and_zero() {
        let releaser = Releaser(Arc::new(Share::start()));
        let wish =
            || Wish { hint: (1 << 44) + (3 << 35), size: ARENA_SIZE, touched: ARENA_SIZE, huge_pages: true };
        releaser.wish([wish()].into_iter());
        let is_made = std::cell::Cell::new(None);
        wait_until("it is made", || {
            is_made.set(releaser.take(ARENA_SIZE, ARENA_SIZE));
            is_made.get().is_some()
        });
        let arena = is_made.get().expect("it was waited for");
        assert!(arena.start.is_multiple_of(ARENA_SIZE) && arena.huge_pages);
        assert_eq!(is_mapped(arena.start + ARENA_SIZE - 4096), Some(true));
        // SAFETY: a region of this size that is the test's alone.
        let bytes = unsafe { std::slice::from_raw_parts(arena.start as *const u8, ARENA_SIZE) };
        assert!(bytes.iter().all(|&byte| byte == 0));
        // SAFETY: as above; nothing refers to it any more.
        unsafe { releaser.release(arena, ARENA_SIZE) };
        // One that nobody takes goes with the thread.
        releaser.wish([wish()].into_iter());
        let queue = Arc::downgrade(&releaser.0.0);
        drop(releaser);
        wait_until("the thread ends", || queue.strong_count() == 0);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn regions_made_ahead_are_told_apart_by_size() {
        let releaser = Releaser(Arc::new(Share::start()));
        let hint = (1 << 44) + (4 << 35);
        let (large, touched) = (1 << 30, 192 << 10);
        let arena = Wish { hint, size: ARENA_SIZE, touched: ARENA_SIZE, huge_pages: true };
        let other = Wish { hint: hint + ARENA_SIZE, size: large, touched, huge_pages: false };
        releaser.wish([arena, other].into_iter());
        let made = std::cell::Cell::new(None);
        // The second comes although nobody has taken the first, and not where less may have been used.
        wait_until("it is made", || {
            assert_eq!(releaser.take(large, touched - 1), None);
            made.set(releaser.take(large, touched));
            made.get().is_some()
        });
        let region = made.get().expect("it was waited for");
        assert_eq!((region.used, region.huge_pages), (touched, false));
        assert_eq!(is_mapped(region.start + touched - 4096), Some(true));
        // SAFETY: a region of this size; nothing refers to it.
        unsafe { releaser.release(region, large) };
        assert!(releaser.take(ARENA_SIZE, ARENA_SIZE).is_some_and(|arena| {
            // SAFETY: as above.
            unsafe { releaser.release(arena, ARENA_SIZE) };
            arena.huge_pages
        }));
    }

    #[test]
    fn heaps_at_the_same_time_share_a_thread() {
        let (a, b) = (Releaser::share(), Releaser::share());
        assert!(Arc::ptr_eq(&a.0, &b.0));
    }
}
