//! `for entity, a, b in q:iter() do`: the loop over rows of a host's tables.
//!
//! Before a system runs the host describes what its query matched as [`Rows`]: segments of rows, each with the addresses of its
//! columns. The loop then steps through them in a native function of the VM, without calling the host for a row.

#![allow(unsafe_code, reason = "computes addresses in lent columns")]

use std::ptr::{null, null_mut};
use std::sync::Arc;

use crate::function::{NativeFn, Special};
use crate::userdata::{UserData, new_userdata};
use crate::value::{Gc, RawValue};
use crate::vm::{Args, NativeResult, Raised, Vm};

use super::column::Values;
use super::ctype::{CTypeId, Scalar};
use super::cursor::{self, Cursor, StepKind};
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

impl Default for Segment {
    fn default() -> Segment {
        Segment { entities: null(), len: 0, rows: None, columns: Vec::new(), filters: Vec::new() }
    }
}

impl Segment {
    #[inline(always)]
    pub(super) fn row(&self, n: usize) -> usize {
        self.rows.as_ref().map_or(n, |rows| rows[n] as usize)
    }

    /// The bits of a row's entity.
    #[inline(always)]
    pub(super) fn entity(&self, n: usize) -> u64 {
        // SAFETY: callers have checked the epoch and the row (set_rows).
        unsafe { self.entities.add(self.row(n)).read() }
    }
}

impl Cells {
    /// The address of a row's value and its change tick; null when it has none. The row's number in the table and in the list.
    ///
    /// # Safety
    /// The epoch is the one the addresses are good in, and the row is one of the segment.
    #[inline(always)]
    pub(super) unsafe fn address(&self, row: usize, n: usize) -> (*mut u8, *mut u32) {
        match self {
            Cells::Absent => (null_mut(), null_mut()),
            // SAFETY: by contract.
            Cells::Dense { data, stride, ticks } => unsafe {
                (data.add(row * *stride as usize), ticks.add(row))
            },
            Cells::Scattered(places) => places[n],
        }
    }
}

/// The rows of a segment that pass its filters, when it has any or lists its rows: what [`columns`] lends.
struct Compacted {
    len: u32,
    entities: Vec<u64>,
    columns: Vec<Vec<(*mut u8, *mut u32)>>,
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
    /// Finds an entity among the rows.
    pub locate: Option<Arc<dyn Locate>>,
    /// For each segment, once columns were asked for, its rows in one piece where they are not.
    compacted: Vec<Option<Compacted>>,
}

/// Finds entities among the rows; the host's.
pub trait Locate: Send + Sync {
    /// The segment and (listed) row of an entity.
    fn locate(&self, bits: u64) -> Option<(u32, u32)>;
}

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
    /// A segment to be described, with the lists' memory that the one in its place had. Those before it stay.
    pub fn segment(&mut self, at: usize) -> &mut Segment {
        if at >= self.segments.len() {
            self.segments.resize_with(at + 1, Segment::default);
        }
        let segment = &mut self.segments[at];
        segment.rows = None;
        segment.columns.clear();
        segment.filters.clear();
        segment
    }

    /// Lists the rows that columns cannot show as they lie.
    fn compact(&mut self, this_run: u32) {
        if !self.compacted.is_empty() {
            return;
        }
        let compact = |segment: &Segment| {
            if segment.filters.is_empty() && segment.rows.is_none() {
                return None;
            }
            let passing: Vec<usize> =
                (0..segment.len as usize).filter(|&n| self.passes(segment, n, this_run)).collect();
            let place = |cells: &Cells, n: usize| {
                // SAFETY: the caller has checked the epoch, and the row is one of the segment.
                unsafe { cells.address(segment.row(n), n) }
            };
            let places = |cells: &Cells| passing.iter().map(|&n| place(cells, n)).collect();
            Some(Compacted {
                len: passing.len() as u32,
                entities: passing.iter().map(|&n| segment.entity(n)).collect(),
                columns: segment.columns.iter().map(places).collect(),
            })
        };
        self.compacted = self.segments.iter().map(compact).collect();
    }

    pub(super) fn passes(&self, segment: &Segment, n: usize, this_run: u32) -> bool {
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

impl Vm {
    /// A query object: `q:iter()`, `q:columns()`, `q:get(entity)`, `q:single()`, `q:count()`. It matches nothing until [`Vm::set_rows`].
    ///
    /// # Errors
    /// When the memory limit is reached.
    pub fn new_query(&mut self, borrower: String) -> Result<Gc<UserData>, Raised> {
        let methods = self.new_table(0, METHODS.len())?;
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

    /// What a query object matched in its last run, to be described anew in the same memory. The object matches nothing until [`Vm::set_rows`].
    ///
    /// # Panics
    /// When it is no query object.
    pub fn take_rows(&mut self, query: Gc<UserData>) -> Rows {
        let rows = std::mem::take(rows_of(query).expect("a query object"));
        Rows { compacted: Vec::new(), locate: None, ..rows }
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
    pub(super) fn push_row(&mut self, rows: &Rows, segment: &Segment, n: usize) -> Result<(), Raised> {
        let entity = self.ffi.entities.value(segment.entity(n));
        self.push(entity)?;
        for (column, cells) in rows.columns.iter().zip(&segment.columns) {
            // SAFETY: the caller checked the epoch and the row (set_rows).
            let (data, tick) = unsafe { cells.address(segment.row(n), n) };
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
const METHODS: &[(&str, NativeFn)] =
    &[("iter", cursor::iter), ("columns", columns), ("count", count), ("get", get), ("single", single)];

pub(super) fn rows_of<'a>(query: Gc<UserData>) -> Option<&'a mut Rows> {
    // SAFETY: a live cell; a query's payload is borrowed by one native at a time, and none of them calls back into Lua.
    unsafe { (*query.as_ptr()).payload.as_mut()?.downcast_mut() }
}

/// The rows of the query object that argument 0 is, if it may be used now.
pub(super) fn check_query<'a>(vm: &mut Vm, args: Args) -> Result<(Gc<UserData>, &'a mut Rows), Raised> {
    let found = vm.arg(args, 0).as_userdata().and_then(|query| Some((query, rows_of(query)?)));
    let Some((query, rows)) = found else {
        return Err(vm.arg_error(args, 0, "query expected (call it with a colon: q:iter())"));
    };
    check_epoch(vm, rows, rows.epoch)?;
    Ok((query, rows))
}

pub(super) fn check_epoch(vm: &mut Vm, rows: &Rows, epoch: u64) -> Result<(), Raised> {
    if epoch == vm.ffi.lending.epoch() {
        return Ok(());
    }
    let message = format!(
        "expired query (borrowed by {}): it can be used only while that runs, use the q it is called with",
        rows.borrower
    );
    Err(vm.error(message))
}

const COLUMNS: StepKind =
    StepKind { index: 1, name: "next_columns", function: next_columns, special: Special::None };

/// `for n, a, b, entities in q:columns()`: the rows of one table after another.
fn columns(vm: &mut Vm, args: Args) -> NativeResult {
    let (query, rows) = check_query(vm, args)?;
    rows.compact(vm.ffi.lending.tick());
    let cursor = Cursor::new(rows.epoch, Vec::new());
    let cursor = new_userdata(&mut vm.heap, Some(Box::new(cursor)), None)?;
    let step = cursor::new_step(vm, COLUMNS, &[query.into(), cursor.into()])?;
    vm.ret1(RawValue::from(step))
}

/// The next table's columns: how many rows, a column for each component, and the entities.
fn next_columns(vm: &mut Vm, args: Args) -> NativeResult {
    let (rows, cursor) = cursor::running_loop(vm, args);
    check_epoch(vm, rows, cursor.epoch())?;
    let (table, len) = loop {
        let Some((at, segment)) = cursor.next_segment(rows) else { return vm.ret1(RawValue::NIL) };
        let len = rows.compacted.get(at).and_then(Option::as_ref).map_or(segment.len, |rows| rows.len);
        if len > 0 {
            break (at, len);
        }
    };
    vm.push(f64::from(len).into())?;
    let segment = &rows.segments[table];
    let compacted = rows.compacted.get(table).and_then(Option::as_ref);
    for (i, column) in rows.columns.iter().enumerate() {
        let values = match (compacted, &segment.columns[i]) {
            (_, Cells::Absent) => None,
            (Some(compacted), _) => Some(Values::Listed(compacted.columns[i].as_ptr())),
            (None, Cells::Dense { data, stride, ticks }) => Some(Values::Dense(*data, *stride, *ticks)),
            (None, Cells::Scattered(places)) => Some(Values::Listed(places.as_ptr())),
        };
        let value = match values {
            // SAFETY: what `set_rows` was promised; lists live in `rows`, which stays for the epoch.
            Some(values) => unsafe { vm.lend_column(column.ctype, values, len, column.source)? },
            None => RawValue::NIL,
        };
        vm.push(value)?;
    }
    let entities = match compacted {
        Some(compacted) => compacted.entities.as_ptr(),
        None => segment.entities,
    };
    let values = Values::Dense(entities.cast_mut().cast(), 8, null_mut());
    // SAFETY: as above; the source of the host's memory is never writable.
    let entities = unsafe { vm.lend_column(Scalar::Entity.into(), values, len, SourceId(0))? };
    vm.push(entities)?;
    vm.ret_top(2 + rows.columns.len() as u32)
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
    let place = rows.locate.as_ref().and_then(|rows| rows.locate(bits));
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

/// The only row: its entity and views; nil when none matches, an error when several do.
fn single(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, rows) = check_query(vm, args)?;
    let this_run = vm.ffi.lending.tick();
    let mut cursor = Cursor::new(rows.epoch, Vec::new());
    let Some((segment, n)) = cursor.advance(rows, this_run) else { return vm.ret1(RawValue::NIL) };
    if cursor.advance(rows, this_run).is_some() {
        let message = "single: the query matches more than one entity; loop over them with q:iter(), or narrow the query with a filter";
        return Err(vm.error(message));
    }
    vm.push_row(rows, segment, n)?;
    vm.ret_top(1 + rows.columns.len() as u32)
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
