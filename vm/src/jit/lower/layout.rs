//! Where things are in memory, for the code that is emitted. Offsets come from the types themselves.

use std::mem::offset_of;

use crate::ffi::cdata::{CData, Inner, View};
use crate::ffi::column::Column;
use crate::ffi::cursor::{Cursor, Lane};
use crate::ffi::host::Ffi;
use crate::ffi::view::Lending;
use crate::function::{Function, LuaFunction, NativeFunction, Upvalue};
use crate::gc::kind::Header;
use crate::gc::{Heap, Roots};
use crate::jit::ir::Region;
use crate::jit::memory::START;
use crate::jit::{Compiled, Runtime};
use crate::string::LuaString;
use crate::table::Table;
use crate::thread::CallInfo;
use crate::userdata::UserData;
use crate::value::Type;
use crate::vm::Vm;

pub(super) const BASE: i32 = offset_of!(Runtime, base) as i32;
pub(super) const REGION: i32 = offset_of!(Runtime, region) as i32;
pub(super) const BOTTOM: i32 = offset_of!(Runtime, bottom) as i32;
pub(super) const STACK_FLOOR: i32 = offset_of!(Runtime, stack_floor) as i32;
pub(super) const CALLS: i32 = offset_of!(Runtime, calls) as i32;
pub(super) const ARGUMENTS: i32 = offset_of!(Runtime, arguments) as i32;
pub(super) const TURNS: i32 = offset_of!(Runtime, turns) as i32;
pub(super) const BUFFER: i32 = offset_of!(Runtime, buffer) as i32;

pub(super) const COMPILED_CODE: i32 = (offset_of!(Compiled, code) + START) as i32;
pub(super) const COMPILED_SLOTS: i32 = (offset_of!(Compiled, region) + offset_of!(Region, max_slots)) as i32;

pub(super) const STACK: i32 = offset_of!(Vm, stack) as i32;
pub(super) const FRAME: i32 = offset_of!(Vm, frame) as i32;
pub(super) const LAST_FRAME: i32 = offset_of!(Vm, last_frame) as i32;
pub(super) const STACK_LIMIT: i32 = offset_of!(Vm, stack_limit) as i32;

pub(super) const FRAME_SIZE: i32 = size_of::<CallInfo>() as i32;
pub(super) const FRAME_PC: i32 = offset_of!(CallInfo, pc) as i32;
pub(super) const FRAME_CONSTANTS: i32 = offset_of!(CallInfo, constants) as i32;
pub(super) const FRAME_BASE: i32 = offset_of!(CallInfo, base) as i32;
/// The rest of a frame is one word: extra arguments, kind, no flags.
pub(super) const FRAME_REST: i32 = offset_of!(CallInfo, varargs) as i32;
const _: () = assert!(
    offset_of!(CallInfo, kind) == FRAME_REST as usize + 4
        && offset_of!(CallInfo, flags) == FRAME_REST as usize + 6
);

pub(super) const TOP: i32 = offset_of!(Vm, top) as i32;
pub(super) const MARKING: i32 = (offset_of!(Vm, heap) + offset_of!(Heap, marking)) as i32;
pub(super) const DEBT: i32 = (offset_of!(Vm, heap) + offset_of!(Heap, debt)) as i32;

pub(super) const STRING_META: i32 = (offset_of!(Vm, heap)
    + offset_of!(Heap, roots)
    + offset_of!(Roots, type_metatables)
    + Type::String as usize * size_of::<usize>()) as i32;

pub(super) const SHAPE: i32 = (offset_of!(Table, header) + offset_of!(Header, aux)) as i32;
pub(super) const META: i32 = offset_of!(Table, meta) as i32;
pub(super) const USERDATA_META: i32 = offset_of!(UserData, meta) as i32;
pub(super) const SLOTS: i32 = offset_of!(Table, slots) as i32;
pub(super) const ARRAY: i32 = offset_of!(Table, array) as i32;
pub(super) const ARRAY_LEN: i32 = offset_of!(Table, array_len) as i32;
pub(super) const ARRAY_CAP: i32 = offset_of!(Table, array_cap) as i32;
pub(super) const TABLE_FLAGS: i32 = (offset_of!(Table, header) + offset_of!(Header, flags)) as i32;

pub(super) const KIND: i32 = (offset_of!(Function, header) + offset_of!(Header, kind)) as i32;
pub(super) const PROTO: i32 = offset_of!(LuaFunction, proto) as i32;
pub(super) const ENV: i32 = offset_of!(LuaFunction, env) as i32;
pub(super) const UPVALUES: i32 = offset_of!(LuaFunction, upvalues) as i32;
pub(super) const SPECIAL: i32 = (offset_of!(Function, header) + offset_of!(Header, extra)) as i32 + 1;
pub(super) const NATIVE_CODE: i32 = offset_of!(NativeFunction, function) as i32;
pub(super) const LOCATION: i32 = offset_of!(Upvalue, location) as i32;

pub(super) const STRING_LEN: i32 = offset_of!(LuaString, len) as i32;

const LENDING: usize = offset_of!(Vm, ffi) + offset_of!(Ffi, lending);
pub(super) const EPOCH: i32 = (LENDING + Lending::EPOCH) as i32;
pub(super) const TICK: i32 = (LENDING + Lending::TICK) as i32;

pub(super) const DATA: i32 = offset_of!(CData, data) as i32;
pub(super) const OWNED_BYTES: i32 = size_of::<CData>() as i32;
pub(super) const VIEW_TICK: i32 = offset_of!(View, tick) as i32;
pub(super) const VIEW_EPOCH: i32 = offset_of!(View, epoch) as i32;
pub(super) const INNER_START: i32 = offset_of!(Inner, start) as i32;
pub(super) const INNER_END: i32 = offset_of!(Inner, end) as i32;
pub(super) const COLUMN_PLACES: i32 = offset_of!(Column, places) as i32;
pub(super) const COLUMN_LEN: i32 = offset_of!(Column, len) as i32;
pub(super) const COLUMN_STRIDE: i32 = offset_of!(Column, stride) as i32;

pub(super) const NEXT_ROW: i32 = offset_of!(Cursor, next) as i32;
pub(super) const ROWS: i32 = offset_of!(Cursor, plain) as i32;
pub(super) const ENTITIES: i32 = offset_of!(Cursor, entities) as i32;
pub(super) const LANES: i32 = offset_of!(Cursor, lanes) as i32;
pub(super) const LANE_SIZE: i32 = size_of::<Lane>() as i32;
pub(super) const LANE_DATA: i32 = offset_of!(Lane, data) as i32;
pub(super) const LANE_STRIDE: i32 = offset_of!(Lane, stride) as i32;
pub(super) const LANE_TICKS: i32 = offset_of!(Lane, ticks) as i32;
pub(super) const LANE_VIEW: i32 = offset_of!(Lane, view) as i32;
