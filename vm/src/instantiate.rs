//! From a [`Draft`] to heap objects: prototypes with their code, closures of main chunks.
//!
//! A prototype's children are made when a `CLOSURE` first asks for them, so that loading a big chunk costs what is used of it.

#![allow(unsafe_code, reason = "lays out code and links it with its prototype")]

use std::sync::Arc;

use crate::bytecode::{Const, Draft, DraftProto, Insn, Op};
use crate::ffi::arith::{new_imaginary, new_integer};
use crate::ffi::ctype::Scalar;
use crate::function::{Code, InlineCache, LuaFunction, Proto, new_closed_upvalue, new_closure};
use crate::gc::kind::{Header, Kind};
use crate::gc::{Heap, OutOfMemory};
use crate::table::Table;
use crate::value::{Gc, RawValue};

/// An inline cache in words of a code's data.
const CACHE_WORDS: usize = size_of::<InlineCache>() / size_of::<u64>();

/// [`load_draft`] of a draft that only its functions will keep: its memory is counted as theirs.
///
/// # Errors
/// When the memory limit is reached.
pub(crate) fn load_new_draft(
    heap: &mut Heap,
    mut draft: Draft,
    env: Gc<Table>,
) -> Result<Gc<LuaFunction>, OutOfMemory> {
    draft.charged_bytes = draft.bytes();
    heap.check_room(draft.charged_bytes)?;
    heap.add_external(draft.charged_bytes);
    let draft = Arc::new(draft);
    let loaded = load_draft(heap, Arc::clone(&draft), env);
    if loaded.is_err() {
        release_draft(heap, &draft);
    }
    loaded
}

/// To be called when a reference to a draft is about to go: the last one takes back what was counted.
pub(crate) fn release_draft(heap: &mut Heap, draft: &Arc<Draft>) {
    if Arc::strong_count(draft) == 1 {
        heap.remove_external(draft.charged_bytes);
    }
}

/// The closure of a chunk's main function. Its upvalues, if it was a function inside another once, are new variables.
///
/// # Errors
/// When the memory limit is reached.
pub fn load_draft(
    heap: &mut Heap,
    draft: Arc<Draft>,
    env: Gc<Table>,
) -> Result<Gc<LuaFunction>, OutOfMemory> {
    let upvalue_count = draft.protos[0].upvalues.len();
    let proto = new_proto(heap, draft, 0)?;
    let mut upvalues = Vec::with_capacity(upvalue_count);
    for _ in 0..upvalue_count {
        upvalues.push(new_closed_upvalue(heap, RawValue::NIL)?);
    }
    new_closure(heap, proto, env, &upvalues)
}

/// A child of a prototype, made when it is first asked for.
///
/// # Errors
/// When the memory limit is reached.
///
/// # Panics
/// If the prototype has no such child.
#[inline]
pub fn child_proto(heap: &mut Heap, proto: Gc<Proto>, index: usize) -> Result<Gc<Proto>, OutOfMemory> {
    // SAFETY: a live cell, and the reference ends with the statement.
    match unsafe { (&(*proto.as_ptr()).children)[index] } {
        Some(child) => Ok(child),
        None => new_child(heap, proto, index),
    }
}

#[cold]
fn new_child(heap: &mut Heap, proto: Gc<Proto>, index: usize) -> Result<Gc<Proto>, OutOfMemory> {
    // SAFETY: live cells; a prototype always has code.
    let code = unsafe { &*(*proto.as_ptr()).code.as_ptr() };
    let child = new_proto(heap, Arc::clone(&code.draft), code.draft_proto().children[index])?;
    // SAFETY: as above. The place was empty: there is no old value to shade.
    unsafe { (&mut (*proto.as_ptr()).children)[index] = Some(child) };
    Ok(child)
}

/// A prototype with the code of one of a draft's functions.
///
/// # Errors
/// When the memory limit is reached.
pub fn new_proto(heap: &mut Heap, draft: Arc<Draft>, index: u32) -> Result<Gc<Proto>, OutOfMemory> {
    let code = new_code(heap, draft, index)?;
    // SAFETY: the code was just made and nothing runs before this function returns.
    let (entry, constants, record) = unsafe {
        let code = &*code.as_ptr();
        (code.insns.as_ptr(), constants_of(code), code.draft_proto())
    };
    let cell: *mut Proto = heap.alloc(Kind::Proto, size_of::<Proto>())?.cast();
    // SAFETY: the cell is fresh and large enough; the code keeps its instructions and constants where they are.
    unsafe {
        cell.write(Proto {
            header: Header::new(Kind::Proto),
            entry,
            constants,
            frame_size: record.frame_size,
            param_count: record.param_count,
            is_vararg: record.is_vararg,
            direct_params: Proto::direct_params(record),
            upvalue_count: u8::try_from(record.upvalues.len())
                .expect("the compiler allows at most 60 upvalues"),
            is_never_compiled: false,
            version: 0,
            code,
            children: vec![None; record.children.len()],
            old_upvalues: Vec::new(),
        });
        let proto = Gc::from_ptr(cell);
        (*code.as_ptr()).proto = Some(proto);
        Ok(proto)
    }
}

/// The code of one of a draft's functions, not yet linked with a prototype.
///
/// # Errors
/// When the memory limit is reached.
pub fn new_code(heap: &mut Heap, draft: Arc<Draft>, index: u32) -> Result<Gc<Code>, OutOfMemory> {
    let record = &draft.protos[index as usize];
    let cache_count = record.cache_keys.len();
    let mut data = vec![0u64; cache_count * CACHE_WORDS + 1 + record.constants.len()];
    for (slot, constant) in data[cache_count * CACHE_WORDS + 1..].iter_mut().zip(&record.constants) {
        *slot = constant_value(heap, &draft, *constant)?.bits();
    }
    for (cache, &key) in record.cache_keys.iter().enumerate() {
        let Const::Str(key) = record.constants[key as usize] else {
            unreachable!("a cache's key is a string constant");
        };
        let cache_entry = InlineCache::new(heap.intern(draft.string(key))?);
        // SAFETY: cache 0 lies next to the back pointer, the last one at the start of the data; a cache is `CACHE_WORDS` words of
        // the same alignment.
        unsafe {
            data.as_mut_ptr()
                .add((cache_count - 1 - cache) * CACHE_WORDS)
                .cast::<InlineCache>()
                .write(cache_entry)
        };
    }
    let mut insns = record.code.clone();
    let mut pc_bias = 0;
    if heap.counts_loops {
        for insn in &mut insns {
            if matches!(insn.op(), Op::LOOP | Op::FORLOOP | Op::FORLOOP1 | Op::ITERLOOP) {
                // Site 0 is for back-edges that were never taken.
                *insn = Insn::abcd(Op::JLOOP, insn.a() as u8, insn.b() as u8, insn.c() as u8, 0);
            }
        }
        // What calls nothing is part of what calls it.
        let calls = record.code.iter().any(|insn| matches!(insn.op(), Op::CALL | Op::TAILCALL));
        if calls && !record.is_vararg {
            insns.insert(0, Insn::abcd(Op::JLOOP, 0, 0, 0, 0));
            pc_bias = 1;
        }
    }
    heap.add_external(external_bytes(record));
    let cell: *mut Code = heap.alloc(Kind::Code, size_of::<Code>())?.cast();
    data[cache_count * CACHE_WORDS] = cell as u64;
    // SAFETY: the cell is fresh and large enough.
    unsafe {
        cell.write(Code {
            header: Header::new(Kind::Code),
            draft,
            index,
            pc_bias,
            insns,
            data,
            cache_count,
            proto: None,
        });
        Ok(Gc::from_ptr(cell))
    }
}

/// Copies into a prototype what the calling sequence needs of its (new) code.
///
/// # Safety
/// The prototype's code is live.
pub(crate) unsafe fn refresh_proto(proto: &mut Proto) {
    // SAFETY: by contract.
    let code = unsafe { &*proto.code.as_ptr() };
    let record = code.draft_proto();
    proto.entry = code.insns.as_ptr();
    proto.constants = constants_of(code);
    proto.frame_size = record.frame_size;
    proto.param_count = record.param_count;
    proto.is_vararg = record.is_vararg;
    proto.direct_params = Proto::direct_params(record);
    proto.upvalue_count = record.upvalues.len() as u8;
}

/// Where a code's constants start: behind its caches and the back pointer.
fn constants_of(code: &Code) -> *const RawValue {
    code.data[code.cache_count * CACHE_WORDS + 1..].as_ptr().cast()
}

/// The value of a constant. Strings are interned whatever their length: they serve as keys.
fn constant_value(heap: &mut Heap, draft: &Draft, constant: Const) -> Result<RawValue, OutOfMemory> {
    Ok(match constant {
        Const::Number(n) => RawValue::number(n),
        Const::Str(id) => heap.intern(draft.string(id))?.into(),
        Const::Int64(n) => new_integer(heap, Scalar::I64, n as u64)?,
        Const::Uint64(n) => new_integer(heap, Scalar::U64, n)?,
        Const::Imaginary(n) => new_imaginary(heap, n)?,
    })
}

/// What the code of a function takes outside the heap.
pub(crate) fn external_bytes(record: &DraftProto) -> usize {
    size_of_val(&record.code[..])
        + record.cache_keys.len() * size_of::<InlineCache>()
        + (record.constants.len() + 1) * size_of::<u64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytecode::DraftProto;

    #[test]
    fn code_has_caches_below_its_constants_and_a_way_back() {
        let mut draft = Draft::new(b"=test");
        let (a, b) = (draft.add_string(b"a"), draft.add_string(b"b"));
        draft.protos.push(DraftProto {
            constants: vec![Const::Str(a), Const::Number(2.5), Const::Str(b)],
            cache_keys: vec![0, 2],
            ..DraftProto::default()
        });
        let mut heap = Heap::new(1);
        let proto = new_proto(&mut heap, Arc::new(draft), 0).expect("memory");
        // SAFETY: the objects were just made; the layout is what is under test.
        unsafe {
            let proto = &*proto.as_ptr();
            let code = &*proto.code.as_ptr();
            assert_eq!((*proto.constants.add(1)).as_number(), Some(2.5));
            assert_eq!(*proto.constants.cast::<*const Code>().sub(1), std::ptr::from_ref(code));
            let caches = proto.constants.cast::<u64>().sub(1).cast::<InlineCache>();
            assert_eq!((*caches.sub(1)).key.as_bytes(), b"a");
            assert_eq!((*caches.sub(2)).key.as_bytes(), b"b");
            assert_eq!((*caches.sub(1)).shape, InlineCache::EMPTY);
        }
    }

    #[test]
    fn children_are_made_once() {
        let mut draft = Draft::new(b"=test");
        draft.protos.push(DraftProto { children: vec![1], ..DraftProto::default() });
        draft.protos.push(DraftProto { param_count: 3, ..DraftProto::default() });
        let mut heap = Heap::new(1);
        let main = new_proto(&mut heap, Arc::new(draft), 0).expect("memory");
        let child = child_proto(&mut heap, main, 0).expect("memory");
        assert_eq!(child_proto(&mut heap, main, 0), Ok(child));
        // SAFETY: a live cell.
        assert_eq!(unsafe { (*child.as_ptr()).param_count }, 3);
    }
}
