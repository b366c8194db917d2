//! `jit.opt`: the command-line flags `-O` of LuaJIT. Flags are checked and then have nothing to act on; the compiler takes the parameters that it has.

use crate::interp::compiled::Control;
use crate::stdlib::{Builtin, builtins};
use crate::vm::{Args, NativeResult, Vm};

pub(super) const FUNCTIONS: &[Builtin] = builtins! { "start" start, };

const FLAGS: &[&str] = &["fold", "cse", "dce", "fwd", "dse", "narrow", "loop", "abc", "sink", "fuse", "fma"];
const PARAMETERS: &[&str] = &[
    "maxtrace",
    "maxrecord",
    "maxirconst",
    "maxside",
    "maxsnap",
    "minstitch",
    "hotloop",
    "hotexit",
    "tryside",
    "instunroll",
    "loopunroll",
    "callunroll",
    "recunroll",
    "sizemcode",
    "maxmcode",
];

fn start(vm: &mut Vm, args: Args) -> NativeResult {
    for index in 0..args.count {
        let flag = vm.check_string(args, index)?.as_bytes();
        // LuaJIT reads it as a C string.
        let flag = flag.split(|byte| *byte == 0).next().unwrap_or_default();
        if !(is_level(flag) || is_flag(flag) || is_parameter(flag)) {
            let message = [b"unknown or malformed optimization flag '", flag, b"'"].concat();
            return Err(vm.error(message));
        }
        if let Some((name, value)) = parameter(flag) {
            let name = name.to_vec();
            (vm.compiled.control)(vm, Control::Parameter(&name, value));
        }
    }
    vm.ret0()
}

fn is_level(text: &[u8]) -> bool {
    matches!(text, [b'0'..=b'9'])
}

/// `fold`, `+fold`, `-fold`, `nofold`, `no-fold`.
fn is_flag(text: &[u8]) -> bool {
    let name = match text {
        [b'+' | b'-', name @ ..] | [b'n', b'o', b'-', name @ ..] | [b'n', b'o', name @ ..] => name,
        name => name,
    };
    FLAGS.iter().any(|flag| flag.as_bytes() == name)
}

fn is_parameter(text: &[u8]) -> bool {
    parameter(text).is_some()
}

/// `hotloop=10`. The number wraps around on its way to one that must not be negative.
fn parameter(text: &[u8]) -> Option<(&[u8], i32)> {
    let equals = memchr::memchr(b'=', text)?;
    let (name, digits) = (&text[..equals], &text[equals + 1..]);
    let number = digits.iter().try_fold(0_i32, |number, digit| {
        digit.is_ascii_digit().then(|| number.wrapping_mul(10).wrapping_add(i32::from(digit - b'0')))
    });
    let number = number.filter(|number| *number >= 0)?;
    PARAMETERS.iter().any(|parameter| parameter.as_bytes() == name).then_some((name, number))
}
