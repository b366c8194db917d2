//! Table access off the fast path: cache misses, metatables, other types, missing elements.

use crate::bytecode::{Insn, Op, Part};
use crate::ffi::cdata::CData;
use crate::ffi::ctype::CTypeId;
use crate::ffi::{part, place};
use crate::function::{FunctionView, InlineCache};
use crate::interp::Go;
use crate::interp::lookup::Inherited;
use crate::interp::slow::misc::running_closure;
use crate::rt::{self, meta::Meta};
use crate::string::LuaString;
use crate::table::{SetHint, Table};
use crate::value::{Gc, RawValue};
use crate::vm::{Raised, Vm};

/// The inline cache an instruction of the frame on top names.
fn cache(vm: &Vm, insn: Insn) -> *mut InlineCache {
    // SAFETY: caches lie below the back pointer below the constants (function/code.rs); the index was verified.
    unsafe { vm.frame().constants.sub(1).cast::<InlineCache>().sub(insn.index() + 1).cast_mut() }
}

/// The key of an inline cache.
fn key_of(vm: &Vm, insn: Insn) -> Gc<LuaString> {
    // SAFETY: the cache belongs to the running code.
    unsafe { (*cache(vm, insn)).key }
}

/// `GETGLOBAL`
pub(in crate::interp) fn get_global(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    // SAFETY: a live cell.
    let env = unsafe { (*running_closure(vm).as_ptr()).env };
    read(vm, insn, env.into(), None)
}

/// `GETFIELD`
pub(in crate::interp) fn get_field(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let object = vm.reg(insn.b());
    read(vm, insn, object, Some(insn.b()))
}

/// `SELF`; the receiver is already in place when it is a table.
pub(in crate::interp) fn get_method(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let object = vm.reg(insn.b());
    vm.set_reg(insn.a() + 1, object);
    if object.is_userdata() || object.is_string() {
        fill_method_cache(vm, insn, object);
    } else if let Some(cdata) = object.as_cdata() {
        fill_cdata_method_cache(vm, insn, cdata);
        return finish_read(vm, insn, object, key_of(vm, insn).into(), Some(insn.b()));
    }
    read(vm, insn, object, Some(insn.b()))
}

/// Remembers the method of a string or userdata: what answers is its metatable alone.
fn fill_method_cache(vm: &mut Vm, insn: Insn, object: RawValue) {
    let key = key_of(vm, insn);
    let Some(meta) = vm.metatable_of(object) else { return };
    let Some((value, Some(_))) = rt::inherited(vm, meta, key) else { return };
    if !value.is_function() {
        return;
    }
    let cache = cache(vm, insn);
    // SAFETY: the cache belongs to the running code; `value` is kept alive by the chain of metatables, for as long as the epoch stands.
    unsafe {
        (*cache).other_shape = InlineCache::NO_TABLE;
        (*cache).ctype = InlineCache::EMPTY;
        (*cache).meta = meta.as_ptr();
        (*cache).value = value;
        (*cache).epoch = vm.heap.method_epoch;
    }
}

/// Reads the cached key of an instruction and fills its cache.
fn read(vm: &mut Vm, insn: Insn, object: RawValue, register: Option<usize>) -> Result<Go, Raised> {
    let key = key_of(vm, insn);
    if let Some(table) = object.as_table() {
        // SAFETY: the cache belongs to the running code.
        if let Some(handler) = unsafe { cached_handler(vm, cache(vm, insn), table) } {
            // In the middle of compiled code; a handler has asked before.
            // SAFETY: as above.
            if let Some(value) = unsafe { ask_short_form(vm, object, cache(vm, insn)) } {
                vm.set_reg(insn.a(), value);
                vm.check_collector(insn);
                return Ok(Go::On);
            }
            return vm.call_meta(handler, &[object, key.into()], 0);
        }
        let own = table.get_str(&vm.heap, key);
        let inherited = fill_read_cache(vm, insn, table, key, own);
        if let Some(value) = if own.is_nil() { inherited } else { Some(own) } {
            vm.set_reg(insn.a(), value);
            return Ok(Go::On);
        }
    } else if let Some(cdata) = object.as_cdata() {
        fill_place_cache(vm, insn, cdata, key, false);
    }
    finish_read(vm, insn, object, key.into(), register)
}

/// Remembers where a key was found. Returns what it comes to behind the metatable, if the table has no value of its own for
/// it and tables alone decide.
fn fill_read_cache(
    vm: &mut Vm,
    insn: Insn,
    table: Gc<Table>,
    key: Gc<LuaString>,
    own: RawValue,
) -> Option<RawValue> {
    let shape = table.cache_shape(&mut vm.heap);
    if shape == 0 {
        return None;
    }
    let cache = cache(vm, insn);
    let slot = table.find_slot(&vm.heap, key);
    if let Some(slot) = slot {
        // SAFETY: the cache belongs to the running code.
        unsafe {
            forget_part(cache);
            (*cache).found_in_slot(shape, slot);
        }
    }
    if !own.is_nil() {
        // SAFETY: a live table.
        unsafe { vm.lookups.remember(table.as_ptr(), key, slot, None) }
        return None;
    }
    // What answers is the metatable.
    let (value, holder) = match table.metatable() {
        None => (RawValue::NIL, None),
        Some(meta) => match rt::inherited(vm, meta, key) {
            Some(found) => found,
            None => {
                if slot.is_none() {
                    fill_handler_cache(vm, insn, shape, meta);
                }
                return None;
            }
        },
    };
    let epoch = vm.heap.method_epoch;
    // A store to a table that is inherited from moves the epoch if a function is there or a key comes or goes.
    let inherited = match holder {
        Some(holder) if !value.is_function() => {
            Inherited::Slot(holder.as_ptr(), holder.find_slot(&vm.heap, key)?)
        }
        Some(_) | None => Inherited::Value(value),
    };
    // SAFETY: a live table.
    unsafe { vm.lookups.remember(table.as_ptr(), key, slot, Some((inherited, epoch))) }
    if matches!(inherited, Inherited::Value(_)) {
        // SAFETY: the cache belongs to the running code; `value` is kept alive by the chain of metatables, for as long as the epoch stands.
        unsafe {
            (*cache).other_shape = shape;
            (*cache).ctype = InlineCache::EMPTY;
            (*cache).meta = (*table.as_ptr()).meta;
            (*cache).value = value;
            (*cache).epoch = epoch;
        }
    }
    Some(value)
}

/// Remembers that tables of this shape lack the key and that their metatable has a function answer.
fn fill_handler_cache(vm: &mut Vm, insn: Insn, shape: u32, meta: Gc<Table>) {
    let handler = meta.meta(&vm.heap, Meta::Index);
    if !handler.is_function() {
        return;
    }
    let cache = cache(vm, insn);
    // SAFETY: the cache belongs to the running code; the metatable, marked by `inherited`, keeps the handler alive for as long as the
    // epoch stands.
    unsafe {
        (*cache).ctype = InlineCache::HANDLER;
        (*cache).place = shape;
        (*cache).other_shape = InlineCache::EMPTY;
        (*cache).meta = meta.as_ptr();
        (*cache).value = handler;
        (*cache).epoch = vm.heap.method_epoch;
    }
}

/// What the short form of an `__index` function that is known to answer for a table finds; `None` asks for the call itself.
///
/// # Safety
/// The object is a table, and the cache belongs to the running code.
pub(in crate::interp) unsafe fn ask_short_form(
    vm: &mut Vm,
    object: RawValue,
    cache: *const InlineCache,
) -> Option<RawValue> {
    if vm.watch.sees_calls() {
        return None;
    }
    // SAFETY: by contract.
    let (handler, key) = unsafe { (cached_handler(vm, cache, object.as_table_unchecked())?, (*cache).key) };
    let FunctionView::Native(native) = handler.as_function()?.view() else { return None };
    native.short_form()?(vm, native, &[object, key.into()])
}

/// The `__index` function that is known to answer for this table.
///
/// # Safety
/// The cache belongs to the running code.
unsafe fn cached_handler(vm: &Vm, cache: *const InlineCache, table: Gc<Table>) -> Option<RawValue> {
    // SAFETY: by contract; the table is live.
    unsafe {
        let known = (*cache).ctype == InlineCache::HANDLER
            && (*cache).place == (*table.as_ptr()).header.aux
            && (*cache).meta == (*table.as_ptr()).meta
            && (*cache).epoch == vm.heap.method_epoch;
        if known { Some((*cache).value) } else { None }
    }
}

/// Remembers where a field of a cdata is, when a load or store is all it takes.
fn fill_place_cache(vm: &mut Vm, insn: Insn, cdata: Gc<CData>, key: Gc<LuaString>, writes: bool) {
    let ctype = cdata.ctype();
    if let Some((place, part)) = place::of_field(vm, ctype, key, writes) {
        let cache = cache(vm, insn);
        // SAFETY: the cache belongs to the running code.
        unsafe {
            (*cache).ctype = ctype.0;
            (*cache).place = place;
            if place & 0xFF == place::PART {
                // The part's type takes the place of a table's slot.
                (*cache).slot = part.0;
                (*cache).shape = InlineCache::EMPTY;
                (*cache).other_shape = InlineCache::EMPTY;
            }
        }
    }
}

/// A table's slot is about to take the place of a part's type.
///
/// # Safety
/// The cache belongs to the running code.
unsafe fn forget_part(cache: *mut InlineCache) {
    // SAFETY: by contract.
    unsafe {
        if (*cache).place & 0xFF == place::PART {
            (*cache).ctype = InlineCache::EMPTY;
            (*cache).place = 0;
        }
    }
}

/// Remembers a method of a cdata's type.
fn fill_cdata_method_cache(vm: &mut Vm, insn: Insn, cdata: Gc<CData>) {
    let (ctype, key) = (cdata.ctype(), key_of(vm, insn));
    let Some(value) = method_of_ctype(vm, ctype, key) else { return };
    if !value.is_function() {
        return;
    }
    let cache = cache(vm, insn);
    // SAFETY: the cache belongs to the running code; the value is kept alive by the type's table for as long as the epoch stands.
    unsafe {
        (*cache).ctype = ctype.0;
        (*cache).value = value;
        (*cache).epoch = vm.heap.method_epoch;
        (*cache).other_shape = InlineCache::EMPTY;
    }
}

/// The method that every cdata of a type has under a name, as long as the method epoch stands.
fn method_of_ctype(vm: &mut Vm, ctype: CTypeId, key: Gc<LuaString>) -> Option<RawValue> {
    if ctype.is_declared() {
        let target = vm.ffi.c.method_target(ctype)?;
        if vm.c_field(target, key).ok()?.is_some() {
            return None;
        }
        let meta = vm.ffi.c.metatype(&vm.heap, ctype)?;
        return Some(rt::inherited(vm, meta, key)?.0);
    }
    if vm.ffi.field(ctype, key).is_some() {
        return None;
    }
    let methods = vm.ffi.metatable(&vm.heap, ctype)?;
    // A table whose changes do not move the method epoch cannot be cached.
    methods.make_meta(&mut vm.heap).ok()?;
    Some(methods.get_str(&vm.heap, key))
}

/// `object[key]` for an instruction with its result in `A`.
fn finish_read(
    vm: &mut Vm,
    insn: Insn,
    object: RawValue,
    key: RawValue,
    register: Option<usize>,
) -> Result<Go, Raised> {
    match rt::index(vm, object, key)? {
        rt::Index::Done(value) => {
            vm.set_reg(insn.a(), value);
            if object.is_cdata() && value.is_heap() {
                if let Some(cdata) = object.as_cdata()
                    && part_of(insn) == Part::Indexed as usize
                {
                    part::reuse_from_now(vm, cdata, key, value);
                }
                // A part of a view, or what a host made for the occasion.
                vm.check_collector(insn);
            }
            Ok(Go::On)
        }
        rt::Index::Call { handler, object } => vm.call_meta(handler, &[object, key], 0),
        rt::Index::Invalid(culprit) => {
            let register = register.filter(|_| culprit == object);
            Err(vm.index_error(culprit, key, register))
        }
    }
}

/// What is known of the use of the value an instruction reads.
fn part_of(insn: Insn) -> usize {
    match insn.op() {
        Op::GETFIELD => insn.c(),
        Op::GETINDEX => insn.index(),
        _ => Part::Kept as usize,
    }
}

/// `GETINDEX`
pub(in crate::interp) fn get_index(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let (object, key) = (vm.reg(insn.b()), vm.reg(insn.c()));
    if let Some(table) = object.as_table() {
        let value = table.get(&vm.heap, key);
        if !value.is_nil() {
            vm.set_reg(insn.a(), value);
            return Ok(Go::On);
        }
    }
    finish_read(vm, insn, object, key, Some(insn.b()))
}

/// `GETINT`
pub(in crate::interp) fn get_int(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let object = vm.reg(insn.b());
    finish_read(vm, insn, object, RawValue::number(insn.c() as f64), Some(insn.b()))
}

/// `SETGLOBAL`
pub(in crate::interp) fn set_global(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    // SAFETY: a live cell.
    let env = unsafe { (*running_closure(vm).as_ptr()).env };
    let value = vm.reg(insn.a());
    write(vm, insn, env.into(), value, None)
}

/// `SETFIELD`
pub(in crate::interp) fn set_field(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let (object, value) = (vm.reg(insn.a()), vm.reg(insn.b()));
    write(vm, insn, object, value, Some(insn.a()))
}

/// `INITFIELD`
pub(in crate::interp) fn init_field(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let (object, value) = (vm.reg(insn.a()), vm.reg(insn.b()));
    let key = key_of(vm, insn);
    let Some(table) = object.as_table() else {
        // Only through `debug.setlocal` does another value get here.
        return write(vm, insn, object, value, None);
    };
    let hint = match table.init_str(&mut vm.heap, key, value) {
        Ok(hint) => hint,
        Err(error) => return Err(vm.set_error(error)),
    };
    if let SetHint::Added { before, after, slot } = hint {
        let cache = cache(vm, insn);
        // SAFETY: the cache belongs to the running code.
        unsafe {
            (*cache).other_shape = before;
            (*cache).shape = after;
            (*cache).slot = slot;
        }
    }
    vm.check_collector(insn);
    Ok(Go::On)
}

/// Assigns the cached key of an instruction and fills its cache.
fn write(
    vm: &mut Vm,
    insn: Insn,
    object: RawValue,
    value: RawValue,
    register: Option<usize>,
) -> Result<Go, Raised> {
    let key = key_of(vm, insn);
    if let Some(table) = object.as_table()
        && (assigns_directly(vm, table) || !table.get_str(&vm.heap, key).is_nil())
    {
        let directly = assigns_directly(vm, table);
        // An own slot can only be cached by the id that a table with inline caches has.
        table.cache_shape(&mut vm.heap);
        let hint = match table.set_str(&mut vm.heap, key, value) {
            Ok(hint) => hint,
            Err(error) => return Err(vm.set_error(error)),
        };
        let cache = cache(vm, insn);
        // SAFETY: the cache belongs to the running code.
        unsafe {
            forget_part(cache);
            match hint {
                SetHint::None => {}
                SetHint::Existing { shape, slot } => {
                    (*cache).shape = shape;
                    (*cache).slot = slot;
                    (*cache).other_shape = InlineCache::EMPTY;
                    // Whether the metatable leaves it to the table when the slot has no value.
                    (*cache).meta = if directly { (*table.as_ptr()).meta } else { std::ptr::null_mut() };
                    (*cache).epoch = vm.heap.method_epoch;
                    vm.lookups.remember(table.as_ptr(), key, Some(slot), None);
                }
                SetHint::Added { before, after, slot } => {
                    (*cache).other_shape = before;
                    (*cache).meta = (*table.as_ptr()).meta;
                    (*cache).epoch = vm.heap.method_epoch;
                    (*cache).value = RawValue::number(f64::from(after));
                    (*cache).slot = slot;
                    (*cache).shape = InlineCache::EMPTY;
                }
            }
        }
        vm.check_collector(insn);
        return Ok(Go::On);
    }
    if let Some(cdata) = object.as_cdata() {
        fill_place_cache(vm, insn, cdata, key, true);
    }
    finish_write(vm, object, key.into(), value, register)
}

/// Whether absent keys of a table are assigned without asking `__newindex`.
fn assigns_directly(vm: &Vm, table: Gc<Table>) -> bool {
    table.metatable().is_none_or(|meta| meta.meta(&vm.heap, Meta::NewIndex).is_nil())
}

/// `object[key] = value` for an instruction.
fn finish_write(
    vm: &mut Vm,
    object: RawValue,
    key: RawValue,
    value: RawValue,
    register: Option<usize>,
) -> Result<Go, Raised> {
    match rt::set_index(vm, object, key, value)? {
        rt::Index::Done(_) => Ok(Go::On),
        rt::Index::Call { handler, object } => vm.call_meta(handler, &[object, key, value], 0),
        rt::Index::Invalid(culprit) => {
            let register = register.filter(|_| culprit == object);
            Err(vm.index_error(culprit, key, register))
        }
    }
}

/// `SETINDEX`
pub(in crate::interp) fn set_index(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let (object, key, value) = (vm.reg(insn.a()), vm.reg(insn.b()), vm.reg(insn.c()));
    let go = finish_write(vm, object, key, value, Some(insn.a()))?;
    vm.check_collector(insn);
    Ok(go)
}

/// `SETINT`
pub(in crate::interp) fn set_int(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    let (object, value) = (vm.reg(insn.a()), vm.reg(insn.c()));
    finish_write(vm, object, RawValue::number(insn.b() as f64), value, Some(insn.a()))
}

/// `SETLIST`
pub(in crate::interp) fn set_list(vm: &mut Vm, insn: Insn) -> Result<Go, Raised> {
    debug_assert_eq!(insn.op(), Op::SETLIST);
    let Some(table) = vm.reg(insn.a()).as_table() else {
        // Compiled code has just made the table.
        return Err(vm.index_error(vm.reg(insn.a()), RawValue::NIL, Some(insn.a())));
    };
    let first = vm.frame().base + insn.a() as u32 + 1;
    let count = if insn.b() == 0 { vm.top - first } else { insn.b() as u32 - 1 };
    for i in 0..count {
        let value = vm.slot(first + i);
        if let Err(error) = table.set_int(&mut vm.heap, i64::from(insn.d()) + i64::from(i), value) {
            return Err(vm.set_error(error));
        }
    }
    vm.check_collector(insn);
    Ok(Go::On)
}
