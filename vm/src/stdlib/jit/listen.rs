//! `jit.v` and `jit.dump`: `start` has the compiler say what it does, `stop` (also named `off`) ends that.
//!
//! `jit.v` writes a line for each trace on standard error; `jit.dump` writes regions with the output of `print`. Both write to a file instead when they are
//! given one, where scripts may use files at all.

use std::fs::File;
use std::io::Write;

use super::module;
use crate::interp::compiled::{Control, Listener};
use crate::stdlib::{Builtin, builtins};
use crate::vm::{Args, NativeResult, Raised, Vm};

const V: &[Builtin] = builtins! { "off" stop, "on" start_v, "start" start_v, };
const DUMP: &[Builtin] = builtins! { "off" stop, "on" start_dump, "start" start_dump, };

/// What `jit.dump` shows: traces, bytecode, IR, snapshots, machine code, exits; as text, with or without colours, or as a page. Colours are left out.
const LETTERS: &[u8] = b"tbismxTAH";
/// What it shows unless told otherwise.
const USUAL: &[u8] = b"tbim";

pub(super) fn make_v(vm: &mut Vm, _: Args) -> NativeResult {
    module(vm, V)
}

pub(super) fn make_dump(vm: &mut Vm, _: Args) -> NativeResult {
    module(vm, DUMP)
}

/// `start([file])`
fn start_v(vm: &mut Vm, args: Args) -> NativeResult {
    let out = file(vm, args, 0)?;
    listen(vm, Listener { letters: b"t".to_vec(), is_brief: true, out })
}

/// `start([letters [, file]])`: the letters instead of the usual ones, behind a `+` with them, behind a `-` without.
fn start_dump(vm: &mut Vm, args: Args) -> NativeResult {
    let wanted = vm.opt_string(args, 0)?.map_or_else(Vec::new, |wanted| wanted.as_bytes().to_vec());
    let letters = match letters_of(&wanted) {
        Ok(letters) => letters,
        Err(letter) => return Err(vm.error(format!("bad dump option '{}'", letter.escape_ascii()))),
    };
    let out = file(vm, args, 1)?;
    listen(vm, Listener { letters, is_brief: false, out })
}

/// Or the letter that means nothing.
fn letters_of(wanted: &[u8]) -> Result<Vec<u8>, u8> {
    let (sign, named) = match wanted {
        [sign @ (b'+' | b'-'), named @ ..] => (Some(*sign), named),
        named => (None, named),
    };
    if let Some(letter) = named.iter().find(|letter| !LETTERS.contains(letter)) {
        return Err(*letter);
    }
    let is_form = |letter: &u8| letter.is_ascii_uppercase();
    Ok(match sign {
        Some(b'-') => USUAL.iter().copied().filter(|letter| !named.contains(letter)).collect(),
        Some(_) => [USUAL, named].concat(),
        // A form alone leaves what is shown as it is.
        None if named.iter().all(is_form) => [USUAL, named].concat(),
        None => named.to_vec(),
    })
}

/// The file an argument names; `-` and nothing are none.
fn file(vm: &mut Vm, args: Args, index: u32) -> Result<Option<Box<dyn Write + Send>>, Raised> {
    let Some(name) = vm.opt_string(args, index)?.filter(|name| name.as_bytes() != b"-") else {
        return Ok(None);
    };
    let name = String::from_utf8_lossy(name.as_bytes()).into_owned();
    if !vm.hooks.writes_files {
        return Err(vm.error(format!("cannot write {name}: scripts have no access to files here")));
    }
    match File::create(&name) {
        Ok(file) => Ok(Some(Box::new(file))),
        Err(error) => Err(vm.error(format!("cannot write {name}: {error}"))),
    }
}

fn stop(vm: &mut Vm, _: Args) -> NativeResult {
    (vm.compiled.control)(vm, Control::Listen(None));
    vm.ret0()
}

fn listen(vm: &mut Vm, listener: Listener) -> NativeResult {
    (vm.compiled.control)(vm, Control::Listen(Some(listener)));
    vm.ret0()
}
