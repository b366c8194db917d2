//! Sequences and maps as tables.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash};

use super::{FromLua, IntoLua, through_raw};
use crate::context::Context;
use crate::error::Error;
use crate::handle::Value;
use crate::host;
use crate::table::Table;
use crate::value::{Gc, RawValue};

/// Runs `fill` on a new table that stays on the stack meanwhile: converting an element may run Lua.
fn build(
    cx: &mut Context,
    array: usize,
    keys: usize,
    fill: impl FnOnce(&mut Context, Gc<Table>) -> Result<(), Error>,
) -> Result<RawValue, Error> {
    let top = cx.vm().top;
    let table = host::checked(cx.vm(), |vm| {
        let table = vm.new_table(array, keys)?;
        vm.push(table.into())?;
        Ok(table)
    })?;
    let outcome = fill(cx, table);
    cx.vm().top = top;
    outcome.map(|()| table.into())
}

/// Runs `read` on a table that stays on the stack meanwhile.
fn walk<T>(
    cx: &mut Context,
    raw: RawValue,
    read: impl FnOnce(&mut Context, Gc<Table>) -> Result<T, Error>,
) -> Result<T, Error> {
    let Some(table) = raw.as_table() else {
        return Err(Error::conversion("table", raw.type_name()));
    };
    let top = cx.vm().top;
    host::checked(cx.vm(), |vm| vm.push(raw))?;
    let outcome = read(cx, table);
    cx.vm().top = top;
    outcome
}

fn sequence<T: IntoLua>(
    cx: &mut Context,
    items: impl ExactSizeIterator<Item = T>,
) -> Result<RawValue, Error> {
    build(cx, items.len(), 0, |cx, table| {
        for (index, item) in items.enumerate() {
            let value = item.into_raw(cx)?;
            host::checked(cx.vm(), |vm| vm.raw_set(table, RawValue::number((index + 1) as f64), value))?;
        }
        Ok(())
    })
}

fn element<T: FromLua>(cx: &mut Context, table: Gc<Table>, index: usize) -> Result<T, Error> {
    let value = table.get_int(&cx.vm_ref().heap, index as i64);
    T::from_raw(value, cx).map_err(|error| error.context(format_args!("element {index}")))
}

/// A sequence: the elements get the keys 1, 2, 3...
impl<T: IntoLua> IntoLua for Vec<T> {
    through_raw!(into);
    fn into_raw(self, cx: &mut Context) -> Result<RawValue, Error> {
        sequence(cx, self.into_iter())
    }
}

/// The elements `1..=#t`.
impl<T: FromLua> FromLua for Vec<T> {
    through_raw!(from);
    fn from_raw(raw: RawValue, cx: &mut Context) -> Result<Self, Error> {
        walk(cx, raw, |cx, table| {
            (1..=table.len(&cx.vm_ref().heap) as usize).map(|index| element(cx, table, index)).collect()
        })
    }
}

impl<T: IntoLua, const N: usize> IntoLua for [T; N] {
    through_raw!(into);
    fn into_raw(self, cx: &mut Context) -> Result<RawValue, Error> {
        sequence(cx, self.into_iter())
    }
}

/// A table with exactly that many elements.
impl<T: FromLua, const N: usize> FromLua for [T; N] {
    through_raw!(from);
    fn from_raw(raw: RawValue, cx: &mut Context) -> Result<Self, Error> {
        let items = Vec::<T>::from_raw(raw, cx)?;
        items
            .try_into()
            .map_err(|items: Vec<T>| Error::conversion(&format!("{N} elements"), &items.len().to_string()))
    }
}

fn map<K: IntoLua, V: IntoLua>(
    cx: &mut Context,
    entries: impl ExactSizeIterator<Item = (K, V)>,
) -> Result<RawValue, Error> {
    build(cx, 0, entries.len(), |cx, table| {
        for (key, value) in entries {
            let top = cx.vm().top;
            let key = key.into_raw(cx)?;
            host::checked(cx.vm(), |vm| vm.push(key))?;
            let value = value.into_raw(cx)?;
            host::checked(cx.vm(), |vm| vm.raw_set(table, key, value))?;
            cx.vm().top = top;
        }
        Ok(())
    })
}

fn entries<K: FromLua, V: FromLua, M: Extend<(K, V)> + Default>(
    cx: &mut Context,
    raw: RawValue,
) -> Result<M, Error> {
    walk(cx, raw, |cx, table| {
        let mut entries = M::default();
        let mut position = 0;
        while let Some((next, key, value)) = table.entry_after(&cx.vm_ref().heap, position) {
            position = next;
            let top = cx.vm().top;
            host::checked(cx.vm(), |vm| vm.push(key).and_then(|()| vm.push(value)))?;
            let name = Value::from_raw(key, cx);
            let pair = K::from_raw(key, cx).map_err(|e| e.context("key"));
            let pair = pair.and_then(|k| {
                Ok((
                    k,
                    V::from_raw(value, cx)
                        .map_err(|e| e.context(format_args!("value of key {}", name.describe(cx))))?,
                ))
            });
            cx.vm().top = top;
            entries.extend([pair?]);
        }
        Ok(entries)
    })
}

impl<K: IntoLua, V: IntoLua, S: BuildHasher> IntoLua for HashMap<K, V, S> {
    through_raw!(into);
    fn into_raw(self, cx: &mut Context) -> Result<RawValue, Error> {
        map(cx, self.into_iter())
    }
}

impl<K: FromLua + Eq + Hash, V: FromLua, S: BuildHasher + Default> FromLua for HashMap<K, V, S> {
    through_raw!(from);
    fn from_raw(raw: RawValue, cx: &mut Context) -> Result<Self, Error> {
        entries(cx, raw)
    }
}

impl<K: IntoLua, V: IntoLua> IntoLua for BTreeMap<K, V> {
    through_raw!(into);
    fn into_raw(self, cx: &mut Context) -> Result<RawValue, Error> {
        map(cx, self.into_iter())
    }
}

impl<K: FromLua + Ord, V: FromLua> FromLua for BTreeMap<K, V> {
    through_raw!(from);
    fn from_raw(raw: RawValue, cx: &mut Context) -> Result<Self, Error> {
        entries(cx, raw)
    }
}
