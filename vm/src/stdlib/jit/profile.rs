//! `jit.profile`, LuaJIT's interface to the sampling profiler (`profile.rs`), and the modules written in Lua on top of it: `jit.p` and `jit.zone`.

use std::time::Duration;

use super::module;
use crate::profile::PROFILER_KEY;
use crate::rt::frame_name::{FrameName, name_of_frame, visible_depths};
use crate::stdlib::base::chunk::compile;
use crate::stdlib::{Builtin, builtins};
use crate::value::RawValue;
use crate::vm::{Args, NativeResult, Vm};

const FUNCTIONS: &[Builtin] = builtins! {
    "dumpstack" dumpstack,
    "start" start,
    "stop" stop,
};

/// The interval unless the mode says another, in milliseconds.
const INTERVAL: u32 = 10;

pub(super) fn make(vm: &mut Vm, _: Args) -> NativeResult {
    module(vm, FUNCTIONS)
}

pub(super) fn make_p(vm: &mut Vm, _: Args) -> NativeResult {
    lua_module(vm, include_str!("p.lua"), b"=jit.p")
}

pub(super) fn make_zone(vm: &mut Vm, _: Args) -> NativeResult {
    lua_module(vm, include_str!("zone.lua"), b"=jit.zone")
}

fn lua_module(vm: &mut Vm, source: &str, name: &[u8]) -> NativeResult {
    match compile(vm, source.as_bytes(), name, None, None)? {
        Ok(chunk) => {
            vm.push(chunk)?;
            let module = vm.call1(chunk, &[])?;
            vm.ret1(module)
        }
        Err(message) => unreachable!("a module of ours compiles: {message:?}"),
    }
}

/// `start(mode, function)`: the function is called with a coroutine, the number of samples and a letter for the VM's state. Of the mode, `i` and a number of
/// milliseconds matters; `f` and `l` ask for a precision that samples at loops and calls have not.
fn start(vm: &mut Vm, args: Args) -> NativeResult {
    let mode = vm.opt_string(args, 0)?;
    let interval = mode.and_then(|mode| interval_of(mode.as_bytes())).unwrap_or(INTERVAL).max(1);
    let function = vm.check_function(args, 1)?;
    let registry = vm.heap.roots.registry.expect("a VM has a registry from its creation");
    let key = vm.heap.intern(PROFILER_KEY)?;
    vm.raw_set(registry, key.into(), function)?;
    if !vm.profile(Some(Duration::from_millis(interval.into()))) {
        return Err(vm.error("profiler: the system has no thread for it"));
    }
    vm.ret0()
}

fn interval_of(mode: &[u8]) -> Option<u32> {
    let at = memchr::memchr(b'i', mode)?;
    let digits: String = mode[at + 1..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .map(|byte| char::from(*byte))
        .collect();
    digits.parse().ok()
}

fn stop(vm: &mut Vm, _: Args) -> NativeResult {
    vm.profile(None);
    let registry = vm.heap.roots.registry.expect("a VM has a registry from its creation");
    let key = vm.heap.intern(PROFILER_KEY)?;
    vm.raw_set(registry, key.into(), RawValue::NIL)?;
    vm.ret0()
}

/// `dumpstack([thread,] format, depth)`: a line for the stack, its letters as LuaJIT has them: `p` keeps paths, `f` a function's name, `F` that behind its
/// module's, `l` module and line, `Z` leaves out what follows behind the last frame.
fn dumpstack(vm: &mut Vm, args: Args) -> NativeResult {
    let (thread, at) = match vm.arg(args, 0).as_thread() {
        Some(thread) => (thread, 1),
        None => (vm.thread, 0),
    };
    let format = vm.check_string(args, at)?.as_bytes().to_vec();
    let depth = vm.check_int(args, at + 1)?;
    let own = thread == vm.thread;
    let frames = match (own, vm.profiled_depth()) {
        (true, Some(depth)) => Some(depth),
        // Without this native itself.
        (true, None) => Some(vm.frames().len() - 1),
        (false, _) => None,
    };
    let keeps_paths = format.contains(&b'p');
    let levels = visible_depths(thread, frames);
    let count = (depth.unsigned_abs() as usize).min(levels.len());
    let mut levels: Vec<usize> = levels[..count].to_vec();
    if depth < 0 {
        levels.reverse();
    }
    let (mut text, mut kept) = (Vec::new(), None);
    for level in levels {
        for letter in &format {
            let what = match letter {
                b'p' => continue,
                b'Z' => {
                    kept = Some(text.len());
                    continue;
                }
                b'f' => FrameName::Function,
                b'F' => FrameName::ModuleAndFunction,
                b'l' => FrameName::Line,
                other => {
                    text.push(*other);
                    continue;
                }
            };
            text.extend_from_slice(&name_of_frame(thread, level, what, keeps_paths));
        }
    }
    text.truncate(kept.unwrap_or(text.len()));
    let text = vm.new_string(&text)?;
    vm.ret1(text)
}
