//! `string.dump`.

use crate::bytecode::dump;
use crate::function::FunctionView;
use crate::rt::frames;
use crate::stdlib::buffer::MAX_STRING;
use crate::vm::{Args, NativeResult, Vm};

/// The second argument: true or a string with an `s` leaves out the debug information. A `d` asks for the same bytes every time, which is how
/// they always are.
pub(super) fn dump(vm: &mut Vm, args: Args) -> NativeResult {
    let Some(function) = vm.arg(args, 0).as_function() else {
        return Err(vm.arg_type_error(args, 0, "function"));
    };
    let FunctionView::Lua(closure) = function.view() else {
        return Err(vm.error("unable to dump given function"));
    };
    let options = vm.arg(args, 1);
    let strip = match options.as_string() {
        Some(letters) => letters.as_bytes().contains(&b's'),
        None => options.is_truthy(),
    };
    let (draft, index) = frames::draft_of(closure);
    let bytes = dump::dump(&draft, index, strip);
    if bytes.len() > MAX_STRING {
        return Err(vm.error("string length overflow"));
    }
    let bytes = vm.new_string(&bytes)?;
    vm.ret1(bytes)
}
