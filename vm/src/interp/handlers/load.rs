//! Moves, constants, upvalues, jumps and tests.

use super::{jump, jump_if, keep_branch};
use crate::bytecode::Pri;
use crate::function::LuaFunction;
use crate::gc::is_marked;
use crate::interp::dispatch::{handler, next, slow};
use crate::interp::slow::misc;
use crate::value::RawValue;

const PRIMITIVES: [RawValue; 3] = [RawValue::NIL, RawValue::FALSE, RawValue::TRUE];
const _: () = assert!(Pri::Nil as u8 == 0 && Pri::False as u8 == 1 && Pri::True as u8 == 2);

handler! { MOV(pc, vm, insn, base, k) {
    *base.add(insn.a()) = *base.add(insn.b());
    next!(pc, vm, base, k)
} }

handler! { LOADK(pc, vm, insn, base, k) {
    *base.add(insn.a()) = *k.add(insn.index());
    next!(pc, vm, base, k)
} }

handler! { LOADINT(pc, vm, insn, base, k) {
    *base.add(insn.a()) = RawValue::number_unchecked(f64::from(insn.d()));
    next!(pc, vm, base, k)
} }

handler! { LOADPRI(pc, vm, insn, base, k) {
    *base.add(insn.a()) = *PRIMITIVES.as_ptr().add(insn.b());
    next!(pc, vm, base, k)
} }

handler! { LOADNIL(pc, vm, insn, base, k) {
    let mut slot = insn.a();
    while slot <= insn.b() {
        *base.add(slot) = RawValue::NIL;
        slot += 1;
    }
    next!(pc, vm, base, k)
} }

/// The running closure, in the slot below register 0.
macro_rules! closure {
    ($base:expr) => {
        (*$base.sub(1)).as_function_unchecked().as_ptr().cast::<LuaFunction>()
    };
}
pub(super) use closure;

/// An upvalue of the running closure.
macro_rules! upvalue {
    ($base:expr, $index:expr) => {
        (*(&raw const (*closure!($base)).upvalues).cast::<*mut crate::function::Upvalue>().add($index))
    };
}

handler! { GETUPVAL(pc, vm, insn, base, k) {
    let upvalue = upvalue!(base, insn.b());
    *base.add(insn.a()) = *(*upvalue).location;
    next!(pc, vm, base, k)
} }

handler! { SETUPVAL(pc, vm, insn, base, k) {
    if (*vm).heap.marking {
        return set_upvalue_while_marking(pc, vm, insn, base, k);
    }
    let upvalue = upvalue!(base, insn.a());
    *(*upvalue).location = *base.add(insn.b());
    next!(pc, vm, base, k)
} }

handler! {
#[inline(never)]
set_upvalue_while_marking(pc, vm, insn, base, k) {
    let upvalue = upvalue!(base, insn.a());
    if (*(*upvalue).location).heap_addr().is_none_or(|cell| is_marked(cell)) {
        *(*upvalue).location = *base.add(insn.b());
        next!(pc, vm, base, k)
    }
    slow!(misc::set_upvalue, pc, vm, insn, base, k)
} }

handler! { CLOSEUP(pc, vm, insn, base, k) {
    if (*(*vm).thread.as_ptr()).open_upvalues.is_null() {
        next!(pc, vm, base, k)
    }
    slow!(misc::close_upvalues, pc, vm, insn, base, k)
} }

handler! { CLOSURE(pc, vm, insn, base, k) { slow!(misc::closure, pc, vm, insn, base, k) } }

handler! { REMAP(pc, vm, insn, base, k) { slow!(misc::remap, pc, vm, insn, base, k) } }

handler! { JMP(pc, vm, insn, base, k) {
    next!(jump!(pc, insn), vm, base, k)
} }

handler! { ISTRUE(pc, vm, insn, base, k) {
    jump_if!((*base.add(insn.a())).is_truthy(), pc, vm, insn, base, k)
} }

handler! { ISFALSE(pc, vm, insn, base, k) {
    jump_if!((*base.add(insn.a())).is_falsy(), pc, vm, insn, base, k)
} }

handler! { COPYTRUE(pc, vm, insn, base, k) {
    let value = *base.add(insn.b());
    if value.is_truthy() {
        *base.add(insn.a()) = value;
        keep_branch();
        next!(jump!(pc, insn), vm, base, k)
    }
    next!(pc, vm, base, k)
} }

handler! { COPYFALSE(pc, vm, insn, base, k) {
    let value = *base.add(insn.b());
    if value.is_falsy() {
        *base.add(insn.a()) = value;
        keep_branch();
        next!(jump!(pc, insn), vm, base, k)
    }
    next!(pc, vm, base, k)
} }
