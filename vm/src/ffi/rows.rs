//! `for entity, a, b in q:iter() do`: the loop over rows of a host's tables.
//!
//! Before a system runs the host describes what its query matched as [`Rows`]: segments of rows, each with the addresses of its
//! columns. The loop then steps through them in a native function of the VM, without calling the host for a row.

#![allow(unsafe_code, reason = "computes addresses in lent columns")]

use std::ptr::{null, null_mut};

use crate::bytecode::Insn;
use crate::function::{NativeFn, NativeFunction, Special};
use crate::userdata::{UserData, new_userdata};
use crate::value::{Gc, RawValue};
use crate::vm::{Args, NativeResult, Raised, Vm};

use super::column::{Values, show_column};
use super::ctype::{CTypeId, Scalar};
use super::cursor::{self, Cursor, EXPIRED, StepKind};
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
        // SAFETY: callers have checked the epoch and the row (`lend_rows`).
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
    pub finder: Finder,
    /// For each segment, once columns were asked for, its rows in one piece where they are not.
    compacted: Vec<Option<Compacted>>,
}

/// Finds an entity among the rows: its segment and (listed) row.
#[derive(Default)]
pub enum Finder {
    /// It finds none.
    #[default]
    Nothing,
    /// The host, which knows what runs.
    Host(fn(&mut Vm, u64) -> Option<(u32, u32)>),
    /// Something made for these rows.
    Own(Box<dyn Locate>),
}

/// Finds entities among some rows; the host's.
pub trait Locate: Send + Sync {
    /// The segment and (listed) row of an entity.
    fn locate(&self, bits: u64) -> Option<(u32, u32)>;
}

// SAFETY: the addresses are followed only by the thread that runs the VM, in the epoch the host lent them in (`Vm::lend_rows`).
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
        let is_whole = |segment: &Segment| segment.filters.is_empty() && segment.rows.is_none();
        if !self.compacted.is_empty() || self.segments.iter().all(is_whole) {
            return;
        }
        let compact = |segment: &Segment| {
            if is_whole(segment) {
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

    /// The rows of a segment in one piece, if it needs that.
    fn compacted(&self, segment: usize) -> Option<&Compacted> {
        self.compacted.get(segment)?.as_ref()
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
    /// A query object: `q:iter()`, `q:columns()`, `q:get(entity)`, `q:single()`, `q:count()`. It matches nothing until [`Vm::lend_rows`].
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

    /// What a query object matches, to be described anew in the memory that the description before had. The object matches nothing until [`Vm::lend_rows`].
    ///
    /// # Safety
    /// It is a query object and live, and nobody runs Lua, or describes the same query, while the reference is used.
    pub unsafe fn describe_rows<'a>(&mut self, query: Gc<UserData>) -> &'a mut Rows {
        // SAFETY: by contract.
        let rows = unsafe { rows_unchecked(query) };
        rows.epoch = EXPIRED;
        rows.compacted.clear();
        rows.finder = Finder::Nothing;
        rows
    }

    /// A query object matches what was described, from now on in this epoch.
    ///
    /// # Safety
    /// It is a query object and live. Until the view epoch moves, the addresses in its [`Rows`] are good as [`Vm::lend`] requires, and each segment's arrays
    /// have an element for every row.
    pub unsafe fn lend_rows(&mut self, query: Gc<UserData>) {
        // SAFETY: by contract.
        unsafe { rows_unchecked(query) }.epoch = self.ffi.lending.epoch();
    }

    /// Pushes the entity of a row and its columns' views.
    pub(super) fn push_row(&mut self, rows: &Rows, segment: &Segment, n: usize) -> Result<(), Raised> {
        let entity = self.ffi.entities.value(segment.entity(n));
        self.push(entity)?;
        for (column, cells) in rows.columns.iter().zip(&segment.columns) {
            // SAFETY: the caller checked the epoch and the row (`lend_rows`).
            let (data, tick) = unsafe { cells.address(segment.row(n), n) };
            let value = if data.is_null() {
                RawValue::NIL
            } else {
                // SAFETY: what `lend_rows` was promised.
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

/// The same of what is known to be a query object: to ask a payload what it is takes a call.
///
/// # Safety
/// It is one, and live; borrowed as in [`rows_of`].
pub(super) unsafe fn rows_unchecked<'a>(query: Gc<UserData>) -> &'a mut Rows {
    // SAFETY: by contract.
    unsafe {
        let payload = (*query.as_ptr()).payload.as_mut().unwrap_unchecked();
        debug_assert!(payload.is::<Rows>());
        &mut *std::ptr::from_mut(&mut **payload).cast()
    }
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
    StepKind { index: 1, name: "next_columns", function: next_columns, special: Special::NextColumns };

/// `for n, a, b, entities in q:columns()`: the rows of one table after another.
fn columns(vm: &mut Vm, args: Args) -> NativeResult {
    let (query, rows) = check_query(vm, args)?;
    rows.compact(vm.ffi.lending.tick());
    cursor::begin_loop(vm, COLUMNS, query, rows)
}

/// The next table that has rows, and how many.
fn next_table(rows: &Rows, cursor: &mut Cursor) -> Option<(usize, u32)> {
    loop {
        let (at, segment) = cursor.next_segment(rows)?;
        let len = rows.compacted(at).map_or(segment.len, |rows| rows.len);
        if len > 0 {
            return Some((at, len));
        }
    }
}

/// A column of a table: of a component, then of the entities; nil beyond.
fn column_of(vm: &mut Vm, rows: &Rows, (table, len): (usize, u32), i: usize) -> Result<RawValue, Raised> {
    let (segment, compacted) = (&rows.segments[table], rows.compacted(table));
    let Some(column) = rows.columns.get(i) else {
        if i > rows.columns.len() {
            return Ok(RawValue::NIL);
        }
        let entities = compacted.map_or(segment.entities, |compacted| compacted.entities.as_ptr());
        let values = Values::Dense(entities.cast_mut().cast(), 8, null_mut());
        // SAFETY: what `lend_rows` was promised; the source of the host's memory is never writable.
        return Ok(unsafe { vm.lend_column(Scalar::Entity.into(), values, len, SourceId(0))? }.into());
    };
    let Some(values) = values_of(rows, table, i) else { return Ok(RawValue::NIL) };
    // SAFETY: what `lend_rows` was promised; lists live in `rows`, which stays for the epoch.
    Ok(unsafe { vm.lend_column(column.ctype, values, len, column.source)? }.into())
}

/// Where a table has the values of a component, if it has it.
fn values_of(rows: &Rows, table: usize, i: usize) -> Option<Values> {
    Some(match (rows.compacted(table), &rows.segments[table].columns[i]) {
        (_, Cells::Absent) => return None,
        (Some(compacted), _) => Values::Listed(compacted.columns[i].as_ptr()),
        (None, Cells::Dense { data, stride, ticks }) => Values::Dense(*data, *stride, *ticks),
        (None, Cells::Scattered(places)) => Values::Listed(places.as_ptr()),
    })
}

/// The next table's columns: how many rows, a column for each component, and the entities.
fn next_columns(vm: &mut Vm, args: Args) -> NativeResult {
    let (rows, cursor) = cursor::running_loop(vm, args)?;
    let Some(table) = next_table(rows, cursor) else { return vm.ret1(RawValue::NIL) };
    vm.push(f64::from(table.1).into())?;
    for i in 0..=rows.columns.len() {
        let column = column_of(vm, rows, table, i).inspect_err(|_| cursor.go_back_to(table.0))?;
        vm.push(column)?;
    }
    vm.ret_top(2 + rows.columns.len() as u32)
}

/// The same for the variables of a loop, of which the first is in stack slot `into`, as the running `ITERCALL` says: columns that it does not ask for are not made, and those that its body only
/// indexes are shown by the loop's own views. `false` when nothing was done and the call is to be made.
///
/// # Errors
/// When the memory limit is reached.
pub(crate) fn step_columns(
    vm: &mut Vm,
    step: Gc<NativeFunction>,
    into: u32,
    call: Insn,
) -> Result<bool, Raised> {
    let Some((rows, cursor)) = cursor::loop_over_columns(vm, step) else { return Ok(false) };
    let is_owner = cursor.claim(vm.thread, into);
    let Some((table, len)) = next_table(rows, cursor) else {
        cursor.is_finished |= is_owner;
        vm.set_slot(into, RawValue::NIL);
        return Ok(true);
    };
    let reused = if is_owner { call.index() } else { 0 };
    vm.set_slot(into, f64::from(len).into());
    for i in 1..call.c() {
        let column = i - 1;
        let own = cursor.view_of(column).filter(|_| reused & 1 << i != 0);
        let value = match own.map(|view| (view, values_of(rows, table, column))) {
            None => column_of(vm, rows, (table, len), column).inspect_err(|_| cursor.go_back_to(table))?,
            Some((_, None)) => RawValue::NIL,
            Some((view, Some(values))) => {
                // SAFETY: what `lend_rows` was promised; the view is a live column of this one's type, which the step keeps.
                unsafe {
                    show_column(view, values, len, vm.ffi.lending.epoch());
                    Gc::from_ptr(view).into()
                }
            }
        };
        vm.set_slot(into + i as u32, value);
    }
    Ok(true)
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
    let place = match &rows.finder {
        Finder::Nothing => None,
        Finder::Host(find) => find(vm, bits),
        Finder::Own(finder) => finder.locate(bits),
    };
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
