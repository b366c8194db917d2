//! `debug.debug`: commands from standard input, until `cont`.

use std::io::{BufRead, stdin};

use crate::stdlib::base::chunk::compile;
use crate::vm::{Args, NativeResult, Raised, Vm};

pub(super) fn debug(vm: &mut Vm, _args: Args) -> NativeResult {
    loop {
        eprint!("lua_debug> ");
        let mut line = Vec::new();
        // What cannot be read is an end like any other.
        let is_over = stdin().lock().read_until(b'\n', &mut line).map_or(true, |length| length == 0);
        if is_over || line == b"cont\n" {
            return vm.ret0();
        }
        if let Err(message) = run(vm, &line)? {
            eprintln!("{}", String::from_utf8_lossy(&message));
        }
    }
}

/// Runs a command; the message, if it fails.
fn run(vm: &mut Vm, line: &[u8]) -> Result<Result<(), Vec<u8>>, Raised> {
    let function = match compile(vm, line, b"=(debug command)", None, None)? {
        Ok(function) => function,
        Err(message) => return Ok(Err(message)),
    };
    let top = vm.top;
    let outcome = vm.call(function, &[]);
    vm.top = top;
    match outcome {
        Ok(_) => Ok(Ok(())),
        Err(Raised::Interrupted) => Err(Raised::Interrupted),
        Err(raised @ (Raised::Error | Raised::Memory)) => {
            let value = vm.catch(raised);
            let text = vm.coerce(value)?.map(|text| text.as_bytes().to_vec());
            Ok(Err(text.unwrap_or_else(|| b"(error object is not a string)".to_vec())))
        }
    }
}
