//! `for entity, a, b in q:iter() do`: the loop over rows of a host's tables.
//!
//! Before a system runs the host describes what its query matched as [`Rows`]: segments of rows, each with the addresses of its
//! columns. The loop then steps through them in a native function of the VM, without calling the host for a row.

#![allow(unsafe_code, reason = "computes addresses in lent columns")]

use std::ptr::null_mut;

use crate::function::{FunctionView, NativeFn, NativeFunction, Special, new_native};
use crate::userdata::{UserData, new_userdata};
use crate::value::{Gc, RawValue};
use crate::vm::{Args, NativeResult, Raised, Vm};

use super::cdata::{CData, View};
use super::column::Values;
use super::ctype::{CTypeId, Scalar};
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
    #[inline(always)]
    fn row(&self, n: usize) -> usize {
        self.rows.as_ref().map_or(n, |rows| rows[n] as usize)
    }

    /// The bits of a row's entity.
    #[inline(always)]
    fn entity(&self, n: usize) -> u64 {
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
    unsafe fn address(&self, row: usize, n: usize) -> (*mut u8, *mut u32) {
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
    /// Finds the segment and (listed) row of an entity.
    pub locate: Option<Locate>,
    /// For each segment, once columns were asked for, its rows in one piece where they are not.
    compacted: Vec<Option<Compacted>>,
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

/// A loop over rows: where it is, and the views it shows rows by where its variables go nowhere. Compiled code steps through the rows of a segment by
/// what is at its beginning.
#[repr(C)]
pub(crate) struct Cursor {
    /// The epoch it began in, the only one it goes on in.
    epoch: u64,
    /// The row of the segment to come.
    pub(crate) next: usize,
    /// How many rows the segment has, if they are plain: all of them, one after another in every column. 0 for others.
    pub(crate) plain: usize,
    /// The entities of a plain segment.
    pub(crate) entities: *const u64,
    /// The columns of a plain segment, as many as `shown`.
    pub(crate) lanes: *const Lane,
    lane_list: Vec<Lane>,
    segment: usize,
    /// The loop whose variables hold `shown`: its thread and the stack slot of its first variable.
    owner: Option<(usize, u32)>,
    /// A view for each column. The step's upvalues keep them alive.
    shown: Vec<Gc<CData>>,
}

/// A column of a plain segment.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Lane {
    /// The value of row 0; null when the entities do not have it.
    pub(crate) data: *mut u8,
    /// Bytes from a row to the next.
    pub(crate) stride: usize,
    /// The change tick of row 0.
    pub(crate) ticks: *mut u32,
    /// What shows it.
    pub(crate) view: *mut CData,
}

// SAFETY: used by the thread that runs the VM, as the heap cells it names are.
unsafe impl Send for Cursor {}

/// Upvalues of a loop's step before its views. Both are upvalues, not arguments: a script cannot mix the cursor of one loop with the query of
/// another.
const STEP_VIEWS: usize = 2;
/// Columns beyond this many get new views in every row.
const MAX_SHOWN: usize = 30;

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
    &[("iter", iter), ("columns", columns), ("count", count), ("get", get), ("single", single)];

fn rows_of<'a>(query: Gc<UserData>) -> Option<&'a mut Rows> {
    // SAFETY: a live cell; a query's payload is borrowed by one native at a time, and none of them calls back into Lua.
    unsafe { (*query.as_ptr()).payload.as_mut()?.downcast_mut() }
}

/// The rows of the query object that argument 0 is, if it may be used now.
fn check_query<'a>(vm: &mut Vm, args: Args) -> Result<(Gc<UserData>, &'a mut Rows), Raised> {
    let found = vm.arg(args, 0).as_userdata().and_then(|query| Some((query, rows_of(query)?)));
    let Some((query, rows)) = found else {
        return Err(vm.arg_error(args, 0, "query expected (call it with a colon: q:iter())"));
    };
    check_epoch(vm, rows, rows.epoch)?;
    Ok((query, rows))
}

fn check_epoch(vm: &mut Vm, rows: &Rows, epoch: u64) -> Result<(), Raised> {
    if epoch == vm.ffi.lending.epoch() {
        return Ok(());
    }
    let message = format!(
        "expired query (borrowed by {}): it can be used only while that runs, use the q it is called with",
        rows.borrower
    );
    Err(vm.error(message))
}

fn iter(vm: &mut Vm, args: Args) -> NativeResult {
    let (query, rows) = check_query(vm, args)?;
    let mut upvalues = vec![query.into(), RawValue::NIL];
    let mut shown = Vec::with_capacity(rows.columns.len());
    for column in rows.columns.iter().take(MAX_SHOWN) {
        // SAFETY: nobody sees it before it shows a row.
        let view = unsafe { vm.lend(column.ctype, null_mut(), null_mut(), column.source)? };
        upvalues.push(view.into());
        shown.push(view);
    }
    let cursor = Cursor::new(rows.epoch, shown);
    upvalues[1] = new_userdata(&mut vm.heap, Some(Box::new(cursor)), None)?.into();
    debug_assert_eq!(upvalues.len(), STEP_VIEWS + rows.columns.len().min(MAX_SHOWN));
    let globals = vm.heap.roots.globals.expect("a VM has globals from its creation");
    let step = new_native(&mut vm.heap, "next_row", next_row, globals, &upvalues, Special::NextRow)?;
    vm.ret1(RawValue::from(step))
}

fn running_native(vm: &Vm, args: Args) -> Gc<NativeFunction> {
    match vm.slot(args.base - 1).as_function().map(|function| function.view()) {
        Some(FunctionView::Native(native)) => native,
        Some(FunctionView::Lua(_)) | None => {
            unreachable!("the function below a native's arguments is that native")
        }
    }
}

/// The query and cursor of a loop's step.
fn loop_of<'a>(native: Gc<NativeFunction>) -> (&'a Rows, &'a mut Cursor) {
    let query = native.upvalue(0).as_userdata().expect("made by iter");
    let cursor = native.upvalue(1).as_userdata().expect("made by iter");
    // SAFETY: a live cell, kept by the running native; the payload is borrowed only here, and nothing meanwhile runs Lua.
    let cursor = unsafe { (*cursor.as_ptr()).payload.as_mut() }.and_then(|p| p.downcast_mut::<Cursor>());
    (rows_of(query).expect("made by iter"), cursor.expect("made by iter"))
}

/// The same without asking what the upvalues are.
///
/// # Safety
/// The native was made by [`iter`].
#[inline(always)]
unsafe fn loop_of_step<'a>(native: Gc<NativeFunction>) -> (&'a Rows, &'a mut Cursor) {
    // SAFETY: the upvalues are a query and a cursor, whose payloads are there as long as they live; borrowed as in `loop_of`.
    unsafe {
        let payload = |index: usize| {
            let userdata = native.upvalue(index).as_userdata_unchecked().as_ptr();
            let payload = (*userdata).payload.as_mut().unwrap_unchecked();
            debug_assert!(index != 0 || payload.is::<Rows>());
            std::ptr::from_mut(&mut **payload).cast::<u8>()
        };
        (&*payload(0).cast::<Rows>(), &mut *payload(1).cast::<Cursor>())
    }
}

impl Cursor {
    fn new(epoch: u64, shown: Vec<Gc<CData>>) -> Cursor {
        let (entities, lanes) = (std::ptr::null(), std::ptr::null());
        Cursor {
            epoch,
            next: 0,
            plain: 0,
            entities,
            lanes,
            lane_list: Vec::new(),
            segment: 0,
            owner: None,
            shown,
        }
    }

    /// Looks at a segment before its first row.
    fn begin(&mut self, segment: &Segment) {
        self.lane_list.clear();
        self.plain = 0;
        if !segment.filters.is_empty() || segment.rows.is_some() {
            return;
        }
        for (cells, view) in segment.columns.iter().zip(&self.shown) {
            let (data, stride, ticks) = match cells {
                Cells::Absent => (null_mut(), 0, null_mut()),
                Cells::Dense { data, stride, ticks } => (*data, *stride as usize, *ticks),
                Cells::Scattered(_) => return,
            };
            self.lane_list.push(Lane { data, stride, ticks, view: view.as_ptr() });
        }
        self.entities = segment.entities;
        self.lanes = self.lane_list.as_ptr();
        self.plain = segment.len as usize;
    }

    /// A column of the plain segment it is in.
    pub(crate) fn lane(&self, index: usize) -> Option<Lane> {
        self.lane_list.get(index).copied().filter(|_| self.plain > 0)
    }

    /// Whether its lanes are all there is to the first `count` columns.
    pub(crate) fn has_lanes_for(&self, count: usize) -> bool {
        count <= self.lane_list.len() || self.lane_list.len() < MAX_SHOWN
    }

    /// Moves to the next row that passes: its segment and number.
    #[inline(always)]
    fn advance<'r>(&mut self, rows: &'r Rows, this_run: u32) -> Option<(&'r Segment, usize)> {
        while let Some(segment) = rows.segments.get(self.segment) {
            let n = self.next;
            if n == segment.len as usize {
                self.segment += 1;
                self.next = 0;
                self.plain = 0;
                continue;
            }
            if n == 0 {
                self.begin(segment);
            }
            self.next += 1;
            if segment.filters.is_empty() || rows.passes(segment, n, this_run) {
                return Some((segment, n));
            }
        }
        None
    }
}

/// The loop's step as a call: the next row, or nil.
fn next_row(vm: &mut Vm, args: Args) -> NativeResult {
    let native = running_native(vm, args);
    let (rows, cursor) = loop_of(native);
    check_epoch(vm, rows, cursor.epoch)?;
    let Some((segment, n)) = cursor.advance(rows, vm.ffi.lending.tick()) else {
        return vm.ret1(RawValue::NIL);
    };
    vm.push_row(rows, segment, n)?;
    vm.ret_top(1 + rows.columns.len() as u32)
}

/// The loop's step by the interpreter: gives the `count` variables at `into` their values. Those of `reused` (a bit each) are only indexed
/// by the loop's body. `false` when nothing was done and the call is to be made.
///
/// # Safety
/// `into` is a place on the running stack with `count` registers, and `native` a step.
pub(crate) unsafe fn step(
    vm: &mut Vm,
    native: Gc<NativeFunction>,
    into: *mut RawValue,
    count: usize,
    reused: u32,
) -> bool {
    // SAFETY: only `iter` makes natives of this kind.
    let (rows, cursor) = unsafe { loop_of_step(native) };
    if cursor.epoch != vm.ffi.lending.epoch() {
        return false;
    }
    let before = (cursor.segment, cursor.next);
    let Some((segment, n)) = cursor.advance(rows, vm.ffi.lending.tick()) else {
        // SAFETY: by contract.
        unsafe { into.write(RawValue::NIL) };
        return true;
    };
    // The views are this loop's, if it is the first to show rows by them.
    let thread = vm.thread.as_ptr();
    // SAFETY: a live thread, on whose stack the place is.
    let slot = unsafe { into.offset_from((*thread).stack) } as u32;
    let owner = *cursor.owner.get_or_insert((thread.addr(), slot));
    let reused = if owner == (thread.addr(), slot) { reused } else { 0 };
    // SAFETY: the epoch was checked, and rows are inside their segment (set_rows); the place has `count` registers.
    unsafe {
        into.write(vm.ffi.entities.value(segment.entity(n)));
        let row = segment.row(n);
        for i in 1..count {
            let mut value = RawValue::NIL;
            if let (Some(column), Some(cells)) = (rows.columns.get(i - 1), segment.columns.get(i - 1)) {
                let (data, tick) = cells.address(row, n);
                match cursor.shown.get(i - 1) {
                    _ if data.is_null() => {}
                    Some(view) if reused & 1 << i != 0 => {
                        let shown = view.as_ptr().cast::<View>();
                        (*shown).head.data = data;
                        (*shown).tick = tick;
                        value = (*view).into();
                    }
                    _ => match vm.lend(column.ctype, data, tick, column.source) {
                        Ok(view) => value = view.into(),
                        // The call tells.
                        Err(_) => {
                            (cursor.segment, cursor.next) = before;
                            return false;
                        }
                    },
                }
            }
            into.add(i).write(value);
        }
    }
    true
}

/// The cursor of a step, if compiled code may go on with it: it is the running thread's loop whose first variable is in stack slot `slot`.
///
/// # Safety
/// The native is a step, as which its code tells it ([`STEP`]).
pub(crate) unsafe fn cursor_of(vm: &Vm, native: Gc<NativeFunction>, slot: u32) -> Option<*mut Cursor> {
    // SAFETY: by contract.
    let (_, cursor) = unsafe { loop_of_step(native) };
    let is_here =
        cursor.epoch == vm.ffi.lending.epoch() && cursor.owner == Some((vm.thread.as_ptr().addr(), slot));
    is_here.then_some(std::ptr::from_mut(cursor))
}

/// The code of steps.
pub(crate) const STEP: NativeFn = next_row;

/// Whether a native is the step of a loop over rows.
pub(crate) fn is_step(native: Gc<NativeFunction>) -> bool {
    native.special() == Special::NextRow
}

/// Gives the variables of a loop, of which the first is at `into`, the row it is at once more: compiled code has stepped past what they show. Those
/// of `reused` are only indexed by the loop's body.
///
/// # Errors
/// When the memory limit is reached.
///
/// # Safety
/// As [`step`]; the loop is where [`cursor_of`] says.
pub(crate) unsafe fn show_again(
    vm: &mut Vm,
    native: Gc<NativeFunction>,
    into: *mut RawValue,
    count: usize,
    reused: u32,
) -> Result<(), Raised> {
    // SAFETY: by contract.
    unsafe {
        let (rows, cursor) = loop_of_step(native);
        let n = cursor.next.wrapping_sub(1);
        if n >= cursor.plain {
            return Ok(());
        }
        into.write(vm.ffi.entities.value(cursor.entities.add(n).read()));
        for (i, lane) in cursor.lane_list.iter().enumerate().take(count - 1) {
            if lane.data.is_null() {
                continue;
            }
            let (data, tick) = (lane.data.add(n * lane.stride), lane.ticks.add(n));
            let view = if reused & 2 << i != 0 {
                let view = lane.view.cast::<View>();
                (*view).head.data = data;
                (*view).tick = tick;
                Gc::from_ptr(lane.view)
            } else {
                vm.lend(rows.columns[i].ctype, data, tick, rows.columns[i].source)?
            };
            into.add(1 + i).write(view.into());
        }
    }
    Ok(())
}

/// `for n, a, b, entities in q:columns()`: the rows of one table after another.
fn columns(vm: &mut Vm, args: Args) -> NativeResult {
    let (query, rows) = check_query(vm, args)?;
    rows.compact(vm.ffi.lending.tick());
    let cursor = Cursor::new(rows.epoch, Vec::new());
    let cursor = new_userdata(&mut vm.heap, Some(Box::new(cursor)), None)?;
    let step = vm.new_host_function("next_columns", next_columns, &[query.into(), cursor.into()])?;
    vm.ret1(step)
}

/// The next table's columns: how many rows, a column for each component, and the entities.
fn next_columns(vm: &mut Vm, args: Args) -> NativeResult {
    let native = running_native(vm, args);
    let (rows, cursor) = loop_of(native);
    check_epoch(vm, rows, cursor.epoch)?;
    let (table, len) = loop {
        let at = cursor.segment;
        let Some(segment) = rows.segments.get(at) else { return vm.ret1(RawValue::NIL) };
        cursor.segment += 1;
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
