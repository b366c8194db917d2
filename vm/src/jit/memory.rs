//! Memory for machine code: one piece for each version of a region, never writable and executable at once.

#![allow(unsafe_code, reason = "copies code into memory that is then executed")]

use cranelift_jit::{BranchProtection, JITMemoryKind, JITMemoryProvider, SystemMemoryProvider};

/// A function in machine code. Freed when dropped.
pub(crate) struct Code {
    provider: SystemMemoryProvider,
    start: *const u8,
    len: usize,
}

/// Where a [`Code`] has the address of its first instruction.
pub(crate) const START: usize = std::mem::offset_of!(Code, start);

// SAFETY: the memory belongs to it alone.
unsafe impl Send for Code {}

impl Code {
    /// Puts code where it can be executed. It needs no relocation.
    pub(crate) fn new(bytes: &[u8]) -> Option<Code> {
        let mut provider = SystemMemoryProvider::new();
        let start = provider.allocate(bytes.len(), 64, JITMemoryKind::Executable).ok()?;
        // SAFETY: the provider gave so many bytes.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), start, bytes.len()) };
        let code = Code { provider, start, len: bytes.len() };
        code.finish()
    }

    fn finish(mut self) -> Option<Code> {
        self.provider.finalize(BranchProtection::None).ok()?;
        Some(self)
    }

    /// The code.
    pub(crate) fn bytes(&self) -> &[u8] {
        // SAFETY: so many bytes were written, which are readable as long as it lives.
        unsafe { std::slice::from_raw_parts(self.start, self.len) }
    }

    /// Bytes of code.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn start(&self) -> *const u8 {
        self.start
    }
}

impl Drop for Code {
    fn drop(&mut self) {
        // SAFETY: regions are dropped only while none of their code runs (`State::retire`).
        unsafe { self.provider.free_memory() }
    }
}
