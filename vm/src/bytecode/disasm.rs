//! Listings of bytecode, in the manner of `luajit -bl`.

use std::fmt::Write;

use super::draft::{Const, Draft, DraftProto};
use super::opcode::{BitOp, Format, Insn, Op};
use crate::convert::format_number;

/// A listing of all functions of a draft, the innermost first, as they are completed by the compiler.
pub fn disassemble(draft: &Draft) -> String {
    if draft.protos.is_empty() { String::new() } else { disassemble_from(draft, 0, true) }
}

/// A listing of one of a draft's functions, and, if wanted, before it of those inside it.
pub fn disassemble_from(draft: &Draft, index: u32, with_children: bool) -> String {
    let mut out = String::new();
    list(draft, index, with_children, &mut out);
    out
}

/// The nesting of functions is limited (`verify`).
fn list(draft: &Draft, index: u32, with_children: bool, out: &mut String) {
    let proto = &draft.protos[index as usize];
    if with_children {
        proto.children.iter().for_each(|child| list(draft, *child, true, out));
    }
    disassemble_proto(draft, proto, out);
    out.push('\n');
}

/// A listing of one function.
fn disassemble_proto(draft: &Draft, proto: &DraftProto, out: &mut String) {
    let chunk = crate::syntax::chunk_id(&draft.chunk_name);
    let name =
        proto.name.map_or(String::new(), |name| format!(" {}", String::from_utf8_lossy(draft.string(name))));
    let vararg = if proto.is_vararg { ", vararg" } else { "" };
    let _ = writeln!(
        out,
        "-- BYTECODE -- {chunk}:{}-{}{name} ({} parameters{vararg}, {} registers, {} upvalues)",
        proto.line_defined,
        proto.last_line_defined,
        proto.param_count,
        proto.frame_size,
        proto.upvalues.len(),
    );
    let targets = jump_targets(proto);
    for (pc, insn) in proto.code.iter().enumerate() {
        let mark = if targets[pc] { "=>" } else { "  " };
        out.push_str(&listed(draft, proto, pc, *insn, mark));
    }
}

/// The line of an instruction of one of a draft's functions.
pub fn line(draft: &Draft, index: u32, pc: usize, mark: &str) -> Option<String> {
    let proto = &draft.protos[index as usize];
    proto.code.get(pc).map(|insn| listed(draft, proto, pc, *insn, mark))
}

/// Instructions are counted from 1 for people, as in LuaJIT.
fn listed(draft: &Draft, proto: &DraftProto, pc: usize, insn: Insn, mark: &str) -> String {
    format!("{:04} {mark} {}\n", pc + 1, instruction(draft, proto, pc, insn).trim_end())
}

/// For each instruction of a function, whether it is jumped to.
pub fn jump_targets(proto: &DraftProto) -> Vec<bool> {
    let mut targets = vec![false; proto.code.len()];
    for (pc, insn) in proto.code.iter().enumerate() {
        if let Some(mark) = jump_target(pc, *insn).and_then(|target| targets.get_mut(target)) {
            *mark = true;
        }
    }
    targets
}

/// Where a jump leads; `None` for other instructions.
pub fn jump_target(pc: usize, insn: Insn) -> Option<usize> {
    if insn.op().format().is_jump() {
        usize::try_from(pc as i64 + 1 + i64::from(insn.d())).ok()
    } else {
        None
    }
}

fn instruction(draft: &Draft, proto: &DraftProto, pc: usize, insn: Insn) -> String {
    let op = insn.op();
    let (a, b, c, d) = (insn.a(), insn.b(), insn.c(), insn.d());
    let operands = match op.format() {
        Format::None => String::new(),
        Format::A => format!("{a:3}"),
        Format::AB => format!("{a:3} {b:3}"),
        Format::ABC => format!("{a:3} {b:3} {c:3}"),
        Format::AInt if op == Op::NEWTABLE => {
            format!("{a:3}         ; {} array, {} keys", d & 0xFFFF, d as u32 >> 16)
        }
        Format::AInt => format!("{a:3} {d:3}"),
        Format::AK => format!("{a:3}         ; {}", constant(draft, proto, d as usize)),
        Format::ABK => format!("{a:3} {b:3}     ; {}", constant(draft, proto, d as usize)),
        Format::ACK => format!("{a:3} {c:3}     ; {}", constant(draft, proto, d as usize)),
        Format::ACache => format!("{a:3}         ; {}", cache_key(draft, proto, d as usize)),
        Format::ABCache => format!("{a:3} {b:3}     ; {}", cache_key(draft, proto, d as usize)),
        Format::AChild => format!("{a:3}         ; {}", child(draft, proto, d as usize)),
        Format::ABInt => format!("{a:3} {b:3} {d:3}"),
        Format::ABCBit => {
            format!("{a:3} {b:3} {c:3} ; {}", BitOp::ALL.get(d as usize).map_or("?", |op| op.text()))
        }
        Format::Jump => format!("            => {:04}", target(pc, insn)),
        Format::AJump => format!("{a:3}         => {:04}", target(pc, insn)),
        Format::ABJump => format!("{a:3} {b:3}     => {:04}", target(pc, insn)),
        Format::ABCJump => format!("{a:3} {b:3} {c:3} => {:04}", target(pc, insn)),
        Format::AKCJump => {
            format!("{a:3}     {c:3} => {:04}  ; {}", target(pc, insn), constant(draft, proto, b))
        }
    };
    format!("{:<9} {operands}", op.name())
}

/// Where a jump leads, as it is listed.
fn target(pc: usize, insn: Insn) -> usize {
    jump_target(pc, insn).map_or(0, |target| target + 1)
}

fn constant(draft: &Draft, proto: &DraftProto, index: usize) -> String {
    match proto.constants.get(index) {
        Some(Const::Number(number)) => number_text(*number),
        Some(Const::Str(string)) => quoted(draft.string(*string)),
        Some(Const::Int64(integer)) => format!("{integer}LL"),
        Some(Const::Uint64(integer)) => format!("{integer}ULL"),
        Some(Const::Imaginary(number)) => number_text(*number) + "i",
        None => format!("constant {index}?"),
    }
}

fn number_text(number: f64) -> String {
    let mut text = Vec::new();
    format_number(number, &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

fn cache_key(draft: &Draft, proto: &DraftProto, slot: usize) -> String {
    match proto.cache_keys.get(slot) {
        Some(key) => constant(draft, proto, *key as usize),
        None => format!("cache slot {slot}?"),
    }
}

fn child(draft: &Draft, proto: &DraftProto, index: usize) -> String {
    match proto.children.get(index).and_then(|child| draft.protos.get(*child as usize)) {
        Some(child) => format!("function at line {}", child.line_defined),
        None => format!("child {index}?"),
    }
}

fn quoted(bytes: &[u8]) -> String {
    let shown = &bytes[..bytes.len().min(40)];
    let more = if shown.len() < bytes.len() { "~" } else { "" };
    format!("\"{}\"{more}", shown.escape_ascii())
}
