//! What waits to be given back, what is to be made ahead, and who does both.
//!
//! An item belongs to whoever holds it: the one that pushes it, the queue, the thread that serves it, a helper, or who takes it to use it again. Everything else follows from the lock: an item is
//! in one place, and the thread ends when the queue is closed **and** empty.

use std::collections::VecDeque;
use std::sync::PoisonError;

use super::sync::{Condvar, Mutex, MutexGuard};

/// Something to be given back.
pub(super) trait Item: Sized {
    /// How much there is to give back.
    fn bytes(&self) -> usize;

    /// Gives back about so much of it, and returns the rest.
    fn give_back(self, most: usize) -> Option<Self>;

    /// What is said of an item that is to be made ahead.
    type Wish;

    /// Makes an item ahead of its use, if that is possible.
    fn make(wish: Self::Wish) -> Option<Self>;
}

/// The queue.
pub(super) struct Queue<T: Item> {
    state: Mutex<State<T>>,
    /// Something was pushed, or the queue was closed.
    changed: Condvar,
}

struct State<T: Item> {
    waiting: VecDeque<T>,
    /// To be made by the thread, before it gives back more.
    wishes: VecDeque<T::Wish>,
    /// Made, and not taken yet.
    made: VecDeque<T>,
    /// How many are wished for, being made or made.
    ahead: usize,
    /// The thread waits for something to do, and nobody has told it of anything: waking it takes a system call.
    is_idle: bool,
    /// Bytes handed over and not given back yet, those in somebody's hands included.
    backlog: usize,
    is_closed: bool,
}

/// Room made ahead, so that handing over does not allocate as a rule.
const CAPACITY: usize = 1024;
/// Items are made ahead while there are not so many, wishes included: an arena or two, and a few of each other kind.
const MOST_AHEAD: usize = 8;

impl<T: Item> Queue<T> {
    /// An open, empty queue.
    pub(super) fn new() -> Queue<T> {
        let waiting = VecDeque::with_capacity(CAPACITY);
        let (wishes, made) = (VecDeque::with_capacity(MOST_AHEAD), VecDeque::with_capacity(MOST_AHEAD));
        let state = State { waiting, wishes, made, ahead: 0, is_idle: false, backlog: 0, is_closed: false };
        Queue { state: Mutex::new(state), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands an item over; when nobody serves the queue any more it comes back.
    pub(super) fn push(&self, item: T) -> Result<(), T> {
        let mut state = self.lock();
        if state.is_closed {
            return Err(item);
        }
        state.backlog += item.bytes();
        state.waiting.push_back(item);
        self.tell(state);
        Ok(())
    }

    /// Wakes the thread, if it waits.
    fn tell(&self, mut state: MutexGuard<'_, State<T>>) {
        let was_idle = std::mem::take(&mut state.is_idle);
        drop(state);
        if was_idle {
            self.changed.notify_one();
        }
    }

    /// Nothing is pushed any more; what is waiting is still given back.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    /// Has items made, as long as not enough are made ahead already.
    pub(super) fn wish(&self, wishes: impl Iterator<Item = T::Wish>) {
        let mut state = self.lock();
        if !state.is_closed {
            for wish in wishes.take(MOST_AHEAD.saturating_sub(state.ahead)) {
                state.ahead += 1;
                state.wishes.push_back(wish);
            }
            self.tell(state);
        }
    }

    /// Takes the item that came last back out of the queue, or one that was made ahead, if it fits: it is the caller's then.
    pub(super) fn take(&self, fits: impl Fn(&T) -> bool) -> Option<T> {
        let mut state = self.lock();
        if let Some(item) = state.waiting.pop_back_if(|item| fits(item)) {
            state.backlog -= item.bytes();
            return Some(item);
        }
        let at = state.made.iter().position(fits)?;
        let item = state.made.remove(at)?;
        state.ahead -= 1;
        Some(item)
    }

    /// The thread: makes what is wished for and gives back what comes, in pieces, until the queue is closed and empty.
    pub(super) fn serve(&self, piece: usize) {
        let mut state = self.lock();
        let mut at_hand = None;
        loop {
            if let Some(wish) = state.wishes.pop_front() {
                drop(state);
                let made = T::make(wish);
                state = self.lock();
                state.ahead -= usize::from(made.is_none());
                state.made.extend(made);
            } else if let Some(item) = at_hand.take().or_else(|| state.waiting.pop_front()) {
                drop(state);
                at_hand = self.give_back(item, piece);
                state = self.lock();
            } else if !state.is_closed {
                state.is_idle = true;
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                state.is_idle = false;
            } else if let Some(item) = state.made.pop_front() {
                state.backlog += item.bytes();
                state.waiting.push_back(item);
            } else {
                return;
            }
        }
    }

    /// Gives back up to `most` bytes of what is waiting, in the thread's stead, while the backlog exceeds `limit`.
    pub(super) fn help(&self, limit: usize, most: usize) {
        let mut left = most;
        while left > 0 {
            let mut state = self.lock();
            if state.backlog <= limit {
                return;
            }
            // The thread is at the other end.
            let Some(item) = state.waiting.pop_back() else { return };
            drop(state);
            let bytes = item.bytes();
            let rest = self.give_back(item, left);
            left = left.saturating_sub(bytes - rest.as_ref().map_or(0, Item::bytes));
            if let Some(rest) = rest {
                self.put_back(rest);
            }
        }
    }

    /// Gives back a part of an item in the caller's hands, and counts it.
    fn give_back(&self, item: T, most: usize) -> Option<T> {
        let before = item.bytes();
        let rest = item.give_back(most);
        self.lock().backlog -= before - rest.as_ref().map_or(0, T::bytes);
        rest
    }

    /// The rest of an item waits again. A helper has a share in the queue, so the thread is still there.
    fn put_back(&self, rest: T) {
        let mut state = self.lock();
        debug_assert!(!state.is_closed, "whoever helps keeps the queue open");
        state.waiting.push_back(rest);
        self.tell(state);
    }

    /// Bytes handed over and not given back.
    #[cfg(test)]
    pub(super) fn backlog(&self) -> usize {
        self.lock().backlog
    }
}
