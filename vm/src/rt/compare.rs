//! Equality and order.

use std::cmp::Ordering;

use crate::ffi;
use crate::rt::Step;
use crate::rt::meta::Meta;
use crate::value::{RawValue, Type};
use crate::vm::{Raised, Vm};

/// What `<=` comes to.
pub(crate) enum LessEqual {
    /// This is the outcome.
    Done(bool),
    /// Call this handler with the operands.
    Call(RawValue),
    /// Call this handler with the operands exchanged, and take the opposite.
    NotLess(RawValue),
    /// The operands cannot be ordered.
    Invalid,
}

/// `rawequal`
pub(crate) fn raw_equals(left: RawValue, right: RawValue) -> bool {
    if left.is_number() && right.is_number() {
        return left.as_f64_or_nan() == right.as_f64_or_nan();
    }
    left == right || matches!((left.as_string(), right.as_string()), (Some(a), Some(b)) if a.equals(b))
}

/// `left == right`; `__eq` is asked only when both operands have the same one.
pub(crate) fn equals(vm: &mut Vm, left: RawValue, right: RawValue) -> Result<Step, Raised> {
    if ffi::arith::is_declared(left) || ffi::arith::is_declared(right) {
        return ffi::carith::operate(vm, Meta::Eq, left, right).map(Into::into);
    }
    if raw_equals(left, right) {
        return Ok(Step::Done(RawValue::TRUE));
    }
    if left.is_cdata() || right.is_cdata() {
        return Ok(Step::Done(RawValue::boolean(ffi::access::equals(vm, left, right)?)));
    }
    let (a, b) = (left.type_of(), right.type_of());
    if a != b || !matches!(a, Type::Table | Type::UserData) {
        return Ok(Step::Done(RawValue::FALSE));
    }
    let handler = vm.metamethod(left, Meta::Eq);
    if handler.is_nil() || !raw_equals(handler, vm.metamethod(right, Meta::Eq)) {
        return Ok(Step::Done(RawValue::FALSE));
    }
    Ok(Step::Call(handler))
}

/// The order of two numbers or two strings.
fn order(left: RawValue, right: RawValue) -> Option<Option<Ordering>> {
    if let (Some(x), Some(y)) = (left.as_number(), right.as_number()) {
        return Some(x.partial_cmp(&y));
    }
    match (left.as_string(), right.as_string()) {
        (Some(a), Some(b)) => Some(Some(a.as_bytes().cmp(b.as_bytes()))),
        _ => None,
    }
}

/// A handler for an ordering event: operands of one type that share it.
fn order_handler(vm: &Vm, event: Meta, left: RawValue, right: RawValue) -> RawValue {
    if left.type_of() != right.type_of() {
        return RawValue::NIL;
    }
    let handler = vm.metamethod(left, event);
    if raw_equals(handler, vm.metamethod(right, event)) { handler } else { RawValue::NIL }
}

/// `left < right`
pub(crate) fn less_than(vm: &mut Vm, left: RawValue, right: RawValue) -> Result<Step, Raised> {
    if ffi::arith::is_declared(left) || ffi::arith::is_declared(right) {
        return ffi::carith::operate(vm, Meta::Lt, left, right).map(Into::into);
    }
    if let Some(order) = order(left, right) {
        return Ok(Step::Done(RawValue::boolean(order == Some(Ordering::Less))));
    }
    let handler = order_handler(vm, Meta::Lt, left, right);
    Ok(if handler.is_nil() { Step::Invalid } else { Step::Call(handler) })
}

/// `left <= right`
pub(crate) fn less_equal(vm: &mut Vm, left: RawValue, right: RawValue) -> Result<LessEqual, Raised> {
    if ffi::arith::is_declared(left) || ffi::arith::is_declared(right) {
        return Ok(match ffi::carith::operate(vm, Meta::Le, left, right)? {
            ffi::carith::Outcome::Done(value) => LessEqual::Done(value.is_truthy()),
            ffi::carith::Outcome::Call(handler) => LessEqual::Call(handler),
        });
    }
    if let Some(order) = order(left, right) {
        return Ok(LessEqual::Done(matches!(order, Some(Ordering::Less | Ordering::Equal))));
    }
    let handler = order_handler(vm, Meta::Le, left, right);
    if !handler.is_nil() {
        return Ok(LessEqual::Call(handler));
    }
    let handler = order_handler(vm, Meta::Lt, left, right);
    Ok(if handler.is_nil() { LessEqual::Invalid } else { LessEqual::NotLess(handler) })
}
