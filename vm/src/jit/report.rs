//! What `jit.v` and `jit.dump` show: a line for each trace and each recording that came to nothing, in the manner of LuaJIT; and regions in their printed form.

use std::fmt::Write as _;

use super::State;
use super::ir::{End, Region, print, print_snapshot};
use super::reason::Reason;
use crate::bytecode::{Insn, Op, disasm};
use crate::function::{Code, Proto};
use crate::interp::compiled::Listener;
use crate::syntax::chunk_id;
use crate::thread::CallInfo;
use crate::value::Gc;
use crate::vm::Vm;

/// What is shown, and where. By default nothing is.
#[derive(Default)]
pub(super) struct Report {
    listener: Option<Listener>,
    /// The head of a page has been written.
    has_begun: bool,
}

impl Report {
    pub(super) fn listen(&mut self, listener: Option<Listener>) {
        *self = Report { listener, has_begun: false };
    }

    pub(super) fn shows(&self, letter: u8) -> bool {
        self.listener.as_ref().is_some_and(|listener| listener.letters.contains(&letter))
    }

    /// Whether the code generator is to say what it has made.
    pub(super) fn wants_code(&self) -> bool {
        self.shows(b'm')
    }
}

/// Writes a piece of a report, of a class.
fn say(vm: &mut Vm, report: &mut Report, class: &str, text: &str) {
    let Some(listener) = &mut report.listener else { return };
    let mut page = String::new();
    if listener.letters.contains(&b'H') {
        if !report.has_begun {
            page.push_str(HEAD);
        }
        let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let _ = writeln!(page, "<pre class=\"{class}\">{escaped}</pre>");
    } else {
        page.push_str(text);
    }
    report.has_begun = true;
    match &mut listener.out {
        // What cannot be written has nobody to tell.
        Some(out) => drop(out.write_all(page.as_bytes()).and_then(|()| out.flush())),
        None if listener.is_brief => eprint!("{page}"),
        None => vm.write_output(page.as_bytes()),
    }
}

const HEAD: &str = "<!DOCTYPE html>
<meta charset=\"utf-8\">
<title>Traces</title>
<style>
body { font-family: sans-serif; }
pre { margin: 0 0 0 1em; }
pre.trace { margin: 1em 0 0.5em 0; font-weight: bold; }
pre.abort { color: #a00; }
pre.exit { color: #777; }
pre.bytecode { color: #063; margin-bottom: 0.5em; }
pre.snapshots { color: #555; margin-bottom: 0.5em; }
pre.ir { margin-bottom: 0.5em; }
pre.code { color: #036; }
</style>
";

/// `chunk:line` of an instruction of a frame's code, if somebody is to read it.
pub(super) fn place_if_shown(vm: &Vm, report: &Report, protos: &[Gc<Proto>], pc: *const Insn) -> String {
    if report.listener.is_none() { String::new() } else { place(vm, protos, pc) }
}

/// `chunk:line` of an instruction of one of these functions, or of one that runs.
fn place(vm: &Vm, protos: &[Gc<Proto>], pc: *const Insn) -> String {
    let Some(code) = code_with(vm, protos, pc) else { return "?".into() };
    let index = (pc as usize - code.insns.as_ptr() as usize) / size_of::<Insn>();
    let name = &code.draft.chunk_name;
    let shown = chunk_id(name);
    // Of a file the name, without its folders.
    let shown = if name.starts_with(b"@") { shown.rsplit('/').next().unwrap_or(&shown) } else { &shown };
    format!("{shown}:{}", code.line(index))
}

/// The code of one of these functions, or of one that runs, that has an instruction.
#[allow(unsafe_code, reason = "reads code")]
fn code_with<'a>(vm: &'a Vm, protos: &[Gc<Proto>], pc: *const Insn) -> Option<&'a Code> {
    // SAFETY: a live prototype has code.
    let of_functions = protos.iter().map(|proto| unsafe { (*proto.as_ptr()).code });
    let of_frames = vm.frames().iter().rev().filter_map(CallInfo::code);
    // SAFETY: prototypes and frames keep their code alive, and nothing is collected meanwhile.
    let mut all = of_functions.chain(of_frames).map(|code| unsafe { &*code.as_ptr() });
    all.find(|code| code.insns.as_ptr_range().contains(&pc))
}

/// What there is to say of a region that was compiled.
pub(super) struct Made<'a> {
    pub(super) number: u32,
    pub(super) region: &'a Region,
    pub(super) place: &'a str,
    /// The functions it has to do with, and where it begins.
    pub(super) protos: &'a [Gc<Proto>],
    pub(super) header: *const Insn,
    pub(super) code: Option<&'a str>,
}

/// A trace was compiled.
pub(super) fn compiled(vm: &mut Vm, report: &mut Report, made: &Made<'_>) {
    if report.listener.is_none() {
        return;
    }
    let Made { number, region, place, .. } = *made;
    let origin = region.last_parent().map_or_else(String::new, |snap| format!("({snap}) "));
    let end = match region.traces.last().map(|trace| &trace.end) {
        Some(End::Exit(_)) => "exit",
        Some(End::Link(..)) => "link",
        Some(End::Return(..)) => "return",
        Some(End::Again(..) | End::Enter(..)) => "inner loop",
        _ => "loop",
    };
    let count = region.traces.len();
    if report.shows(b't') {
        let line = format!("[TRACE {number:>3}/{count} {origin}{place} {end}]\n");
        say(vm, report, "trace", &line);
    }
    if report.shows(b'b')
        && let Some(listing) = bytecode_of(vm, made.protos, made.header)
    {
        say(vm, report, "bytecode", &format!("---- REGION {number} bytecode\n{listing}\n"));
    }
    if report.shows(b'i') {
        let whole = print(region);
        let lines = whole.lines().filter(|line| !line.starts_with("snap "));
        let text = lines.fold(format!("---- REGION {number} IR\n"), |text, line| text + line + "\n");
        say(vm, report, "ir", &(text + "\n"));
    }
    if report.shows(b's') {
        let ids = 0..region.snaps.len() as u32;
        let head = format!("---- REGION {number} snapshots\n");
        let text = ids.fold(head, |text, id| text + &print_snapshot(region, id) + "\n");
        say(vm, report, "snapshots", &(text + "\n"));
    }
    if let Some(code) = made.code {
        say(vm, report, "code", &format!("---- REGION {number} mcode\n{}\n\n", code.trim_end()));
    }
}

/// The bytecode of a loop of one of these functions.
fn bytecode_of(vm: &Vm, protos: &[Gc<Proto>], header: *const Insn) -> Option<String> {
    let code = code_with(vm, protos, header)?;
    let end = (header as usize - code.insns.as_ptr() as usize) / size_of::<Insn>();
    let Some(end) = end.checked_sub(code.pc_bias as usize) else {
        let all = 0..code.draft_proto().code.len();
        let lines = all.filter_map(|pc| disasm::line(&code.draft, code.index, pc, "  "));
        return Some(lines.fold(String::new(), |text, line| text + line.trim_end() + "\n"));
    };
    let back = code.draft_proto().code.get(end)?;
    debug_assert!(matches!(back.op(), Op::LOOP | Op::FORLOOP | Op::FORLOOP1 | Op::ITERLOOP));
    let start = usize::try_from(end as i64 + 1 + i64::from(back.d())).ok()?;
    let lines = (start..=end).filter_map(|pc| disasm::line(&code.draft, code.index, pc, "  "));
    Some(lines.fold(String::new(), |text, line| text + line.trim_end() + "\n"))
}

/// A recording, or a region, of these functions came to nothing.
pub(super) fn aborted(vm: &mut Vm, state: &mut State, protos: &[Gc<Proto>], pc: *const Insn, reason: Reason) {
    if state.report.shows(b't') {
        let line = format!("[TRACE --- {} -- {}]\n", place(vm, protos, pc), reason.text());
        say(vm, &mut state.report, "abort", &line);
    }
}

/// A region was left.
pub(super) fn left(vm: &mut Vm, state: &mut State, number: u32, exit: u32) {
    if state.report.shows(b'x') {
        say(vm, &mut state.report, "exit", &format!("---- REGION {number} exit {exit}\n"));
    }
}
