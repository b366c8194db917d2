//! What a function executes: prototypes, versions of their code, and the inline caches in front of its constants.

#![allow(unsafe_code, reason = "reads a cache by halves of a word")]

use std::mem::offset_of;
use std::sync::Arc;

use crate::bytecode::{Draft, DraftProto, Insn};
use crate::gc::kind::Header;
use crate::string::LuaString;
use crate::table::Table;
use crate::value::{Gc, RawValue, in_register};

/// What the calling sequence needs of a function, copied from its current [`Code`].
#[repr(C)]
pub struct Proto {
    /// The header.
    pub header: Header,
    /// The first instruction of the current code.
    pub entry: *const Insn,
    /// The constants of the current code; inline caches lie below them.
    pub constants: *const RawValue,
    /// Registers a frame needs.
    pub frame_size: u8,
    /// Fixed parameters.
    pub param_count: u8,
    /// Whether the function takes `...`.
    pub is_vararg: bool,
    /// The fixed parameters of a function whose frame lies right above its arguments; of others [`Proto::NO_DIRECT_CALL`].
    pub direct_params: u8,
    /// The number of upvalues its current code expects.
    pub upvalue_count: u8,
    /// `jit.off` was called for it: its loops are not compiled, and it is inlined in none.
    pub is_never_compiled: bool,
    /// The version of the current code, counted by reloads.
    pub version: u32,
    /// The current code.
    pub code: Gc<Code>,
    /// The children, instantiated when first needed; indices as in the current code's `DraftProto::children`.
    pub children: Vec<Option<Gc<Proto>>>,
    /// For each earlier version, the names of the upvalues its closures have.
    pub old_upvalues: Vec<Vec<Vec<u8>>>,
}

impl Proto {
    /// As `direct_params`: no call has so many arguments.
    pub const NO_DIRECT_CALL: u8 = u8::MAX;

    /// What `direct_params` is for a function.
    pub(crate) fn direct_params(function: &DraftProto) -> u8 {
        if function.is_vararg { Self::NO_DIRECT_CALL } else { function.param_count }
    }
}

/// One inline cache. Valid while the shape (and for methods the metatable and epoch) are as recorded.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct InlineCache {
    /// The shape whose tables have the key in `slot`; [`InlineCache::EMPTY`] when not known.
    pub shape: u32,
    /// The index into the table's slots.
    pub slot: u32,
    /// The key, an interned string; kept alive by the code.
    pub key: Gc<LuaString>,
    /// For a hit behind a metatable: the receiver's metatable. Not traced: only compared, and the epoch guards it.
    pub meta: *mut Table,
    /// For a hit behind a metatable: the value found, guarded by `epoch`. For an added key: the next shape id, as a number. Not traced.
    pub value: RawValue,
    /// The method epoch the cache was filled in.
    pub epoch: u32,
    /// Reading: the shape whose tables lack the key, or, if it is also `shape`, have no value in the slot, so that `meta`, `epoch` and `value` answer. Writing: the shape whose tables get the
    /// key added in `slot`. [`InlineCache::EMPTY`] when not known.
    pub other_shape: u32,
    /// The C type whose values have the key at `place`, or as a method: in `value`, guarded by `epoch`. [`InlineCache::EMPTY`] when
    /// not known.
    pub ctype: u32,
    /// Where a field of that C type is, as `ffi/place.rs` packs it; with [`InlineCache::HANDLER`] a shape.
    pub place: u32,
}

impl InlineCache {
    /// A shape id no table has.
    pub const EMPTY: u32 = u32::MAX;
    /// As `other_shape`, another id no table has: the answer holds for strings and userdata with this metatable.
    pub const NO_TABLE: u32 = u32::MAX - 1;
    /// As `ctype`: tables of the shape in `place` with this metatable lack the key, and `value` is the `__index` function to ask.
    pub const HANDLER: u32 = u32::MAX - 2;

    /// An empty cache for a key.
    pub fn new(key: Gc<LuaString>) -> InlineCache {
        InlineCache {
            shape: Self::EMPTY,
            slot: 0,
            key,
            meta: std::ptr::null_mut(),
            value: RawValue::NIL,
            epoch: 0,
            other_shape: Self::EMPTY,
            ctype: Self::EMPTY,
            place: 0,
        }
    }

    /// `ctype` and `place`, by one load.
    ///
    /// # Safety
    /// The cache is live.
    #[inline(always)]
    pub(crate) unsafe fn typed_place(cache: *const InlineCache) -> (u32, u32) {
        const {
            assert!(offset_of!(InlineCache, place) == offset_of!(InlineCache, ctype) + 4);
            assert!(offset_of!(InlineCache, ctype) % 8 == 0);
        }
        // SAFETY: by contract; the fields lie side by side in an aligned word.
        let both = unsafe { cache.byte_add(offset_of!(InlineCache, ctype)).cast::<u64>().read() };
        let (first, second) = (both as u32, in_register(both >> 32) as u32);
        if cfg!(target_endian = "little") { (first, second) } else { (second, first) }
    }

    /// Remembers, in the cache of a read, where tables of a shape have the key.
    pub(crate) fn found_in_slot(&mut self, shape: u32, slot: u32) {
        if self.other_shape == self.shape && shape != self.shape {
            // What answered for that shape did so only where the slot had no value.
            self.other_shape = Self::EMPTY;
        }
        self.shape = shape;
        self.slot = slot;
    }
}

/// One version of a prototype's code. In memory: `[inline cache n-1 .. 0][back pointer to this cell][constants...]`, with
/// `constants` pointing behind the back pointer, so that a frame needs only that one pointer.
#[repr(C)]
pub struct Code {
    /// The header.
    pub header: Header,
    /// The chunk it comes from; debug information is read from there.
    pub draft: Arc<Draft>,
    /// Which prototype of the chunk.
    pub index: u32,
    /// How many instructions are in front of the draft's: a `REMAP` in a function that was reloaded, a `JLOOP` that counts calls in one that may be compiled.
    /// What to subtract from a pc to index the draft's lines.
    pub pc_bias: u32,
    /// The instructions.
    pub insns: Vec<Insn>,
    /// Caches, back pointer and constants.
    pub data: Vec<u64>,
    /// How many inline caches there are.
    pub cache_count: usize,
    /// The prototype it belongs to.
    pub proto: Option<Gc<Proto>>,
}

impl Code {
    /// The prototype's record in the draft.
    pub fn draft_proto(&self) -> &DraftProto {
        &self.draft.protos[self.index as usize]
    }
    /// The source line of the instruction at an index, 0 when there is none.
    pub fn line(&self, pc: usize) -> u32 {
        let pc = pc.saturating_sub(self.pc_bias as usize);
        self.draft_proto().lines.get(pc).copied().unwrap_or(0)
    }
    /// Whether calls begin there: in front, or past what counts them while they are not counted.
    pub(crate) fn begins_at(&self, pc: *const Insn) -> bool {
        // SAFETY: code keeps its prototype.
        let entry = self.proto.map(|proto| unsafe { (*proto.as_ptr()).entry });
        pc == self.insns.as_ptr() || entry == Some(pc)
    }
    /// The instruction that counts calls, if it has one.
    pub(crate) fn call_counter(&self) -> Option<*const Insn> {
        let at = (self.pc_bias as usize).checked_sub(1)?;
        (self.insns[at].op() == crate::bytecode::Op::JLOOP).then(|| &raw const self.insns[at])
    }
}
