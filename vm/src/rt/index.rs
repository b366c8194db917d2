//! Indexing and length.

use crate::ffi;
use crate::rt::Step;
use crate::rt::meta::Meta;
use crate::string::LuaString;
use crate::table::Table;
use crate::value::{Gc, RawValue};
use crate::vm::{Raised, Vm};

/// How long a chain of `__index` or `__newindex` values may be.
const MAX_CHAIN: usize = 100;

/// How far an access got without calling anything.
pub(crate) enum Index {
    /// Reading: this is the value. Assigning: it is done.
    Done(RawValue),
    /// Call this handler with the object it belongs to, the key and, when assigning, the value.
    Call {
        /// The `__index` or `__newindex` function.
        handler: RawValue,
        /// The object at the end of the chain.
        object: RawValue,
    },
    /// This value, the object itself or one in its chain, cannot be indexed.
    Invalid(RawValue),
}

/// `object[key]`
pub(crate) fn index(vm: &mut Vm, mut object: RawValue, key: RawValue) -> Result<Index, Raised> {
    for _ in 0..MAX_CHAIN {
        let handler = if let Some(table) = object.as_table() {
            let value = table.get(&vm.heap, key);
            if !value.is_nil() {
                return Ok(Index::Done(value));
            }
            let handler = table.metatable().map_or(RawValue::NIL, |meta| meta.meta(&vm.heap, Meta::Index));
            if handler.is_nil() {
                return Ok(Index::Done(RawValue::NIL));
            }
            handler
        } else if let Some(cdata) = object.as_cdata() {
            match ffi::access::index(vm, cdata, key)? {
                ffi::cindex::Access::Done(value) => return Ok(Index::Done(value)),
                ffi::cindex::Access::Call(handler) | ffi::cindex::Access::Goto(handler) => handler,
            }
        } else {
            let handler = vm.metamethod(object, Meta::Index);
            if handler.is_nil() {
                return Ok(Index::Invalid(object));
            }
            handler
        };
        if handler.is_function() {
            return Ok(Index::Call { handler, object: ffi::part::to_pass_on(vm, object)? });
        }
        object = handler;
    }
    Err(vm.error("loop in gettable"))
}

/// `object[key] = value`
pub(crate) fn set_index(
    vm: &mut Vm,
    mut object: RawValue,
    key: RawValue,
    value: RawValue,
) -> Result<Index, Raised> {
    for _ in 0..MAX_CHAIN {
        let handler = if let Some(table) = object.as_table() {
            let handler = table.metatable().map_or(RawValue::NIL, |meta| meta.meta(&vm.heap, Meta::NewIndex));
            if handler.is_nil() || !table.get(&vm.heap, key).is_nil() {
                return match table.set(&mut vm.heap, key, value) {
                    Ok(()) => Ok(Index::Done(RawValue::NIL)),
                    Err(error) => Err(vm.set_error(error)),
                };
            }
            handler
        } else if let Some(cdata) = object.as_cdata() {
            match ffi::access::newindex(vm, cdata, key, value)? {
                ffi::cindex::Access::Done(_) => return Ok(Index::Done(RawValue::NIL)),
                ffi::cindex::Access::Call(handler) | ffi::cindex::Access::Goto(handler) => handler,
            }
        } else {
            let handler = vm.metamethod(object, Meta::NewIndex);
            if handler.is_nil() {
                return Ok(Index::Invalid(object));
            }
            handler
        };
        if handler.is_function() {
            return Ok(Index::Call { handler, object: ffi::part::to_pass_on(vm, object)? });
        }
        object = handler;
    }
    Err(vm.error("loop in settable"))
}

/// What a string key comes to behind a metatable, and the table that has it, if that is decided by tables alone: for method caches.
/// Every table it looks through is marked so that changes of its keys, and of functions in it, move the method epoch.
pub(crate) fn inherited(
    vm: &mut Vm,
    mut meta: Gc<Table>,
    key: Gc<LuaString>,
) -> Option<(RawValue, Option<Gc<Table>>)> {
    for _ in 0..MAX_CHAIN {
        meta.make_meta(&mut vm.heap).ok()?;
        let handler = meta.meta(&vm.heap, Meta::Index);
        if handler.is_nil() {
            return Some((RawValue::NIL, None));
        }
        let table = handler.as_table()?;
        table.make_meta(&mut vm.heap).ok()?;
        if table.cache_shape(&mut vm.heap) == 0 {
            return None;
        }
        let value = table.get_str(&vm.heap, key);
        if !value.is_nil() {
            return Some((value, Some(table)));
        }
        match table.metatable() {
            None => return Some((RawValue::NIL, None)),
            Some(next) => meta = next,
        }
    }
    None
}

/// `#value`. As in LuaJIT without its 5.2 switch, tables do not ask `__len`.
pub(crate) fn length(vm: &mut Vm, value: RawValue) -> Result<Step, Raised> {
    if let Some(string) = value.as_string() {
        return Ok(Step::Done(RawValue::number(string.len() as f64)));
    }
    if let Some(table) = value.as_table() {
        return Ok(Step::Done(RawValue::number(table.len(&vm.heap) as f64)));
    }
    if ffi::arith::is_declared(value) {
        return ffi::carith::operate(vm, Meta::Len, value, value).map(Into::into);
    }
    let handler = vm.metamethod(value, Meta::Len);
    Ok(if handler.is_nil() { Step::Invalid } else { Step::Call(handler) })
}

impl From<ffi::carith::Outcome> for Step {
    fn from(outcome: ffi::carith::Outcome) -> Step {
        match outcome {
            ffi::carith::Outcome::Done(value) => Step::Done(value),
            ffi::carith::Outcome::Call(handler) => Step::Call(handler),
        }
    }
}
