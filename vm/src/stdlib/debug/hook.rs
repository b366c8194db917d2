//! `sethook` and `gethook`. There is one hook for all coroutines: a thread given as the first argument makes no difference, as in
//! LuaJIT.

use super::thread_arg;
use crate::interp::hook::{Events, HOOK_KEY};
use crate::value::RawValue;
use crate::vm::{Args, NativeResult, Vm};

/// `sethook([thread,] [hook, mask [, count]])`
pub(super) fn sethook(vm: &mut Vm, args: Args) -> NativeResult {
    let (_, at) = thread_arg(vm, args);
    let hook = vm.arg(args, at);
    let mut events = Events::default();
    if !hook.is_nil() {
        let mask = vm.check_string(args, at + 1)?.as_bytes();
        events.calls = mask.contains(&b'c');
        events.returns = mask.contains(&b'r');
        events.lines = mask.contains(&b'l');
        vm.check_function(args, at)?;
        events.count = vm.opt_int(args, at + 2, 0)?;
    }
    let registry = vm.heap.roots.registry.expect("a VM has a registry from its creation");
    let key = vm.heap.intern(HOOK_KEY)?;
    vm.raw_set(registry, key.into(), hook)?;
    vm.watch_events(events);
    vm.ret0()
}

/// The hook, its mask, its count.
pub(super) fn gethook(vm: &mut Vm, _args: Args) -> NativeResult {
    let registry = vm.heap.roots.registry.expect("a VM has a registry from its creation");
    let key = vm.heap.intern(HOOK_KEY)?;
    let hook = registry.get_str(&vm.heap, key);
    let events = vm.watch.events();
    let mut mask = String::new();
    for (letter, is_set) in [('c', events.calls), ('r', events.returns), ('l', events.lines)] {
        if is_set {
            mask.push(letter);
        }
    }
    let mask = vm.new_string(mask.as_bytes())?;
    vm.push(hook)?;
    vm.push(mask)?;
    vm.push(RawValue::from(f64::from(events.count)))?;
    vm.ret_top(3)
}
