//! `collectgarbage` and `gcinfo`.
use crate::vm::{Args, NativeResult, Vm};
pub(super) fn collectgarbage(_vm: &mut Vm, _args: Args) -> NativeResult {
    todo!()
}
pub(super) fn gcinfo(_vm: &mut Vm, _args: Args) -> NativeResult {
    todo!()
}
