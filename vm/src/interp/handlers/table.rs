//! Tables and globals.

use super::keep_branch;
use super::load::closure;
use crate::bytecode::Part;
use crate::ffi::cdata::COLUMN;
use crate::ffi::column::{self, Column};
use crate::ffi::part::{self, Whole};
use crate::ffi::place;
use crate::function::{InlineCache, LuaFunction};
use crate::gc::is_marked;
use crate::interp::dispatch::{handler, next, slow};
use crate::interp::slow::{misc, table};
use crate::table::{DICTIONARY, INTEGER_KEYS, IS_META, Table};
use crate::value::{Gc, RawValue, Type, truncate};

/// The inline cache of an instruction: caches lie below the back pointer below the constants (function/code.rs).
macro_rules! cache {
    ($k:expr, $insn:expr) => {
        $k.sub(1).cast::<InlineCache>().sub($insn.index() + 1)
    };
}

/// Reads a field through the cache: an own slot with a value, or an answer known to lie behind the metatable, also of tables that have the slot
/// without a value.
macro_rules! read_field {
    ($table:expr, $into:expr, $pc:ident, $vm:ident, $insn:ident, $base:ident, $k:ident) => {{
        let table: *mut Table = $table;
        let cache = cache!($k, $insn);
        let shape = (*table).header.aux;
        if shape == (*cache).shape {
            let value = *(*table).slots.add((*cache).slot as usize);
            if !value.is_nil() {
                *$into = value;
                next!($pc, $vm, $base, $k)
            }
        }
        // Read anew, as the handlers of this have no register to keep it in.
        if (&raw const (*table).header.aux).read_volatile() == (*cache).other_shape
            && (*table).meta == (*cache).meta
            && (*cache).epoch == (*$vm).heap.method_epoch
        {
            *$into = (*cache).value;
            next!($pc, $vm, $base, $k)
        }
    }};
}

/// Whether a value may be overwritten without shading it. While a collection marks, scripts that only compute stay on the fast path, and so
/// do those that replace what has been reached already or is new.
macro_rules! needs_no_barrier {
    ($vm:ident, $place:expr) => {
        (!(*$vm).heap.marking || {
            // The flag first: most of the time nothing marks.
            keep_branch();
            (*$place).heap_addr().is_none_or(|cell| is_marked(cell))
        })
    };
}

/// Assigns a field through the cache: an own slot that has a value. `$marking` does so while a collection marks.
macro_rules! write_field {
    ($table:expr, $value:expr, $marking:ident, $pc:ident, $vm:ident, $insn:ident, $base:ident, $k:ident) => {{
        let table: *mut Table = $table;
        let cache = cache!($k, $insn);
        if (*table).header.aux == (*cache).shape {
            // What comes behind needs the register of the shape.
            keep_branch();
            let value: RawValue = $value;
            let place = (*table).slots.add((*cache).slot as usize);
            // The slow path removes keys.
            if !value.is_nil() && !(*place).is_nil() {
                if (*$vm).heap.marking {
                    return $marking($pc, $vm, $insn, $base, $k);
                }
                *place = value;
                next!($pc, $vm, $base, $k)
            }
        }
    }};
}

/// Handlers that assign what [`write_field`] has found, while a collection marks.
macro_rules! while_marking {
    ($name:ident, $slow:path, ($table:expr, $value:expr), $insn:ident, $base:ident) => {
        handler! {
        #[inline(never)]
        $name(pc, vm, $insn, $base, k) {
            let table: *mut Table = $table;
            let place = (*table).slots.add((*cache!(k, $insn)).slot as usize);
            if needs_no_barrier!(vm, place) {
                *place = $value;
                next!(pc, vm, $base, k)
            }
            slow!($slow, pc, vm, $insn, $base, k)
        } }
    };
}

while_marking!(
    set_global_while_marking,
    table::set_global,
    ((*closure!(base)).env.as_ptr(), *base.add(insn.a())),
    insn,
    base
);
while_marking!(
    set_field_while_marking,
    table::set_field,
    ((*base.add(insn.a())).as_table_unchecked().as_ptr(), *base.add(insn.b())),
    insn,
    base
);

handler! { GETGLOBAL(pc, vm, insn, base, k) {
    let env = (*closure!(base)).env.as_ptr();
    read_field!(env, base.add(insn.a()), pc, vm, insn, base, k);
    slow!(table::get_global, pc, vm, insn, base, k)
} }

handler! { SETGLOBAL(pc, vm, insn, base, k) {
    let env = (*closure!(base)).env.as_ptr();
    write_field!(env, *base.add(insn.a()), set_global_while_marking, pc, vm, insn, base, k);
    slow!(table::set_global, pc, vm, insn, base, k)
} }

handler! { GETFIELD(pc, vm, insn, base, k) {
    let object = *base.add(insn.b());
    if let Some(table) = object.as_table() {
        read_field!(table.as_ptr(), base.add(insn.a()), pc, vm, insn, base, k);
        return get_remembered_field(pc, vm, insn, base, k);
    }
    return get_cdata_field(pc, vm, insn, base, k, object);
} }

// The paths of what is no table are handlers of their own: those of tables need no stack then, and one comparison of tags.
handler! {
#[inline(never)]
get_cdata_field(pc, vm, insn, base, k, object: RawValue) {
    if let Some(cdata) = object.to_cdata() {
        let cdata = cdata.as_ptr();
        let (ctype, place) = InlineCache::typed_place(cache!(k, insn));
        if (*cdata).header.aux == ctype
            && let Some(data) = place::readable(vm, cdata)
        {
            // Most are floats, or parts on the way to one.
            if place & 0xFF != place::FLOAT {
                return get_cdata_scalar(pc, vm, insn, base, k, object);
            }
            if let Some(value) = place::load_float(data, place) {
                *base.add(insn.a()) = value;
                next!(pc, vm, base, k)
            }
        }
    }
    slow!(table::get_field, pc, vm, insn, base, k)
} }

handler! {
#[inline(never)]
get_cdata_scalar(pc, vm, insn, base, k, object: RawValue) {
    let place = (*cache!(k, insn)).place;
    if place & 0xFF == place::PART {
        return get_part(pc, vm, insn, base, k, object);
    }
    *base.add(insn.a()) = place::load((*object.as_cdata_unchecked().as_ptr()).data, place);
    next!(pc, vm, base, k)
} }

handler! {
#[inline(never)]
get_part(pc, vm, insn, base, k, object: RawValue) {
    let cdata = object.as_cdata_unchecked().as_ptr();
    let cache = cache!(k, insn);
    let whole = Whole::of(cdata);
    let at = (*cdata).data.add(((*cache).place >> 8) as usize);
    if let Some(pc) = part::follow(whole, at, (*cache).slot, pc, (insn.a(), insn.c()), base, k) {
        next!(pc, vm, base, k)
    }
    slow!(table::get_field, pc, vm, insn, base, k)
} }

handler! { SETFIELD(pc, vm, insn, base, k) {
    let object = *base.add(insn.a());
    if let Some(table) = object.as_table() {
        write_field!(table.as_ptr(), *base.add(insn.b()), set_field_while_marking, pc, vm, insn, base, k);
        return add_field(pc, vm, insn, base, k);
    }
    return set_cdata_field(pc, vm, insn, base, k, object);
} }

handler! { INITFIELD(pc, vm, insn, base, k) {
    if let Some(table) = (*base.add(insn.a())).as_table() {
        let table = table.as_ptr();
        let cache = cache!(k, insn);
        let slot = (*cache).slot as usize;
        if (*table).header.aux == (*cache).other_shape
            && slot < usize::from((*table).header.extra[0])
            && (*table).header.flags & IS_META == 0
        {
            if (*vm).heap.marking {
                return init_while_marking(pc, vm, insn, base, k);
            }
            *(*table).slots.add(slot) = *base.add(insn.b());
            (*table).header.aux = (*cache).shape;
            next!(pc, vm, base, k)
        }
    }
    slow!(table::init_field, pc, vm, insn, base, k)
} }

// What `INITFIELD` does, for a table of the shape its cache knows. A table's shape is marked with it, so that a table that has been marked
// needs a new shape that is; the shape it had is an ancestor of that.
handler! {
#[inline(never)]
init_while_marking(pc, vm, insn, base, k) {
    let cache = cache!(k, insn);
    if (*vm).heap.shapes.is_marked((*cache).shape) {
        let table = (*base.add(insn.a())).as_table_unchecked().as_ptr();
        *(*table).slots.add((*cache).slot as usize) = *base.add(insn.b());
        (*table).header.aux = (*cache).shape;
        next!(pc, vm, base, k)
    }
    slow!(table::init_field, pc, vm, insn, base, k)
} }

handler! {
#[inline(never)]
set_cdata_field(pc, vm, insn, base, k, object: RawValue) {
    if let Some(cdata) = object.to_cdata() {
        let cdata = cdata.as_ptr();
        let (ctype, place) = InlineCache::typed_place(cache!(k, insn));
        if (*cdata).header.aux == ctype {
            if place & 0xFF != place::FLOAT {
                return set_cdata_scalar(pc, vm, insn, base, k, object);
            }
            if place::store_float(vm, cdata, place, *base.add(insn.b())) {
                next!(pc, vm, base, k)
            }
        }
    }
    slow!(table::set_field, pc, vm, insn, base, k)
} }

handler! {
#[inline(never)]
set_cdata_scalar(pc, vm, insn, base, k, object: RawValue) {
    let cdata = object.as_cdata_unchecked().as_ptr();
    if place::store(vm, cdata, (*cache!(k, insn)).place, *base.add(insn.b())) {
        next!(pc, vm, base, k)
    }
    slow!(table::set_field, pc, vm, insn, base, k)
} }

handler! { SELF(pc, vm, insn, base, k) {
    let object = *base.add(insn.b());
    if let Some(table) = object.as_table() {
        // The receiver first: its register may be the one the method goes to.
        *base.add(insn.a() + 1) = object;
        read_field!(table.as_ptr(), base.add(insn.a()), pc, vm, insn, base, k);
        return get_remembered_method(pc, vm, insn, base, k);
    }
    return get_host_method(pc, vm, insn, base, k);
} }

// Values of the host.
handler! {
#[inline(never)]
get_host_method(pc, vm, insn, base, k) {
    let object = *base.add(insn.b());
    if !object.is_userdata() {
        return get_other_method(pc, vm, insn, base, k);
    }
    let cache = cache!(k, insn);
    // A method was found in a metatable that is there.
    if (*cache).meta == (*object.as_userdata_unchecked().as_ptr()).meta
        && (*cache).other_shape == InlineCache::NO_TABLE
        && (*cache).epoch == (*vm).heap.method_epoch
    {
        *base.add(insn.a() + 1) = object;
        *base.add(insn.a()) = (*cache).value;
        next!(pc, vm, base, k)
    }
    slow!(table::get_method, pc, vm, insn, base, k)
} }

// Strings and C values.
handler! {
#[inline(never)]
get_other_method(pc, vm, insn, base, k) {
    let object = *base.add(insn.b());
    let meta = if object.is_string() {
        (*vm).heap.roots.type_metatables[Type::String as usize].map_or(std::ptr::null_mut(), Gc::as_ptr)
    } else if object.is_cdata() {
        return get_cdata_method(pc, vm, insn, base, k);
    } else {
        std::ptr::null_mut()
    };
    let cache = cache!(k, insn);
    // A method was found in a metatable that is there.
    if (*cache).other_shape == InlineCache::NO_TABLE
        && (*cache).meta == meta
        && (*cache).epoch == (*vm).heap.method_epoch
    {
        *base.add(insn.a() + 1) = object;
        *base.add(insn.a()) = (*cache).value;
        next!(pc, vm, base, k)
    }
    slow!(table::get_method, pc, vm, insn, base, k)
} }

handler! {
#[inline(never)]
get_cdata_method(pc, vm, insn, base, k) {
    let object = *base.add(insn.b());
    let cache = cache!(k, insn);
    if (*object.as_cdata_unchecked().as_ptr()).header.aux == (*cache).ctype
        && (*cache).epoch == (*vm).heap.method_epoch
    {
        *base.add(insn.a() + 1) = object;
        *base.add(insn.a()) = (*cache).value;
        next!(pc, vm, base, k)
    }
    slow!(table::get_method, pc, vm, insn, base, k)
} }

/// Handlers for tables of which the inline cache knows nothing: the answer may be remembered for their shape.
macro_rules! remembered {
    ($name:ident, $ask:ident, $slow:path) => {
        handler! {
        #[inline(never)]
        $name(pc, vm, insn, base, k) {
            let table = (*base.add(insn.b())).as_table_unchecked();
            let cache = cache!(k, insn).cast_mut();
            if (*cache).ctype == InlineCache::HANDLER {
                return $ask(pc, vm, insn, base, k);
            }
            if let Some(value) = (*vm).lookups.read(table.as_ptr(), cache, (*vm).heap.method_epoch) {
                *base.add(insn.a()) = value;
                next!(pc, vm, base, k)
            }
            slow!($slow, pc, vm, insn, base, k)
        } }
    };
}

remembered!(get_remembered_field, ask_for_field, table::get_field);
remembered!(get_remembered_method, ask_for_method, table::get_method);

/// Handlers for tables whose metatable has a function answer, as the inline cache knows: a native may do so without a frame.
macro_rules! ask {
    ($name:ident, $slow:path) => {
        handler! {
        #[inline(never)]
        $name(pc, vm, insn, base, k) {
            if let Some(value) = table::ask_short_form(&mut *vm, *base.add(insn.b()), cache!(k, insn)) {
                *base.add(insn.a()) = value;
                if (*vm).heap.debt > 0 {
                    slow!(misc::collector_point, pc, vm, insn, base, k)
                }
                next!(pc, vm, base, k)
            }
            slow!($slow, pc, vm, insn, base, k)
        } }
    };
}

ask!(ask_for_field, table::get_field);
ask!(ask_for_method, table::get_method);

handler! {
#[inline(never)]
add_field(pc, vm, insn, base, k) {
    let table = (*base.add(insn.a())).as_table_unchecked().as_ptr();
    let value = *base.add(insn.b());
    let cache = cache!(k, insn);
    let slot = (*cache).slot as usize;
    // The metatable is known to leave this to the table.
    if (*table).header.aux == (*cache).other_shape
        && !value.is_nil()
        && slot < usize::from((*table).header.extra[0])
        && (*table).meta == (*cache).meta
        && (*cache).epoch == (*vm).heap.method_epoch
        // As in `init_while_marking`.
        && (!(*vm).heap.marking || (*vm).heap.shapes.is_marked((*cache).value.as_f64_or_nan() as u32))
    {
        *(*table).slots.add(slot) = value;
        (*table).header.aux = (*cache).value.as_f64_or_nan() as u32;
        next!(pc, vm, base, k)
    }
    return set_remembered_field(pc, vm, insn, base, k);
} }

handler! {
#[inline(never)]
set_remembered_field(pc, vm, insn, base, k) {
    let table = (*base.add(insn.a())).as_table_unchecked().as_ptr();
    let value = *base.add(insn.b());
    let flags = (*table).header.flags;
    let cache = cache!(k, insn).cast_mut();
    let place = if flags & IS_META != 0 {
        None
    } else if (*table).header.aux == (*cache).shape {
        Some((*table).slots.add((*cache).slot as usize))
    } else {
        (*vm).lookups.place(table, cache)
    };
    if let Some(place) = place
        && needs_no_barrier!(vm, place)
    {
        let had_value = !(*place).is_nil();
        let meta = (*table).meta;
        let nobody_is_asked =
            meta.is_null() || meta == (*cache).meta && (*cache).epoch == (*vm).heap.method_epoch;
        // Values come and go without further ado where keys do not go with them, and nobody is asked about new ones.
        let comes_or_goes = flags & DICTIONARY == 0 && (had_value || nobody_is_asked);
        if had_value && !value.is_nil() || comes_or_goes {
            *place = value;
            next!(pc, vm, base, k)
        }
    }
    slow!(table::set_field, pc, vm, insn, base, k)
} }

/// The place of an array element, if the key is an integer within the array part.
macro_rules! element {
    ($table:expr, $key:expr) => {{
        let table: *mut Table = $table;
        let key = (*$key).as_f64_or_nan();
        // NaN, as which any key that is no number is read, equals no integer.
        let whole = truncate(key);
        let index = (whole as u32).wrapping_sub(1);
        if f64::from(whole) == key && index < (*table).array_len {
            Some((*table).array.add(index as usize))
        } else {
            None
        }
    }};
}

handler! { GETINDEX(pc, vm, insn, base, k) {
    let object = *base.add(insn.b());
    if let Some(table) = object.as_table() {
        if let Some(place) = element!(table.as_ptr(), base.add(insn.c()))
            && !(*place).is_nil()
        {
            *base.add(insn.a()) = *place;
            next!(pc, vm, base, k)
        }
        return get_other(pc, vm, insn, base, k);
    }
    return get_column_element(pc, vm, insn, base, k, object);
} }

// Strings as keys above all.
handler! {
#[inline(never)]
get_other(pc, vm, insn, base, k) {
    let table = (*base.add(insn.b())).as_table_unchecked();
    let value = table.get(&(*vm).heap, *base.add(insn.c()));
    if !value.is_nil() || table.metatable().is_none() {
        *base.add(insn.a()) = value;
        next!(pc, vm, base, k)
    }
    slow!(table::get_index, pc, vm, insn, base, k)
} }

// An element of a lent column: most are on the way to a number, or have one assigned.
handler! {
#[inline(never)]
get_column_element(pc, vm, insn, base, k, object: RawValue) {
    if let Some(cdata) = object.to_cdata() {
        let cdata = cdata.as_ptr();
        if (*cdata).header.flags & COLUMN == 0 {
            return get_cdata_element(pc, vm, insn, base, k);
        }
        if insn.index() & Part::ReadNext as usize == 0 {
            return show_column_element(pc, vm, insn, base, k, object);
        }
        if let Some((at, _)) = column::dense_element(vm, cdata, *base.add(insn.c())) {
            let read = *pc;
            let (ctype, place) = InlineCache::typed_place(cache!(k, read));
            if ctype == (*cdata.cast::<Column>()).element {
                // One condition after the other takes fewer registers.
                keep_branch();
                if place & 0xFF == place::FLOAT
                    && let Some(value) = place::load_float(at, place)
                {
                    *base.add(read.a()) = value;
                    next!(pc.add(1), vm, base, k)
                }
            }
        }
        return follow_column_element(pc, vm, insn, base, k);
    }
    slow!(table::get_index, pc, vm, insn, base, k)
} }

// An element that is assigned to: the view of that assignment's register, which mostly shows one of the same column, is made to show it.
handler! {
#[inline(never)]
show_column_element(pc, vm, insn, base, k, object: RawValue) {
    let column = object.as_cdata_unchecked().as_ptr();
    if insn.index() == Part::Indexed as usize
        && let Some(held) = (*base.add(insn.a())).to_cdata()
        && let Some(found) = column::dense_element(vm, column, *base.add(insn.c()))
        && column::show_element(held.as_ptr(), column, found)
    {
        next!(pc, vm, base, k)
    }
    return get_column_part(pc, vm, insn, base, k);
} }

handler! {
#[inline(never)]
get_column_part(pc, vm, insn, base, k) {
    let held = *base.add(insn.a());
    if insn.index() == Part::Indexed as usize && held.is_cdata() {
        let column = (*base.add(insn.b())).as_cdata_unchecked().as_ptr();
        let key = *base.add(insn.c());
        if let Some((at, ctype)) = column::element(vm, column, key)
            && part::reuse(held.as_cdata_unchecked().as_ptr(), column::whole_of(column, key), at, ctype)
        {
            next!(pc, vm, base, k)
        }
    }
    return follow_column_element(pc, vm, insn, base, k);
} }

handler! {
#[inline(never)]
follow_column_element(pc, vm, insn, base, k) {
    let column = (*base.add(insn.b())).as_cdata_unchecked().as_ptr();
    let key = *base.add(insn.c());
    if let Some((at, ctype)) = column::element(vm, column, key) {
        let whole = column::whole_of(column, key);
        if let Some(pc) = part::follow(whole, at, ctype, pc, (insn.a(), insn.index()), base, k) {
            next!(pc, vm, base, k)
        }
    }
    slow!(table::get_index, pc, vm, insn, base, k)
} }

handler! {
#[inline(never)]
get_cdata_element(pc, vm, insn, base, k) {
    let cdata = (*base.add(insn.b())).as_cdata_unchecked().as_ptr();
    if let Some(value) = place::read_element(vm, cdata, *base.add(insn.c())) {
        *base.add(insn.a()) = value;
        next!(pc, vm, base, k)
    }
    slow!(table::get_index, pc, vm, insn, base, k)
} }

handler! {
#[inline(never)]
set_cdata_element(pc, vm, insn, base, k) {
    let cdata = (*base.add(insn.a())).as_cdata_unchecked().as_ptr();
    if place::write_element(vm, cdata, *base.add(insn.b()), *base.add(insn.c())) {
        next!(pc, vm, base, k)
    }
    slow!(table::set_index, pc, vm, insn, base, k)
} }

handler! { SETINDEX(pc, vm, insn, base, k) {
    let value = *base.add(insn.c());
    if let Some(table) = (*base.add(insn.a())).as_table()
        && let Some(place) = element!(table.as_ptr(), base.add(insn.b()))
        && !(*place).is_nil()
        && !value.is_nil()
        && needs_no_barrier!(vm, place)
    {
        *place = value;
        next!(pc, vm, base, k)
    }
    return append(pc, vm, insn, base, k);
} }

handler! {
#[inline(never)]
append(pc, vm, insn, base, k) {
    let value = *base.add(insn.c());
    if (*base.add(insn.a())).is_cdata() {
        return set_cdata_element(pc, vm, insn, base, k);
    } else if let Some(table) = (*base.add(insn.a())).as_table() {
        // One past the end, with room there, no such key in the dictionary and nobody to ask.
        let table = table.as_ptr();
        let len = (*table).array_len;
        if (*base.add(insn.b())).as_f64_or_nan() == f64::from(len) + 1.0
            && len < (*table).array_cap
            && (*table).header.flags & INTEGER_KEYS == 0
            && (*table).meta.is_null()
            && !value.is_nil()
        {
            *(*table).array.add(len as usize) = value;
            (*table).array_len = len + 1;
            next!(pc, vm, base, k)
        }
    }
    slow!(table::set_index, pc, vm, insn, base, k)
} }

handler! { GETINT(pc, vm, insn, base, k) {
    if let Some(table) = (*base.add(insn.b())).as_table() {
        let index = (insn.c() as u32).wrapping_sub(1);
        if index < (*table.as_ptr()).array_len {
            let value = *(*table.as_ptr()).array.add(index as usize);
            if !value.is_nil() {
                *base.add(insn.a()) = value;
                next!(pc, vm, base, k)
            }
        }
    } else if (*base.add(insn.b())).is_cdata() {
        return get_cdata_int(pc, vm, insn, base, k);
    }
    slow!(table::get_int, pc, vm, insn, base, k)
} }

handler! {
#[inline(never)]
get_cdata_int(pc, vm, insn, base, k) {
    let cdata = (*base.add(insn.b())).as_cdata_unchecked().as_ptr();
    let key = RawValue::number_unchecked(insn.c() as f64);
    if let Some(value) = place::read_element(vm, cdata, key) {
        *base.add(insn.a()) = value;
        next!(pc, vm, base, k)
    }
    slow!(table::get_int, pc, vm, insn, base, k)
} }

handler! {
#[inline(never)]
set_cdata_int(pc, vm, insn, base, k) {
    let cdata = (*base.add(insn.a())).as_cdata_unchecked().as_ptr();
    let key = RawValue::number_unchecked(insn.b() as f64);
    if place::write_element(vm, cdata, key, *base.add(insn.c())) {
        next!(pc, vm, base, k)
    }
    slow!(table::set_int, pc, vm, insn, base, k)
} }

handler! { SETINT(pc, vm, insn, base, k) {
    let value = *base.add(insn.c());
    if let Some(table) = (*base.add(insn.a())).as_table() {
        let index = (insn.b() as u32).wrapping_sub(1);
        if index < (*table.as_ptr()).array_len && !value.is_nil() {
            let place = (*table.as_ptr()).array.add(index as usize);
            if !(*place).is_nil() && needs_no_barrier!(vm, place) {
                *place = value;
                next!(pc, vm, base, k)
            }
        }
    } else if (*base.add(insn.a())).is_cdata() {
        return set_cdata_int(pc, vm, insn, base, k);
    }
    slow!(table::set_int, pc, vm, insn, base, k)
} }

handler! { NEWTABLE(pc, vm, insn, base, k) { slow!(misc::new_table, pc, vm, insn, base, k) } }

handler! { SETLIST(pc, vm, insn, base, k) { slow!(table::set_list, pc, vm, insn, base, k) } }
