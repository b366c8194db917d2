//! Tables that two versions of a module both hold.
//!
//! Three states are compared for each key: what the old source said (a snapshot taken right after the old version's load), what is there
//! now, and what the new source says. Where both sources say the same, what is there now stays, be it changed by scripts or not; where they
//! differ, the new source wins.

use crate::context::Context;
use crate::error::Error;
use crate::handle::{Function, Table, Value};
use crate::reload::ReloadReport;
use crate::reload::capture::lua_closure;

/// How deep tables in tables are followed.
const DEPTH: usize = 4;
/// Larger tables are data, not declarations: they are not followed.
const LARGEST: usize = 1000;

/// What a table, and the tables in it, held at some time. Empty for anything but a table.
#[derive(Debug, Default)]
pub(crate) struct Snapshot {
    entries: Vec<(Value, Value, Snapshot)>,
}

impl Snapshot {
    pub(crate) fn of(cx: &mut Context, value: &Value) -> Result<Snapshot, Error> {
        match value {
            Value::Table(table) => Snapshot::of_table(cx, table),
            _ => Ok(Snapshot::default()),
        }
    }

    pub(crate) fn of_table(cx: &mut Context, table: &Table) -> Result<Snapshot, Error> {
        Snapshot::to_depth(cx, table, DEPTH)
    }

    fn to_depth(cx: &mut Context, table: &Table, depth: usize) -> Result<Snapshot, Error> {
        let mut snapshot = Snapshot::default();
        for (key, value) in entries(cx, table)? {
            let inner = match &value {
                Value::Table(inner) if depth > 1 => Snapshot::to_depth(cx, inner, depth - 1)?,
                _ => Snapshot::default(),
            };
            snapshot.entries.push((key, value, inner));
        }
        Ok(snapshot)
    }

    fn get(&self, cx: &Context, key: &Value) -> Result<Option<(&Value, &Snapshot)>, Error> {
        for (known, value, inner) in &self.entries {
            if known.raw_equals(cx, key)? {
                return Ok(Some((value, inner)));
            }
        }
        Ok(None)
    }
}

/// The entries of a table; none of one that is too large to be a declaration.
fn entries(cx: &mut Context, table: &Table) -> Result<Vec<(Value, Value)>, Error> {
    let mut entries = Vec::new();
    table.for_each(cx, |_, key: Value, value: Value| {
        if entries.len() <= LARGEST {
            entries.push((key, value));
        }
        Ok(())
    })?;
    if entries.len() > LARGEST {
        entries.clear();
    }
    Ok(entries)
}

/// Merges a table of the new version into its counterpart.
pub(super) fn tables(
    cx: &mut Context,
    old: &Table,
    snapshot: &Snapshot,
    new: &Table,
    report: &mut ReloadReport,
) -> Result<(), Error> {
    merge(cx, old, snapshot, new, report, DEPTH, true)
}

/// Merges the globals a new version's top level has assigned. What it no longer assigns stays: another script may use it.
pub(super) fn globals(
    cx: &mut Context,
    globals: &Table,
    snapshot: &Snapshot,
    staged: &Table,
    report: &mut ReloadReport,
) -> Result<(), Error> {
    merge(cx, globals, snapshot, staged, report, 1, false)
}

fn merge(
    cx: &mut Context,
    old: &Table,
    snapshot: &Snapshot,
    new: &Table,
    report: &mut ReloadReport,
    depth: usize,
    removes: bool,
) -> Result<(), Error> {
    if Value::Table(old.clone()).raw_equals(cx, &Value::Table(new.clone()))? {
        return Ok(());
    }
    for (key, fresh) in entries(cx, new)? {
        let current: Value = old.raw_get(cx, &key)?;
        let keep = match (&current, &fresh) {
            (Value::Function(current), Value::Function(fresh)) => same_function(cx, current, fresh)?,
            // Deeper ones, and a class that is its own `__index`, stay as they are.
            (Value::Table(_), Value::Table(_)) if depth == 1 => true,
            (Value::Table(current), Value::Table(fresh)) => {
                // The table the old source put there, or one scripts replaced it by: what the sources differ in is merged into it.
                let empty = Snapshot::default();
                let inner = snapshot.get(cx, &key)?.map_or(&empty, |(_, inner)| inner);
                merge(cx, current, inner, fresh, report, depth - 1, removes)?;
                true
            }
            (_, Value::Function(_)) => false,
            (Value::Nil, _) => match snapshot.get(cx, &key)? {
                // Scripts have removed what both sources put there.
                Some((said, _)) => said.raw_equals(cx, &fresh)?,
                None => false,
            },
            _ => match snapshot.get(cx, &key)? {
                Some((said, _)) => said.raw_equals(cx, &fresh)?,
                None => true,
            },
        };
        if !keep {
            old.raw_set(cx, &key, &fresh)?;
            report.entries_changed += 1;
        }
    }
    if removes {
        remove_unsaid(cx, old, snapshot, new, report)?;
        // Not for globals: the staging table's metatable is its own business.
        merge_metatables(cx, old, new)?;
    }
    Ok(())
}

/// Removes what the old source said and the new one does not, unless scripts have changed it since.
fn remove_unsaid(
    cx: &mut Context,
    old: &Table,
    snapshot: &Snapshot,
    new: &Table,
    report: &mut ReloadReport,
) -> Result<(), Error> {
    for (key, said, _) in &snapshot.entries {
        if !new.raw_get::<Value>(cx, key)?.is_nil() {
            continue;
        }
        let current: Value = old.raw_get(cx, key)?;
        if !current.is_nil() && current.raw_equals(cx, said)? {
            old.raw_set(cx, key, Value::Nil)?;
            report.entries_changed += 1;
        }
    }
    Ok(())
}

/// A table that had no metatable gets the new version's.
fn merge_metatables(cx: &mut Context, old: &Table, new: &Table) -> Result<(), Error> {
    if old.metatable(cx)?.is_none()
        && let Some(meta) = new.metatable(cx)?
    {
        old.set_metatable(cx, Some(&meta))?;
    }
    Ok(())
}

/// Whether an old function has been given the code of the new one.
#[allow(unsafe_code, reason = "compares the code of two closures")]
pub(super) fn same_function(cx: &Context, old: &Function, new: &Function) -> Result<bool, Error> {
    let vm = cx.vm_ref();
    let (Some(old), Some(new)) = (lua_closure(vm, old)?, lua_closure(vm, new)?) else { return Ok(false) };
    // SAFETY: live closures, prototypes and codes.
    unsafe {
        let old = &*(*old.proto().as_ptr()).code.as_ptr();
        let new = &*(*new.proto().as_ptr()).code.as_ptr();
        Ok(std::sync::Arc::ptr_eq(&old.draft, &new.draft) && old.index == new.index)
    }
}
