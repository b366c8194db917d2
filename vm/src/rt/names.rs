//! What messages call the values of a frame: "local 'x'", "field 'y'", "method 'z'".
//!
//! A register's name is found by walking back from the instruction that failed to the one that wrote the register. The walk
//! takes the code as it is written, not as it ran, which is right for the temporaries in question: they are
//! written just before they are used. Pure functions on a draft; frames are the callers' business.

use crate::bytecode::{Const, Draft, DraftProto, Insn, Op, StrId};

/// A description of a value: what kind of variable it is in, and its name.
pub(crate) type Name = (&'static str, String);

/// How many moves from register to register are followed: compiled code has one or two, and bytes made to take long are not to.
const MAX_MOVES: usize = 32;

/// What kind of variable the instruction at `pc` finds in a register, and its name.
pub(crate) fn variable(draft: &Draft, proto: &DraftProto, pc: usize, register: usize) -> Option<Name> {
    let insn = *proto.code.get(pc)?;
    if insn.op() == Op::ITERCALL && register >= insn.a() + 3 {
        return None;
    }
    let mut register = register;
    let mut at = pc;
    if let Some(name) = local(draft, proto, at, register) {
        return Some(("local", name));
    }
    let mut moves = 0;
    while at > 0 && moves < MAX_MOVES {
        at -= 1;
        let insn = proto.code[at];
        if !written(insn).contains(register) {
            continue;
        }
        match insn.op() {
            Op::MOV => register = insn.b(),
            Op::SELF if register == insn.a() + 1 => register = insn.b(),
            Op::SELF => return Some(("method", cache_key(draft, proto, insn)?)),
            Op::GETGLOBAL => return Some(("global", cache_key(draft, proto, insn)?)),
            Op::GETFIELD => return Some(("field", cache_key(draft, proto, insn)?)),
            Op::GETUPVAL => return Some(("upvalue", text(draft, *proto.upvalue_names.get(insn.b())?))),
            _ => return None,
        }
        if let Some(name) = local(draft, proto, at, register) {
            return Some(("local", name));
        }
        moves += 1;
    }
    None
}

/// How the function is named that the instruction at `pc` calls: by the variable it is called through, or as a metamethod.
pub(crate) fn callee(draft: &Draft, proto: &DraftProto, pc: usize) -> Option<Name> {
    let insn = *proto.code.get(pc)?;
    match insn.op() {
        Op::CALL | Op::TAILCALL | Op::ITERCALL => variable(draft, proto, pc, insn.a()),
        op => Some(("metamethod", metamethod(op)?.to_owned())),
    }
}

/// The local variable that is in a register at an instruction.
fn local(draft: &Draft, proto: &DraftProto, pc: usize, register: usize) -> Option<String> {
    // The last one that fits: a scope that was just opened hides those that end here.
    let is_there = |local: &&crate::bytecode::LocalVar| {
        usize::from(local.register) == register
            && (local.start_pc as usize) <= pc
            && pc < local.end_pc as usize
    };
    proto.locals.iter().rev().find(is_there).map(|local| text(draft, local.name))
}

fn cache_key(draft: &Draft, proto: &DraftProto, insn: Insn) -> Option<String> {
    match proto.constants.get(*proto.cache_keys.get(insn.index())? as usize)? {
        Const::Str(name) => Some(text(draft, *name)),
        Const::Number(_) | Const::Int64(_) | Const::Uint64(_) | Const::Imaginary(_) => None,
    }
}

fn text(draft: &Draft, name: StrId) -> String {
    let name = draft.string(name);
    // Names are C strings in LuaJIT: a zero byte ends them.
    let end = memchr::memchr(0, name).unwrap_or(name.len());
    String::from_utf8_lossy(&name[..end]).into_owned()
}

/// The registers an instruction writes.
struct Written {
    first: usize,
    last: usize,
}

impl Written {
    const NOTHING: Written = Written { first: 1, last: 0 };

    fn contains(&self, register: usize) -> bool {
        (self.first..=self.last).contains(&register)
    }
}

fn written(insn: Insn) -> Written {
    let (a, b) = (insn.a(), insn.b());
    let range = |first, last| Written { first, last };
    match insn.op() {
        Op::MOV
        | Op::LOADK
        | Op::LOADINT
        | Op::LOADPRI
        | Op::GETUPVAL
        | Op::CLOSURE
        | Op::GETGLOBAL
        | Op::NEWTABLE
        | Op::GETFIELD
        | Op::GETINDEX
        | Op::GETINT
        | Op::ADD
        | Op::SUB
        | Op::MUL
        | Op::DIV
        | Op::MOD
        | Op::POW
        | Op::ADDVK
        | Op::SUBVK
        | Op::MULVK
        | Op::DIVVK
        | Op::MODVK
        | Op::POWVK
        | Op::ADDKV
        | Op::SUBKV
        | Op::MULKV
        | Op::DIVKV
        | Op::MODKV
        | Op::POWKV
        | Op::BITOP
        | Op::UNM
        | Op::NOT
        | Op::LEN
        | Op::CONCAT
        | Op::COPYTRUE
        | Op::COPYFALSE => range(a, a),
        Op::SELF => range(a, a + 1),
        Op::LOADNIL => range(a, b),
        // What is above the called function is overwritten by the call.
        Op::CALL | Op::VARARG => range(a, usize::MAX),
        Op::FORPREP | Op::FORLOOP | Op::FORLOOP1 => range(a, a + 3),
        Op::ITERCALL => range(a + 3, usize::MAX),
        Op::ITERLOOP => range(a + 2, a + 2),
        Op::SETUPVAL
        | Op::CLOSEUP
        | Op::SETGLOBAL
        | Op::SETFIELD
        | Op::INITFIELD
        | Op::SETINDEX
        | Op::SETINT
        | Op::SETLIST
        | Op::JMP
        | Op::LOOP
        | Op::ISTRUE
        | Op::ISFALSE
        | Op::EQ
        | Op::LT
        | Op::LE
        | Op::EQK
        | Op::EQPRI
        | Op::LTVK
        | Op::LEVK
        | Op::GTVK
        | Op::GEVK
        | Op::TAILCALL
        | Op::RET
        | Op::RET0
        | Op::RET1
        | Op::JLOOP
        | Op::REMAP => Written::NOTHING,
    }
}

/// The event an instruction raises when its operands are not of a primitive type.
fn metamethod(op: Op) -> Option<&'static str> {
    match op {
        Op::GETGLOBAL | Op::GETFIELD | Op::GETINDEX | Op::GETINT | Op::SELF => Some("__index"),
        Op::SETGLOBAL | Op::SETFIELD | Op::INITFIELD | Op::SETINDEX | Op::SETINT => Some("__newindex"),
        Op::ADD | Op::ADDVK | Op::ADDKV => Some("__add"),
        Op::SUB | Op::SUBVK | Op::SUBKV => Some("__sub"),
        Op::MUL | Op::MULVK | Op::MULKV => Some("__mul"),
        Op::DIV | Op::DIVVK | Op::DIVKV => Some("__div"),
        Op::MOD | Op::MODVK | Op::MODKV => Some("__mod"),
        Op::POW | Op::POWVK | Op::POWKV => Some("__pow"),
        Op::UNM => Some("__unm"),
        Op::LEN => Some("__len"),
        Op::CONCAT => Some("__concat"),
        Op::EQ | Op::EQK | Op::EQPRI => Some("__eq"),
        Op::LT | Op::LTVK | Op::GTVK => Some("__lt"),
        Op::LE | Op::LEVK | Op::GEVK => Some("__le"),
        Op::MOV
        | Op::LOADK
        | Op::LOADINT
        | Op::LOADPRI
        | Op::LOADNIL
        | Op::GETUPVAL
        | Op::SETUPVAL
        | Op::CLOSEUP
        | Op::CLOSURE
        | Op::NEWTABLE
        | Op::SETLIST
        | Op::BITOP
        | Op::NOT
        | Op::JMP
        | Op::LOOP
        | Op::ISTRUE
        | Op::ISFALSE
        | Op::COPYTRUE
        | Op::COPYFALSE
        | Op::CALL
        | Op::TAILCALL
        | Op::RET
        | Op::RET0
        | Op::RET1
        | Op::VARARG
        | Op::FORPREP
        | Op::FORLOOP
        | Op::FORLOOP1
        | Op::ITERCALL
        | Op::ITERLOOP
        | Op::JLOOP
        | Op::REMAP => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compiler::compile;

    /// What the first `op` of the main chunk finds in the register that `operand` picks.
    fn name_in(source: &str, op: Op, operand: fn(Insn) -> usize) -> Option<Name> {
        let draft = compile(source.as_bytes(), b"=test").unwrap();
        let proto = draft.protos.last().unwrap();
        let pc = proto.code.iter().position(|insn| insn.op() == op).unwrap();
        variable(&draft, proto, pc, operand(proto.code[pc]))
    }

    fn named(kind: &'static str, name: &str) -> Option<Name> {
        Some((kind, name.to_owned()))
    }

    #[test]
    fn the_kinds_of_variables() {
        assert_eq!(name_in("local x; x()", Op::CALL, Insn::a), named("local", "x"));
        assert_eq!(name_in("x()", Op::CALL, Insn::a), named("global", "x"));
        assert_eq!(name_in("local t; t.x()", Op::CALL, Insn::a), named("field", "x"));
        assert_eq!(name_in("local t; t:x()", Op::CALL, Insn::a), named("method", "x"));
        assert_eq!(name_in("local u; function f() u() end", Op::CALL, Insn::a), named("upvalue", "u"));
        assert_eq!(name_in("local t; t[1]()", Op::CALL, Insn::a), None);
    }

    #[test]
    fn operands_of_operators() {
        assert_eq!(name_in("local t; y = t.x + 1", Op::ADDVK, Insn::b), named("field", "x"));
        assert_eq!(name_in("local t; y = 'a' .. t", Op::CONCAT, Insn::c), named("local", "t"));
        assert_eq!(name_in("local t; y = {} + 1", Op::ADDVK, Insn::b), None);
        assert_eq!(name_in("local t; y = f().x", Op::GETFIELD, Insn::b), None);
    }

    #[test]
    fn a_local_is_named_only_inside_its_scope() {
        assert_eq!(name_in("do local x end; y()", Op::CALL, Insn::a), named("global", "y"));
        assert_eq!(name_in("local x = x.y", Op::GETFIELD, Insn::b), named("global", "x"));
    }

    #[test]
    fn called_functions() {
        let draft = compile(b"for k in next do end local t = {} t = t + 1", b"=test").unwrap();
        let proto = &draft.protos[0];
        let at = |op: Op| proto.code.iter().position(|insn| insn.op() == op).unwrap();
        assert_eq!(callee(&draft, proto, at(Op::ITERCALL)), named("local", "(for generator)"));
        assert_eq!(callee(&draft, proto, at(Op::ADDVK)), named("metamethod", "__add"));
        assert_eq!(callee(&draft, proto, at(Op::NEWTABLE)), None);
    }
}
