//! Where things are in memory, for the code that is emitted. Offsets come from the types themselves.

use std::mem::offset_of;

use crate::function::{Function, LuaFunction, NativeFunction, Upvalue};
use crate::gc::kind::Header;
use crate::gc::{Heap, Roots};
use crate::jit::Runtime;
use crate::string::LuaString;
use crate::table::Table;
use crate::value::Type;
use crate::vm::Vm;

pub(super) const BASE: usize = offset_of!(Runtime, base);
pub(super) const ARGUMENTS: usize = offset_of!(Runtime, arguments);
pub(super) const TURNS: usize = offset_of!(Runtime, turns);
pub(super) const BUFFER: usize = offset_of!(Runtime, buffer);

pub(super) const MARKING: i32 = (offset_of!(Vm, heap) + offset_of!(Heap, marking)) as i32;
pub(super) const DEBT: i32 = (offset_of!(Vm, heap) + offset_of!(Heap, debt)) as i32;

pub(super) const STRING_META: i32 = (offset_of!(Vm, heap)
    + offset_of!(Heap, roots)
    + offset_of!(Roots, type_metatables)
    + Type::String as usize * size_of::<usize>()) as i32;

pub(super) const SHAPE: i32 = (offset_of!(Table, header) + offset_of!(Header, aux)) as i32;
pub(super) const META: i32 = offset_of!(Table, meta) as i32;
pub(super) const SLOTS: i32 = offset_of!(Table, slots) as i32;
pub(super) const ARRAY: i32 = offset_of!(Table, array) as i32;
pub(super) const ARRAY_LEN: i32 = offset_of!(Table, array_len) as i32;

pub(super) const KIND: i32 = (offset_of!(Function, header) + offset_of!(Header, kind)) as i32;
pub(super) const PROTO: i32 = offset_of!(LuaFunction, proto) as i32;
pub(super) const ENV: i32 = offset_of!(LuaFunction, env) as i32;
pub(super) const UPVALUES: i32 = offset_of!(LuaFunction, upvalues) as i32;
pub(super) const NATIVE_CODE: i32 = offset_of!(NativeFunction, function) as i32;
pub(super) const LOCATION: i32 = offset_of!(Upvalue, location) as i32;

pub(super) const STRING_LEN: i32 = offset_of!(LuaString, len) as i32;
