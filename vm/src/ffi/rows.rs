//! `for entity, a, b in q:iter() do`: the loop over rows of a host's tables.
//!
//! Before a system runs the host describes what its query matched as [`Rows`]: segments of rows, each with the addresses of its
//! columns. The loop then steps through them in a native function of the VM, without calling the host for a row.

#![allow(unsafe_code, reason = "computes addresses in lent columns")]

use std::ptr::null_mut;

use crate::function::NativeFn;
use crate::userdata::{UserData, new_userdata};
use crate::value::{Gc, RawValue};
use crate::vm::{Args, NativeResult, Raised, Vm};

use super::ctype::CTypeId;
use super::view::SourceId;

/// What a query yields beside the entity, in order.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// The type of the values.
    pub ctype: CTypeId,
    /// What the views say about themselves.
    pub source: SourceId,
}

/// Where the values of a column lie in one segment.
#[derive(Clone, Debug)]
pub enum Cells {
    /// The segment's entities do not have it: nil.
    Absent,
    /// One after another.
    Dense {
        /// The value of row 0.
        data: *mut u8,
        /// Bytes from a row to the next.
        stride: u32,
        /// The change tick of row 0.
        ticks: *mut u32,
    },
    /// At an address for each listed row: the value and its change tick.
    Scattered(Vec<(*mut u8, *mut u32)>),
}

/// Ticks a row is filtered by: it passes when one of the ticks is newer than the last run.
#[derive(Clone, Debug)]
pub enum FilterTicks {
    /// The tick of row 0; those of the other rows follow.
    Dense(*const u32),
    /// A tick for each listed row.
    Scattered(Vec<*const u32>),
}

/// Rows of one table.
#[derive(Clone, Debug)]
pub struct Segment {
    /// The entities' bits, by row.
    pub entities: *const u64,
    /// How many rows there are; with `rows`, how many are listed.
    pub len: u32,
    /// The rows, when not all of `0..len`.
    pub rows: Option<Vec<u32>>,
    /// One for each column of the query.
    pub columns: Vec<Cells>,
    /// One for each `changed` and `added` filter: all must pass.
    pub filters: Vec<FilterTicks>,
}

impl Segment {
    fn row(&self, n: usize) -> usize {
        self.rows.as_ref().map_or(n, |rows| rows[n] as usize)
    }
}

/// Everything a query matched, in one run of its system.
#[derive(Default)]
pub struct Rows {
    /// The epoch in which the addresses are good.
    pub epoch: u64,
    /// What each row yields.
    pub columns: Vec<Column>,
    /// The rows.
    pub segments: Vec<Segment>,
    /// The tick of the system's previous run.
    pub last_run: u32,
    /// Whom to name when it has expired: "system 'move'".
    pub borrower: String,
    /// Finds the segment and (listed) row of an entity.
    pub locate: Option<Locate>,
}

/// Finds an entity among the rows; made by the host.
pub type Locate = Box<dyn Fn(u64) -> Option<(u32, u32)> + Send>;

// SAFETY: the addresses are followed only by the thread that runs the VM, in the epoch the host lent them in (`Vm::set_rows`).
unsafe impl Send for Rows {}

/// Ticks older than this compare as this old; the host's clock is the same (Bevy's `MAX_CHANGE_AGE`).
const MAX_TICK_AGE: u32 = u32::MAX - (2 * 518_400_000 - 1);

fn is_newer(tick: u32, last_run: u32, this_run: u32) -> bool {
    let since_change = this_run.wrapping_sub(tick).min(MAX_TICK_AGE);
    let since_run = this_run.wrapping_sub(last_run).min(MAX_TICK_AGE);
    since_run > since_change
}

impl Rows {
    fn passes(&self, segment: &Segment, n: usize, this_run: u32) -> bool {
        segment.filters.iter().all(|filter| {
            // SAFETY: the epoch was checked by the caller; rows and listed rows are inside the segment.
            let tick = unsafe {
                match filter {
                    FilterTicks::Dense(first) => first.add(segment.row(n)).read(),
                    FilterTicks::Scattered(ticks) => ticks[n].read(),
                }
            };
            is_newer(tick, self.last_run, this_run)
        })
    }
}

/// Where a loop is.
struct Cursor {
    segment: usize,
    next: usize,
}

impl Vm {
    /// A query object: `q:iter()`, `q:count()`, `q:get(entity)`. It matches nothing until [`Vm::set_rows`].
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn new_query(&mut self, borrower: String) -> Result<Gc<UserData>, Raised> {
        let methods = self.new_table(0, 4)?;
        let meta = self.new_table(0, 1)?;
        let rows = Rows { borrower, ..Rows::default() };
        let query = new_userdata(&mut self.heap, Some(Box::new(rows)), Some(meta))?;
        for (name, function) in METHODS {
            let function = self.new_host_function(name, *function, &[])?;
            self.raw_set_name(methods, name, function)?;
        }
        self.raw_set_name(meta, "__index", methods.into())?;
        Ok(query)
    }

    /// Gives a query object what it matched.
    ///
    /// # Panics
    /// When it is no query object.
    ///
    /// # Safety
    /// Until the view epoch moves, the addresses in `rows` are good as [`Vm::lend`] requires, and each segment's arrays have an
    /// element for every row.
    pub unsafe fn set_rows(&mut self, query: Gc<UserData>, rows: Rows) {
        *rows_of(query).expect("a query object") = Rows { epoch: self.ffi.lending.epoch(), ..rows };
    }

    /// Pushes the entity of a row and its columns' views.
    fn push_row(&mut self, rows: &Rows, segment: &Segment, n: usize) -> Result<(), Raised> {
        let row = segment.row(n);
        // SAFETY: the caller checked the epoch and the row (set_rows).
        let bits = unsafe { segment.entities.add(row).read() };
        let entity = self.ffi.entities.value(bits);
        self.push(entity)?;
        for (column, cells) in rows.columns.iter().zip(&segment.columns) {
            let (data, tick) = match cells {
                Cells::Absent => (null_mut(), null_mut()),
                // SAFETY: as above.
                Cells::Dense { data, stride, ticks } => unsafe {
                    (data.add(row * *stride as usize), ticks.add(row))
                },
                Cells::Scattered(places) => places[n],
            };
            let value = if data.is_null() {
                RawValue::NIL
            } else {
                // SAFETY: what `set_rows` was promised.
                unsafe { self.lend(column.ctype, data, tick, column.source) }?.into()
            };
            self.push(value)?;
        }
        Ok(())
    }
}

/// The methods of query objects.
const METHODS: &[(&str, NativeFn)] = &[("iter", iter), ("count", count), ("get", get)];

fn rows_of<'a>(query: Gc<UserData>) -> Option<&'a mut Rows> {
    // SAFETY: a live cell; a query's payload is borrowed by one native at a time, and none of them calls back into Lua.
    unsafe { (*query.as_ptr()).payload.as_mut()?.downcast_mut() }
}

/// The rows of the query object that argument 0 is, if it may be used now.
fn check_query<'a>(vm: &mut Vm, args: Args) -> Result<(Gc<UserData>, &'a Rows), Raised> {
    let found = vm.arg(args, 0).as_userdata().and_then(|query| Some((query, rows_of(query)?)));
    let Some((query, rows)) = found else {
        return Err(vm.arg_error(args, 0, "query expected (call it with a colon: q:iter())"));
    };
    check_epoch(vm, rows)?;
    Ok((query, rows))
}

fn check_epoch(vm: &mut Vm, rows: &Rows) -> Result<(), Raised> {
    if rows.epoch == vm.ffi.lending.epoch() {
        return Ok(());
    }
    let message =
        format!("expired query (borrowed by {}): it can be used only while that runs", rows.borrower);
    Err(vm.error(message))
}

fn iter(vm: &mut Vm, args: Args) -> NativeResult {
    let (query, _) = check_query(vm, args)?;
    let cursor = Cursor { segment: 0, next: 0 };
    let cursor = new_userdata(&mut vm.heap, Some(Box::new(cursor)), None)?;
    // Both are upvalues, not arguments: a script cannot mix the cursor of one loop with the query of another.
    let step = vm.new_host_function("next_row", next_row, &[query.into(), cursor.into()])?;
    vm.ret1(step)
}

/// The loop's step: the next row, or nil.
fn next_row(vm: &mut Vm, args: Args) -> NativeResult {
    let query = vm.native_upvalue(args, 0).as_userdata().expect("made by iter");
    let cursor = vm.native_upvalue(args, 1).as_userdata().expect("made by iter");
    // SAFETY: a live cell, kept by the running native; the payload is borrowed only here, and nothing below runs Lua.
    let cursor = unsafe { (*cursor.as_ptr()).payload.as_mut() }.and_then(|p| p.downcast_mut::<Cursor>());
    let cursor = cursor.expect("made by iter");
    let rows = rows_of(query).expect("made by iter");
    check_epoch(vm, rows)?;
    let this_run = vm.ffi.lending.tick();
    while let Some(segment) = rows.segments.get(cursor.segment) {
        let n = cursor.next;
        if n == segment.len as usize {
            cursor.segment += 1;
            cursor.next = 0;
            continue;
        }
        cursor.next += 1;
        if segment.filters.is_empty() || rows.passes(segment, n, this_run) {
            vm.push_row(rows, segment, n)?;
            return vm.ret_top(1 + rows.columns.len() as u32);
        }
    }
    vm.ret1(RawValue::NIL)
}

/// How many rows there are.
fn count(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, rows) = check_query(vm, args)?;
    let this_run = vm.ffi.lending.tick();
    let total: usize = rows
        .segments
        .iter()
        .map(|segment| {
            if segment.filters.is_empty() {
                segment.len as usize
            } else {
                (0..segment.len as usize).filter(|&n| rows.passes(segment, n, this_run)).count()
            }
        })
        .sum();
    vm.ret1(total as f64)
}

/// The views of one entity, without the entity; nil when it does not match.
fn get(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, rows) = check_query(vm, args)?;
    let bits = vm.check_entity(args, 1)?;
    let place = rows.locate.as_ref().and_then(|locate| locate(bits));
    if let Some((segment, n)) = place
        && let Some(segment) = rows.segments.get(segment as usize)
        && n < segment.len
        && rows.passes(segment, n as usize, vm.ffi.lending.tick())
    {
        vm.push_row(rows, segment, n as usize)?;
        return vm.ret_top(rows.columns.len() as u32);
    }
    vm.ret1(RawValue::NIL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_wrap_around() {
        assert!(is_newer(5, 4, 6));
        assert!(!is_newer(4, 4, 6));
        assert!(is_newer(u32::MAX, u32::MAX - 1, 3));
        // Both older than can be told apart: not newer.
        assert!(!is_newer(10, 5, 5_u32.wrapping_sub(1)));
    }
}
