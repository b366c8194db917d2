//! What `-jv` and `-jdump` show: a line for each trace and each recording that came to nothing, in the manner of LuaJIT; and regions in their printed form.

use super::ir::{End, Region, print};
use super::reason::Reason;
use crate::bytecode::Insn;
use crate::vm::Vm;

/// How much is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Level {
    /// Nothing.
    #[default]
    Silent,
    /// A line for each trace, on standard error.
    Lines,
    /// The region too, and the code that was made of it.
    Dump,
}

/// `chunk:line` of an instruction of a frame's code, if somebody is to read it.
pub(super) fn place_if_shown(vm: &Vm, level: Level, pc: *const Insn) -> String {
    if level == Level::Silent { String::new() } else { place(vm, pc) }
}

/// `chunk:line` of an instruction of the frame on top or of a live code.
fn place(vm: &Vm, pc: *const Insn) -> String {
    let frames = vm.frames().iter().rev();
    for code in frames.filter_map(crate::thread::CallInfo::code) {
        // SAFETY: a frame keeps its code alive.
        #[allow(unsafe_code, reason = "reads code")]
        let code = unsafe { &*code.as_ptr() };
        if code.insns.as_ptr_range().contains(&pc) {
            let index = (pc as usize - code.insns.as_ptr() as usize) / size_of::<Insn>();
            let name = String::from_utf8_lossy(&code.draft.chunk_name);
            let name = name.trim_start_matches(['@', '=']);
            let name = name.rsplit('/').next().unwrap_or(name);
            return format!("{name}:{}", code.line(index));
        }
    }
    "?".into()
}

/// A trace was compiled.
pub(super) fn compiled(
    vm: &mut Vm,
    level: Level,
    number: u32,
    region: &Region,
    place: &str,
    listing: Option<&str>,
) {
    if level == Level::Silent {
        return;
    }
    let origin = region.last_parent().map_or_else(String::new, |snap| format!("({snap}) "));
    let end = match region.traces.last().map(|trace| &trace.end) {
        Some(End::Exit(_)) => "exit",
        Some(End::Again(..) | End::Enter(..)) => "inner loop",
        _ => "loop",
    };
    let count = region.traces.len();
    eprintln!("[TRACE {number:>3}/{count} {origin}{place} {end}]");
    if level == Level::Dump {
        let text = format!("---- REGION {number}\n{}{}\n", print(region), listing.unwrap_or_default());
        vm.write_output(text.as_bytes());
        // To be seen whatever the code does.
        drop(vm.hooks.output.flush());
    }
}

/// A recording came to nothing.
pub(super) fn aborted(vm: &Vm, level: Level, pc: *const Insn, reason: Reason) {
    if level != Level::Silent {
        eprintln!("[TRACE --- {} -- {}]", place(vm, pc), reason.text());
    }
}
