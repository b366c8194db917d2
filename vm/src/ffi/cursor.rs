//! Stepping through the rows of a query: the cursor of `for entity, a, b in q:iter() do`, as the interpreter moves it, and what compiled
//! code needs of it.

#![allow(unsafe_code, reason = "computes addresses in lent columns, and moves views")]

use std::ptr::null_mut;

use crate::bytecode::Insn;
use crate::function::{
    Function, FunctionView, NativeFn, NativeFunction, Special, copy_native, duplicate_native, new_native,
};
use crate::thread::Thread;
use crate::userdata::{UserData, new_userdata};
use crate::value::{Gc, RawValue, in_register};
use crate::vm::{Args, NativeResult, Raised, Vm};

use super::cdata::{CData, View};
use super::column::{Values, element_of};
use super::rows::{Cells, Column, Rows, Segment, check_epoch, check_query};
use super::{entity, part};

/// A loop over rows: where it is, and the views it shows rows by where its variables go nowhere. Compiled code steps through the rows of a segment by
/// what is at its beginning.
#[repr(C)]
pub(crate) struct Cursor {
    /// The epoch it began in, the only one it goes on in.
    epoch: u64,
    /// The step that moves it: those of earlier runs do not.
    step: usize,
    /// The loop has come to its end: that whose variables hold the lanes' views, if there are any.
    pub(super) is_finished: bool,
    /// The row of the segment to come.
    pub(crate) next: usize,
    /// How many rows the segment has, if they are plain: all of them, one after another in every column. 0 for others.
    pub(crate) plain: usize,
    /// The entities of a plain segment.
    pub(crate) entities: *const u64,
    /// The columns of a plain segment.
    pub(crate) lanes: *const Lane,
    /// One for each column, up to [`MAX_SHOWN`]: what of them is beside the view is good in a plain segment.
    lane_list: Vec<Lane>,
    segment: usize,
    /// The loop whose variables hold the lanes' views: its thread and the stack slot of its first variable.
    owner: Option<(usize, u32)>,
    /// The loop for which [`step_plain`] will do in this segment.
    quick: Quick,
}

/// The loop that [`step_plain`] steps: what its `ITERCALL` says of its variables, where they are, and its thread.
#[derive(Clone, Copy)]
struct Quick {
    variables: u64,
    into: *mut RawValue,
    thread: usize,
}

/// No loop: no instruction has so many variables.
const NOT_QUICK: Quick = Quick { variables: u64::MAX, into: null_mut(), thread: 0 };

/// What an `ITERCALL` says of a loop's variables: how many, and which are only indexed.
#[inline(always)]
fn variables_of(call: Insn) -> u64 {
    call.c() as u64 | (call.index() as u64) << 8
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
    /// What shows it. The step's upvalues keep it alive.
    pub(crate) view: *mut CData,
}

// SAFETY: used by the thread that runs the VM, as the heap cells it names are.
unsafe impl Send for Cursor {}

/// Upvalues of a loop's step before its views. Both are upvalues, not arguments: a script cannot mix the cursor of one loop with the query of
/// another.
const STEP_VIEWS: usize = 2;
/// No epoch: the first is 1.
pub(super) const EXPIRED: u64 = 0;
/// Columns beyond this many get new views in every row.
const MAX_SHOWN: usize = 30;

/// `q:iter()`
pub(super) fn iter(vm: &mut Vm, args: Args) -> NativeResult {
    let (query, rows) = check_query(vm, args)?;
    begin_loop(vm, ROWS, query, rows)
}

/// Begins a loop over rows, or over whole columns, and returns its step.
///
/// A query keeps the cursor and the views of a loop that has come to its end for its further runs: such a loop costs the memory of its step, which is another one each time, so that those of earlier
/// runs are told from it. A loop that was left, or waits in a coroutine, may still show a row by its views.
pub(super) fn begin_loop(vm: &mut Vm, kind: StepKind, query: Gc<UserData>, rows: &Rows) -> NativeResult {
    let step = match parked(vm, kind, query, rows) {
        None => new_loop(vm, kind, query, rows)?,
        Some(like) => duplicate_native(&mut vm.heap, like)?,
    };
    // SAFETY: made here.
    unsafe { &mut *cursor_of_step(step) }.begin_anew(rows.epoch, step.as_ptr().addr());
    vm.ret1(RawValue::from(step.as_function()))
}

/// The loop that a query keeps, if it is of an earlier run and nobody can show a row by it any more.
fn parked(vm: &Vm, kind: StepKind, query: Gc<UserData>, rows: &Rows) -> Option<Gc<NativeFunction>> {
    // SAFETY: a live cell, and its environment.
    let kept = unsafe {
        let kept = (*query.as_ptr()).env;
        if kept.is_null() {
            return None;
        }
        Gc::from_ptr(kept)
    };
    let kept = kept.get_int(&vm.heap, kind.place());
    let Some(FunctionView::Native(step)) = kept.as_function().map(|step| step.view()) else {
        return None;
    };
    let is_its_own = step.special() == kind.special && step.upvalue(0).as_userdata() == Some(query);
    if !is_its_own {
        return None;
    }
    // SAFETY: only `begin_loop` makes natives of these kinds.
    let cursor = unsafe { &*cursor_of_step(step) };
    let is_free =
        cursor.is_finished && cursor.epoch != rows.epoch && cursor.shows(kind, shown_of(&rows.columns));
    is_free.then_some(step)
}

/// A loop with views of its own, which the query keeps.
fn new_loop(
    vm: &mut Vm,
    kind: StepKind,
    query: Gc<UserData>,
    rows: &Rows,
) -> Result<Gc<NativeFunction>, Raised> {
    let shown = shown_of(&rows.columns);
    let mut upvalues = [RawValue::NIL; STEP_VIEWS + MAX_SHOWN];
    upvalues[0] = query.into();
    let mut lanes = Vec::with_capacity(shown.len());
    for (column, upvalue) in shown.iter().zip(&mut upvalues[STEP_VIEWS..]) {
        // SAFETY: nobody sees it before it shows something.
        let view = unsafe {
            match kind.special {
                Special::NextColumns => vm.lend_column(column.ctype, Values::NOTHING, 0, column.source)?,
                _ => vm.lend(column.ctype, null_mut(), null_mut(), column.source)?,
            }
        };
        *upvalue = view.into();
        lanes.push(Lane { data: null_mut(), stride: 0, ticks: null_mut(), view: view.as_ptr() });
    }
    let cursor = Cursor::new(rows.epoch, lanes);
    upvalues[1] = new_userdata(&mut vm.heap, Some(Box::new(cursor)), None)?.into();
    let like = template(vm, kind)?;
    let step = copy_native(&mut vm.heap, like, &upvalues[..STEP_VIEWS + shown.len()])?;
    // SAFETY: a live cell, and its environment: a table made here, unless a script has set another.
    let kept = unsafe {
        if (*query.as_ptr()).env.is_null() {
            (*query.as_ptr()).env = vm.new_table(1, 0)?.as_ptr();
        }
        Gc::from_ptr((*query.as_ptr()).env)
    };
    kept.set_int(&mut vm.heap, kind.place(), step.into()).map_err(|error| vm.set_error(error))?;
    Ok(native_of(step))
}

/// What the steps of a kind of loop are made like.
#[derive(Clone, Copy)]
pub(super) struct StepKind {
    /// Which of `Ffi::steps`.
    pub(super) index: usize,
    pub(super) name: &'static str,
    pub(super) function: NativeFn,
    pub(super) special: Special,
}

impl StepKind {
    /// Where a query keeps the loop that has come to its end.
    fn place(self) -> i64 {
        self.index as i64 + 1
    }
}

/// The columns that a loop shows by views of its own.
fn shown_of(columns: &[Column]) -> &[Column] {
    &columns[..columns.len().min(MAX_SHOWN)]
}

const ROWS: StepKind = StepKind { index: 0, name: "next_row", function: next_row, special: Special::NextRow };

/// A step that steps nothing, which others are made like: it has their name and function.
fn template(vm: &mut Vm, kind: StepKind) -> Result<Gc<NativeFunction>, Raised> {
    let known = vm.ffi.steps[kind.index].and_then(|index| vm.heap.roots.pinned[index].as_function());
    let step = match known {
        Some(step) => step,
        None => {
            let globals = vm.heap.roots.globals.expect("a VM has globals from its creation");
            let step = new_native(&mut vm.heap, kind.name, kind.function, globals, &[], kind.special)?;
            vm.ffi.steps[kind.index] = Some(vm.heap.roots.pinned.len());
            vm.heap.roots.pinned.push(step.into());
            step
        }
    };
    Ok(native_of(step))
}

fn native_of(step: Gc<Function>) -> Gc<NativeFunction> {
    match step.view() {
        FunctionView::Native(native) => native,
        FunctionView::Lua(_) => unreachable!("a step is a native"),
    }
}

fn running_native(vm: &Vm, args: Args) -> Gc<NativeFunction> {
    match vm.slot(args.base - 1).as_function().map(|function| function.view()) {
        Some(FunctionView::Native(native)) => native,
        Some(FunctionView::Lua(_)) | None => {
            unreachable!("the function below a native's arguments is that native")
        }
    }
}

/// The query and cursor of the running loop.
///
/// # Errors
/// When it is not the loop's run any more.
pub(super) fn running_loop<'a>(vm: &mut Vm, args: Args) -> Result<(&'a Rows, &'a mut Cursor), Raised> {
    let native = running_native(vm, args);
    // SAFETY: what runs such a function is a step.
    let (rows, cursor) = unsafe { loop_of_step(native) };
    let is_its_own = cursor.is_moved_by(native, cursor.epoch);
    check_epoch(vm, rows, if is_its_own { cursor.epoch } else { EXPIRED })?;
    Ok((rows, cursor))
}

/// The query and cursor of a loop over columns whose step may move it now.
pub(super) fn loop_over_columns<'a>(vm: &Vm, step: Gc<NativeFunction>) -> Option<(&'a Rows, &'a mut Cursor)> {
    if step.special() != Special::NextColumns {
        return None;
    }
    // SAFETY: made by `begin_loop`.
    let (rows, cursor) = unsafe { loop_of_step(step) };
    cursor.is_moved_by(step, vm.ffi.lending.epoch()).then_some((rows, cursor))
}

/// The query and cursor of a loop's step.
///
/// # Safety
/// The native was made by [`begin_loop`].
#[inline(always)]
unsafe fn loop_of_step<'a>(native: Gc<NativeFunction>) -> (&'a Rows, &'a mut Cursor) {
    // SAFETY: by contract; the payloads are borrowed only here, and nothing meanwhile runs Lua.
    unsafe { (&*payload_of_step(native, 0).cast::<Rows>(), &mut *cursor_of_step(native)) }
}

/// The cursor of a step.
///
/// # Safety
/// The native was made by [`begin_loop`].
#[inline(always)]
unsafe fn cursor_of_step(native: Gc<NativeFunction>) -> *mut Cursor {
    // SAFETY: by contract.
    unsafe { payload_of_step(native, 1).cast() }
}

/// What an upvalue of a step holds: 0 the query, 1 the cursor.
///
/// # Safety
/// The native was made by [`begin_loop`].
#[inline(always)]
unsafe fn payload_of_step(native: Gc<NativeFunction>, index: usize) -> *mut u8 {
    // SAFETY: by contract these upvalues are there, and userdata with payloads that stay as long as they live.
    unsafe {
        let upvalue = *(&raw const (*native.as_ptr()).upvalues).cast::<RawValue>().add(index);
        let payload = (*upvalue.as_userdata_unchecked().as_ptr()).payload.as_mut().unwrap_unchecked();
        debug_assert!(if index == 0 { payload.is::<Rows>() } else { payload.is::<Cursor>() });
        std::ptr::from_mut(&mut **payload).cast()
    }
}

impl Cursor {
    pub(super) fn new(epoch: u64, lane_list: Vec<Lane>) -> Cursor {
        let (entities, lanes) = (std::ptr::null(), std::ptr::null());
        Cursor {
            epoch,
            step: 0,
            is_finished: false,
            next: 0,
            plain: 0,
            entities,
            lanes,
            lane_list,
            segment: 0,
            owner: None,
            quick: NOT_QUICK,
        }
    }

    /// Begins a loop in this epoch, which a step moves.
    fn begin_anew(&mut self, epoch: u64, step: usize) {
        (self.epoch, self.step, self.is_finished) = (epoch, step, false);
        (self.next, self.plain, self.segment) = (0, 0, 0);
        (self.owner, self.quick) = (None, NOT_QUICK);
    }

    /// Whether its views are such as show rows of these columns, or whole columns.
    fn shows(&self, kind: StepKind, columns: &[Column]) -> bool {
        let is_like = |(lane, column): (&Lane, &Column)| {
            // SAFETY: a live view, which the upvalues of the step keep; those of loops over columns are such.
            let (view, ctype) = unsafe {
                let view: Gc<CData> = Gc::from_ptr(lane.view);
                let is_column = kind.special == Special::NextColumns;
                (view, if is_column { element_of(lane.view) } else { view.ctype() })
            };
            ctype == column.ctype && view.source() == column.source.0
        };
        self.lane_list.len() == columns.len() && self.lane_list.iter().zip(columns).all(is_like)
    }

    /// Whether a step may move it in an epoch.
    #[inline(always)]
    fn is_moved_by(&self, native: Gc<NativeFunction>, epoch: u64) -> bool {
        self.epoch == epoch && self.step == native.as_ptr().addr()
    }

    /// Looks at a segment before its first row.
    fn begin(&mut self, segment: &Segment) {
        self.plain = 0;
        self.quick = NOT_QUICK;
        if !segment.filters.is_empty() || segment.rows.is_some() {
            return;
        }
        for (cells, lane) in segment.columns.iter().zip(&mut self.lane_list) {
            (lane.data, lane.stride, lane.ticks) = match cells {
                Cells::Absent => (null_mut(), 0, null_mut()),
                Cells::Dense { data, stride, ticks } => (*data, *stride as usize, *ticks),
                Cells::Scattered(_) => return,
            };
            // Of an earlier run: nobody shows a row by it yet.
            // SAFETY: a live view, which the upvalues of the step keep.
            let is_old = unsafe { (*lane.view.cast::<View>()).epoch } != self.epoch;
            if is_old && !lane.data.is_null() {
                show_in(lane.view, (lane.data, lane.ticks), self.epoch);
            }
        }
        self.entities = segment.entities;
        self.lanes = self.lane_list.as_ptr();
        self.plain = segment.len as usize;
    }

    /// Gives its views to the loop of a thread whose first variable is in a stack slot, unless another one has them; whether that loop has them.
    pub(super) fn claim(&mut self, thread: Gc<Thread>, slot: u32) -> bool {
        let here = (thread.as_ptr().addr(), slot);
        *self.owner.get_or_insert(here) == here
    }

    /// What shows a column.
    pub(super) fn view_of(&self, column: usize) -> Option<*mut CData> {
        Some(self.lane_list.get(column)?.view)
    }

    /// A whole segment could not be shown.
    pub(super) fn go_back_to(&mut self, segment: usize) {
        self.segment = segment;
    }

    /// The next segment and its number, for loops that take whole ones.
    pub(super) fn next_segment<'r>(&mut self, rows: &'r Rows) -> Option<(usize, &'r Segment)> {
        let at = self.segment;
        let segment = rows.segments.get(at)?;
        self.segment += 1;
        Some((at, segment))
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
    pub(super) fn advance<'r>(&mut self, rows: &'r Rows, this_run: u32) -> Option<(&'r Segment, usize)> {
        while let Some(segment) = rows.segments.get(self.segment) {
            let n = self.next;
            if n == segment.len as usize {
                self.segment += 1;
                self.next = 0;
                self.plain = 0;
                self.quick = NOT_QUICK;
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

/// Shows a value by the view of a lane, from now on in this epoch.
fn show_in(view: *mut CData, (data, tick): (*mut u8, *mut u32), epoch: u64) {
    let view = view.cast::<View>();
    // SAFETY: a live view, which the upvalues of the step keep; the value is one of a row of the epoch.
    unsafe {
        (*view).head.data = data;
        (*view).tick = tick;
        (*view).epoch = epoch;
    }
}

/// The loop's step as a call: the next row, or nil.
fn next_row(vm: &mut Vm, args: Args) -> NativeResult {
    let (rows, cursor) = running_loop(vm, args)?;
    let Some((segment, n)) = cursor.advance(rows, vm.ffi.lending.tick()) else {
        return vm.ret1(RawValue::NIL);
    };
    vm.push_row(rows, segment, n)?;
    vm.ret_top(1 + rows.columns.len() as u32)
}

/// The loop's step where only the views have to be moved: to a further row of a plain segment, in a loop whose variables are only indexed.
/// `false` when nothing was done, and [`step`] is to.
///
/// # Safety
/// As [`step`].
#[inline(always)]
pub(crate) unsafe fn step_plain(
    vm: *mut Vm,
    native: Gc<NativeFunction>,
    into: *mut RawValue,
    call: Insn,
) -> bool {
    // SAFETY: by contract; what a cursor says of a plain segment is good in its epoch, and `step` has seen that all lanes have values,
    // and views that are this loop's.
    unsafe {
        let cursor = &mut *cursor_of_step(native);
        let n = cursor.next;
        if cursor.quick.variables != variables_of(call)
            || n >= cursor.plain
            || !cursor.is_moved_by(native, (*vm).ffi.lending.epoch)
            || cursor.quick.into != into
            || cursor.quick.thread != (*vm).thread.addr()
        {
            return false;
        }
        let Some(entity) = entity::small_value(cursor.entities.add(n).read()) else { return false };
        into.write(entity);
        cursor.next = n + 1;
        let (mut variable, end) = (into, into.add(call.c() - 1));
        let mut lane = cursor.lanes;
        while variable != end {
            // A plain loop: most have two turns.
            variable = variable.with_addr(in_register(variable.add(1).addr() as u64) as usize);
            let view = (*lane).view;
            part::show_row(view, (*lane).data.add(n * (*lane).stride), (*lane).ticks.add(n));
            variable.write(Gc::from_ptr(view).into());
            lane = lane.add(1);
        }
        true
    }
}

/// The loop's step by the interpreter: gives the variables at `into` their values, of which some are only indexed by the loop's body.
/// `false` when nothing was done and the call is to be made.
///
/// # Safety
/// `call` is the running `ITERCALL`, `into` its variables' place on the running stack, and `native` a step.
pub(crate) unsafe fn step(vm: &mut Vm, native: Gc<NativeFunction>, into: *mut RawValue, call: Insn) -> bool {
    let (count, reused) = (call.c(), call.index() as u32);
    // SAFETY: only `begin_loop` makes natives of this kind.
    let (rows, cursor) = unsafe { loop_of_step(native) };
    if !cursor.is_moved_by(native, vm.ffi.lending.epoch()) {
        return false;
    }
    let before = (cursor.segment, cursor.next);
    let thread = vm.thread.as_ptr();
    // SAFETY: a live thread, on whose stack the place is.
    let slot = unsafe { into.offset_from((*thread).stack) } as u32;
    // The views are this loop's, if it is the first to show rows by them.
    let is_owner = cursor.claim(vm.thread, slot);
    let Some((segment, n)) = cursor.advance(rows, vm.ffi.lending.tick()) else {
        cursor.is_finished |= is_owner;
        // SAFETY: by contract.
        unsafe { into.write(RawValue::NIL) };
        return true;
    };
    let reused = if is_owner { reused } else { 0 };
    let lanes = cursor.lane_list.get(..count.saturating_sub(1));
    let moves_views = |lanes: &[Lane]| {
        lanes.iter().enumerate().all(|(i, lane)| !lane.data.is_null() && reused & 2 << i != 0)
    };
    if is_owner && cursor.plain > 0 && count > 0 && lanes.is_some_and(moves_views) {
        cursor.quick = Quick { variables: variables_of(call), into, thread: thread.addr() };
    }
    // SAFETY: the epoch was checked, and rows are inside their segment (`lend_rows`); the place has `count` registers.
    unsafe {
        into.write(vm.ffi.entities.value(segment.entity(n)));
        let row = segment.row(n);
        for i in 1..count {
            let mut value = RawValue::NIL;
            if let (Some(column), Some(cells)) = (rows.columns.get(i - 1), segment.columns.get(i - 1)) {
                let (data, tick) = cells.address(row, n);
                match cursor.lane_list.get(i - 1) {
                    _ if data.is_null() => {}
                    Some(lane) if reused & 1 << i != 0 => {
                        show_in(lane.view, (data, tick), cursor.epoch);
                        value = Gc::from_ptr(lane.view).into();
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
    let is_here = cursor.is_moved_by(native, vm.ffi.lending.epoch())
        && cursor.owner == Some((vm.thread.as_ptr().addr(), slot));
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
