//! `jit.opt`: the command-line flags `-O` of LuaJIT. All of its flags and parameters are known; those that mean something to this compiler are the flag `loop`
//! (and the levels, which contain it from 2 on) and the parameters `hotloop`, `hotexit`, `recunroll`, `maxtrace`, `maxrecord`, `maxside` and
//! `maxmcode`.

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
        if !(is_level(flag) || switched(flag).is_some() || parameter(flag).is_some()) {
            let message = [b"unknown or malformed optimization flag '", flag, b"'"].concat();
            return Err(vm.error(message));
        }
        if let [level @ b'0'..=b'9'] = flag {
            for name in [b"loop".as_slice(), b"narrow"] {
                (vm.compiled.control)(vm, Control::Parameter(name, i32::from(*level >= b'2')));
            }
        } else if let Some((name, value)) = parameter(flag).or_else(|| switched(flag)) {
            let name = name.to_vec();
            (vm.compiled.control)(vm, Control::Parameter(&name, value));
        }
    }
    vm.ret0()
}

fn is_level(text: &[u8]) -> bool {
    matches!(text, [b'0'..=b'9'])
}

/// `fold`, `+fold`, `-fold`, `nofold`, `no-fold`: the flag, and whether it is set.
fn switched(text: &[u8]) -> Option<(&[u8], i32)> {
    let (name, value) = match text {
        [b'+', name @ ..] => (name, 1),
        [b'-', name @ ..] | [b'n', b'o', b'-', name @ ..] | [b'n', b'o', name @ ..] => (name, 0),
        name => (name, 1),
    };
    FLAGS.iter().any(|flag| flag.as_bytes() == name).then_some((name, value))
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
