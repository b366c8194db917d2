//! What a VM is doing, for a thread that looks now and then: one byte, written by the thread that runs the VM wherever it changes its business.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

macro_rules! activities {
    ($($(#[doc = $doc:literal])+ $name:ident $letter:literal,)+) => {
        /// What a VM spends its time on.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub(crate) enum Activity { $($(#[doc = $doc])+ $name,)+ }
        impl Activity {
            const ALL: &'static [Activity] = &[$(Activity::$name,)+];
            /// The letter LuaJIT's profiler has for it.
            pub(crate) fn letter(self) -> &'static str {
                match self { $(Activity::$name => $letter,)+ }
            }
        }
    };
}

activities! {
    /// The interpreter, short forms of library functions included.
    Interpreted "I",
    /// Functions of the libraries and of the host.
    Native "C",
    /// Collection.
    Collector "G",
    /// Machine code.
    Compiled "N",
    /// Recording and, on the VM's own thread, compiling.
    Compiling "J",
}

/// How many there are.
pub(crate) const ACTIVITIES: usize = Activity::ALL.len();

/// What a VM did before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Before(u8);

/// Where a VM says it.
#[derive(Clone, Debug, Default)]
pub(crate) struct ActivityCell(Arc<AtomicU8>);

impl ActivityCell {
    #[inline(always)]
    pub(crate) fn set(&self, activity: Activity) {
        self.0.store(activity as u8, Relaxed);
    }

    /// Sets it, for the thread that runs the VM; what it was, for [`ActivityCell::restore`].
    #[inline(always)]
    pub(crate) fn replace(&self, activity: Activity) -> Before {
        let before = Before(self.0.load(Relaxed));
        self.set(activity);
        before
    }

    /// Sets it to what it was.
    #[inline(always)]
    pub(crate) fn restore(&self, before: Before) {
        self.0.store(before.0, Relaxed);
    }

    /// The letter of what a byte stands for.
    pub(crate) fn letter_of(byte: u8) -> &'static str {
        Activity::ALL[usize::from(byte) % ACTIVITIES].letter()
    }

    #[inline(always)]
    pub(crate) fn get(&self) -> Activity {
        Activity::ALL[usize::from(self.0.load(Relaxed)) % ACTIVITIES]
    }
}
