//! Tables held by Rust.

use crate::context::Context;
use crate::error::{Error, ErrorKind};
use crate::host::{self, Root};
use crate::marshal::{FromLua, IntoLua};
use crate::table;
use crate::value::{Gc, RawValue};
use crate::vm::Vm;

/// A table held by Rust.
#[derive(Clone, Debug)]
pub struct Table(pub(crate) Root);

impl Table {
    pub(crate) fn gc(&self, vm: &Vm) -> Result<Gc<table::Table>, Error> {
        Ok(self.0.get(vm)?.as_table().expect("the handle of a table roots one"))
    }

    /// `table[key]`, metamethods included.
    ///
    /// # Errors
    /// When a metamethod fails or the value is of another type.
    pub fn get<V: FromLua>(&self, cx: &mut Context, key: impl IntoLua) -> Result<V, Error> {
        let table = self.0.get(cx.vm_ref())?;
        let key = key.into_raw(cx)?;
        let vm = cx.vm();
        let plain = self.gc(vm)?.get(&vm.heap, key);
        let value = if plain.is_nil() { host::entered(vm, |vm| vm.index(table, key))? } else { plain };
        convert(cx, key, value)
    }

    /// `table[key] = value`, metamethods included.
    ///
    /// # Errors
    /// When a metamethod fails, the key is nil or NaN, or the memory limit is reached.
    pub fn set(&self, cx: &mut Context, key: impl IntoLua, value: impl IntoLua) -> Result<(), Error> {
        self.with_pair(cx, key, value, |cx, table, key, value| {
            host::entered(cx.vm(), |vm| vm.set_index(table.into(), key, value))
        })
    }

    /// `rawget(table, key)`
    ///
    /// # Errors
    /// When the value is of another type.
    pub fn raw_get<V: FromLua>(&self, cx: &mut Context, key: impl IntoLua) -> Result<V, Error> {
        let key = key.into_raw(cx)?;
        let vm = cx.vm();
        let value = self.gc(vm)?.get(&vm.heap, key);
        convert(cx, key, value)
    }

    /// `rawset(table, key, value)`
    ///
    /// # Errors
    /// When the key is nil or NaN, or the memory limit is reached.
    pub fn raw_set(&self, cx: &mut Context, key: impl IntoLua, value: impl IntoLua) -> Result<(), Error> {
        self.with_pair(cx, key, value, |cx, table, key, value| {
            host::checked(cx.vm(), |vm| vm.raw_set(table, key, value))
        })
    }

    /// `#table`
    ///
    /// # Errors
    /// [`ErrorKind::WrongState`] if it belongs to another VM.
    pub fn len(&self, cx: &Context) -> Result<usize, Error> {
        let vm = cx.vm_ref();
        Ok(self.gc(vm)?.len(&vm.heap) as usize)
    }

    /// Whether the table has no entries at all.
    ///
    /// # Errors
    /// [`ErrorKind::WrongState`] if it belongs to another VM.
    pub fn is_empty(&self, cx: &Context) -> Result<bool, Error> {
        let vm = cx.vm_ref();
        Ok(self.gc(vm)?.entry_after(&vm.heap, 0).is_none())
    }

    /// `table[#table + 1] = value`, without metamethods.
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn push(&self, cx: &mut Context, value: impl IntoLua) -> Result<(), Error> {
        let next = self.len(cx)? + 1;
        self.raw_set(cx, next, value)
    }

    /// Calls `visit` with every key and value, in the table's order, without metamethods. As in a `pairs` loop the table may lose and change
    /// entries meanwhile, but get no new ones.
    ///
    /// ```
    /// # fn main() -> Result<(), perilune::Error> {
    /// let mut lua = perilune::Lua::new();
    /// let prices: perilune::Table = lua.load("return { fuel = 3, shield = 40 }").eval(&mut lua)?;
    /// let mut sum = 0;
    /// prices.for_each(&mut lua, |_, _: String, price: u32| {
    ///     sum += price;
    ///     Ok(())
    /// })?;
    /// assert_eq!(sum, 43);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When a key or value is of another type, or `visit` fails.
    pub fn for_each<K: FromLua, V: FromLua>(
        &self,
        cx: &mut Context,
        mut visit: impl FnMut(&mut Context, K, V) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let table = self.gc(cx.vm_ref())?;
        let top = cx.vm().top;
        let mut previous = RawValue::NIL;
        let outcome = loop {
            let vm = cx.vm();
            let Ok(entry) = table.entry_behind(&vm.heap, previous) else {
                break Err(Error::runtime("the table got new keys while it was walked"));
            };
            let Some((key, value)) = entry else { break Ok(()) };
            // The key stays on the stack for the next step.
            vm.top = top;
            let step = host::checked(vm, |vm| {
                vm.push(key)?;
                vm.push(value)
            });
            let step = step.and_then(|()| {
                let name = K::from_raw(key, cx).map_err(|error| error.context("key"))?;
                let value = convert(cx, key, value)?;
                visit(cx, name, value)
            });
            if let Err(error) = step {
                break Err(error);
            }
            previous = key;
        };
        cx.vm().top = top;
        outcome
    }

    /// Removes all entries.
    ///
    /// # Errors
    /// [`ErrorKind::WrongState`] if it belongs to another VM.
    pub fn clear(&self, cx: &mut Context) -> Result<(), Error> {
        let vm = cx.vm();
        self.gc(vm)?.clear(&mut vm.heap);
        Ok(())
    }

    /// The metatable, not minding `__metatable`.
    ///
    /// # Errors
    /// [`ErrorKind::WrongState`] if it belongs to another VM.
    pub fn metatable(&self, cx: &mut Context) -> Result<Option<Table>, Error> {
        let vm = cx.vm();
        let meta = self.gc(vm)?.metatable();
        Ok(meta.map(|meta| Table(host::root(vm, meta.into()))))
    }

    /// Replaces the metatable, not minding `__metatable`.
    ///
    /// # Errors
    /// [`ErrorKind::WrongState`] for handles of different VMs, [`ErrorKind::Memory`] at the memory limit.
    pub fn set_metatable(&self, cx: &mut Context, metatable: Option<&Table>) -> Result<(), Error> {
        let vm = cx.vm();
        let table = self.gc(vm)?;
        let meta = metatable.map(|meta| meta.gc(vm)).transpose()?;
        table
            .set_metatable(&mut vm.heap, meta)
            .map_err(|_| Error::new(ErrorKind::Memory, "not enough memory"))
    }

    /// Converts a key and a value, the table and the key on the stack meanwhile: converting may run Lua.
    fn with_pair(
        &self,
        cx: &mut Context,
        key: impl IntoLua,
        value: impl IntoLua,
        store: impl FnOnce(&mut Context, Gc<table::Table>, RawValue, RawValue) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let table = self.gc(cx.vm_ref())?;
        let top = cx.vm().top;
        let key = key.into_raw(cx)?;
        let outcome = host::checked(cx.vm(), |vm| vm.push(key))
            .and_then(|()| value.into_raw(cx))
            .and_then(|value| store(cx, table, key, value));
        cx.vm().top = top;
        outcome
    }
}

/// Converts the value found under a key. It is on the stack meanwhile: converting may run Lua.
fn convert<V: FromLua>(cx: &mut Context, key: RawValue, value: RawValue) -> Result<V, Error> {
    V::from_raw(value, cx).map_err(|error| name_field(cx, key, error))
}

#[cold]
fn name_field(cx: &mut Context, key: RawValue, error: Error) -> Error {
    if error.kind() != ErrorKind::Conversion {
        return error;
    }
    let key = crate::handle::Value::from_raw(key, cx);
    let key = key.describe(cx);
    error.context(format_args!("field {key}"))
}
