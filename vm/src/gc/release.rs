//! Giving memory back to the system, which takes as long as the memory is large: the work of a thread that all heaps share.
//!
//! A region is handed over by address and size, once, by the heap that has stopped using it. Nothing is shared and nothing comes back, so the channel
//! is all there is to synchronise.

use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};

use super::pages::unmap_in_pieces;

/// A region nobody uses any more.
struct Region {
    start: usize,
    size: usize,
}

impl Drop for Region {
    fn drop(&mut self) {
        // SAFETY: `release` got it from its owner, and nobody else has its address.
        unsafe { unmap_in_pieces(self.start, self.size) }
    }
}

static RELEASER: OnceLock<Sender<Region>> = OnceLock::new();

/// Starts the thread, if none runs: it takes longer than a slice should, so whoever takes memory from the system does it.
pub(crate) fn start_thread() {
    RELEASER.get_or_init(|| {
        let (sender, receiver) = channel::<Region>();
        let thread = std::thread::Builder::new().name("perilune-release".into());
        // Without a thread the receiver is dropped here, and regions are given back by whoever gives them up.
        drop(thread.spawn(move || receiver.into_iter().for_each(drop)));
        sender
    });
}

/// Gives back a region of `Pages` that nothing refers to.
pub(crate) fn release(start: usize, size: usize) {
    let region = Region { start, size };
    match RELEASER.get() {
        // What cannot be sent is dropped.
        Some(sender) => drop(sender.send(region)),
        None => drop(region),
    }
}
