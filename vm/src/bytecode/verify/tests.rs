//! The compiler's output passes; damage is found.

use super::*;
use crate::bytecode::{Insn, LocalVar, Op};
use crate::compiler::compile;

#[test]
fn compiled_code_passes() {
    let sources = [
        "local a = ... for i = 1, a do print(i, a and i) end return a",
        "local function f(...) return f(..., (f())), {...} end return f(1, f())",
        "for k, v in pairs(t) do local c = function() return k end if c() then break end goto on ::on:: end",
        "repeat local x = f() local g = function() return x end until g(x) or x",
        "do local a, b ::again:: b = function() return a, b end if b() then goto again end end",
    ];
    for source in sources {
        let draft = compile(source.as_bytes(), b"=test").unwrap();
        assert_eq!(verify(&draft), Ok(()), "{source}");
    }
}

#[test]
fn damage_is_found() {
    let good = compile(b"local a = x.y while a do a = a + 1 end", b"=test").unwrap();
    let damages: &[fn(&mut DraftProto)] = &[
        |proto| proto.frame_size = 0,
        |proto| proto.frame_size = 251,
        |proto| proto.constants.clear(),
        |proto| proto.cache_keys.clear(),
        |proto| proto.code.truncate(3),
        |proto| proto.lines.truncate(1),
        |proto| proto.children.push(0),
        |proto| proto.upvalues = vec![UpvalueSource::ParentRegister(0); 61],
        |proto| {
            let jump = proto.code.iter().position(|insn| insn.op() == Op::LOOP).expect("a loop");
            proto.code[jump] = proto.code[jump].with_d(0);
        },
    ];
    for (number, damage) in damages.iter().enumerate() {
        let mut draft = good.clone();
        damage(&mut draft.protos[0]);
        assert!(verify(&draft).is_err(), "damage {number}");
    }
}

/// A function of four parameters and eight registers, two more functions inside: the first captures register 1.
fn draft_of(code: &[Insn]) -> Draft {
    let mut draft = Draft::new(b"=test");
    let text = draft.add_string(b"text");
    let inner = DraftProto { code: vec![Insn::abc(Op::RET0, 0, 0, 0)], ..DraftProto::default() };
    draft.protos = vec![
        DraftProto {
            code: code.to_vec(),
            constants: vec![Const::Number(1.0), Const::Str(text)],
            cache_keys: vec![1, 1],
            children: vec![1, 2],
            param_count: 4,
            frame_size: 8,
            is_vararg: true,
            ..DraftProto::default()
        },
        DraftProto {
            upvalues: vec![UpvalueSource::ParentRegister(1)],
            upvalue_names: vec![text],
            ..inner.clone()
        },
        inner,
    ];
    draft
}

fn abc(op: Op, a: u8, b: u8, c: u8) -> Insn {
    Insn::abc(op, a, b, c)
}

fn ad(op: Op, a: u8, d: i32) -> Insn {
    Insn::ad(op, a, d)
}

/// Asserts what verification makes of code: nothing, or an error with this text.
#[track_caller]
fn expect(code: &[Insn], problem: Option<&str>) {
    match (verify(&draft_of(code)), problem) {
        (Ok(()), None) => {}
        (Err(found), Some(problem)) if found.contains(problem) => {}
        (found, _) => panic!("{found:?} instead of {problem:?}"),
    }
}

const RET0: Insn = Insn((Op::RET0 as u64) << 8);

#[test]
fn operands_are_checked() {
    expect(&[RET0], None);
    expect(&[abc(Op::MOV, 7, 3, 0), RET0], None);
    expect(&[abc(Op::MOV, 8, 3, 0), RET0], Some("outside the frame"));
    expect(&[abc(Op::MOV, 7, 3, 1), RET0], Some("does not have"));
    expect(&[Insn(0xff << 8), RET0], Some("no such operation"));
    expect(&[abc(Op::REMAP, 0, 0, 0), RET0], Some("reloaded"));
    expect(&[abc(Op::SELF, 7, 0, 0), RET0], Some("outside the frame"));
    expect(&[abc(Op::CALL, 0, 9, 1), RET0], Some("outside the frame"));
    expect(&[Insn::abcd(Op::ADDVK, 0, 0, 0, 1), RET0], Some("not a number"));
    expect(&[abc(Op::GETUPVAL, 0, 0, 0), RET0], Some("no such upvalue"));
    expect(&[ad(Op::CLOSURE, 4, 2), RET0], Some("no such child"));
}

#[test]
fn a_cache_serves_one_instruction() {
    let get = Insn::abcd(Op::GETFIELD, 0, 0, 0, 0);
    let set = Insn::abcd(Op::SETFIELD, 1, 0, 0, 0);
    expect(&[get, set.with_d(1), RET0], None);
    expect(&[get, set, RET0], Some("inline cache of another"));
    expect(&[get.with_d(2), RET0], Some("no such inline cache"));
}

#[test]
fn jumps_stay_inside_and_go_back_only_in_loops() {
    expect(&[ad(Op::ISTRUE, 0, 0), RET0], None);
    expect(&[ad(Op::ISTRUE, 0, 1), RET0], Some("out of the code"));
    expect(&[ad(Op::ISTRUE, 0, -2), RET0], Some("out of the code"));
    expect(&[RET0, ad(Op::JMP, 0, -2)], Some("wrong direction"));
    expect(&[ad(Op::LOOP, 0, -1)], None);
    expect(&[ad(Op::LOOP, 0, 0), RET0], Some("wrong direction"));
    expect(&[abc(Op::MOV, 0, 0, 0)], Some("past its end"));
}

#[test]
fn loops_have_a_beginning() {
    let body = [ad(Op::FORPREP, 0, 1), ad(Op::FORLOOP, 0, -1), RET0];
    expect(&body, None);
    expect(&[ad(Op::FORPREP, 1, 1), ad(Op::FORLOOP, 0, -1), RET0], Some("without its beginning"));
    expect(&[abc(Op::ITERCALL, 0, 0, 1), ad(Op::ITERLOOP, 0, -2), RET0], None);
    expect(&[abc(Op::ITERCALL, 0, 0, 1), ad(Op::ITERLOOP, 1, -2), RET0], Some("without its beginning"));
    expect(&[abc(Op::ITERCALL, 3, 0, 1), RET0], Some("outside the frame"));
}

#[test]
fn registers_are_written_before_they_are_read() {
    expect(&[abc(Op::RET1, 4, 0, 0)], Some("no value"));
    expect(&[abc(Op::LOADPRI, 4, 0, 0), abc(Op::RET1, 4, 0, 0)], None);
    // On one of two ways only.
    expect(&[ad(Op::ISTRUE, 0, 1), abc(Op::LOADPRI, 4, 0, 0), abc(Op::RET1, 4, 0, 0)], Some("no value"));
    // A call leaves nothing but its results.
    let set = abc(Op::LOADNIL, 4, 6, 0);
    expect(&[set, abc(Op::CALL, 4, 2, 2), abc(Op::RET1, 4, 0, 0)], None);
    expect(&[set, abc(Op::CALL, 4, 2, 2), abc(Op::RET1, 5, 0, 0)], Some("no value"));
    // What is lost in a loop's body is missed at its beginning.
    expect(&[set, abc(Op::NOT, 4, 6, 0), abc(Op::CALL, 5, 1, 2), ad(Op::LOOP, 0, -3)], Some("no value"));
}

#[test]
fn open_lists_follow_what_sets_the_top() {
    let all = abc(Op::VARARG, 4, 0, 0);
    expect(&[all, abc(Op::RET, 4, 0, 0)], None);
    expect(&[all, abc(Op::RET, 2, 0, 0)], None);
    expect(&[all, abc(Op::RET, 5, 0, 0)], Some("top that was not set"));
    expect(&[abc(Op::RET, 0, 0, 0)], Some("top that was not set"));
    expect(&[all, abc(Op::MOV, 0, 1, 0), abc(Op::RET, 4, 0, 0)], Some("top that was not set"));
    expect(&[all, abc(Op::CLOSEUP, 0, 0, 0), abc(Op::RET, 4, 0, 0)], None);
    expect(&[all, abc(Op::CALL, 3, 0, 0), abc(Op::RET, 3, 0, 0)], None);
    expect(&[all, abc(Op::CALL, 4, 0, 1), RET0], Some("no value"));
    // Another way leads in between.
    expect(&[ad(Op::ISTRUE, 0, 1), all, abc(Op::RET, 4, 0, 0)], Some("top that was not set"));
}

#[test]
fn captured_registers_are_closed() {
    let capture = ad(Op::CLOSURE, 4, 0);
    let close = abc(Op::CLOSEUP, 1, 0, 0);
    expect(&[capture, close, abc(Op::RET1, 4, 0, 0)], None);
    expect(&[capture, abc(Op::RET1, 4, 0, 0)], Some("without being closed"));
    expect(&[capture, abc(Op::CLOSEUP, 2, 0, 0), RET0], Some("without being closed"));
    expect(&[capture, abc(Op::TAILCALL, 4, 1, 0)], Some("without being closed"));
    // A call above leaves the variable alone, one below would run over it.
    expect(&[capture, abc(Op::CALL, 4, 1, 1), close, RET0], None);
    expect(&[capture, abc(Op::CALL, 1, 1, 1), close, RET0], Some("without being closed"));
    // Captured at the end of a loop's body, called at its beginning.
    expect(&[abc(Op::CALL, 1, 1, 2), capture, ad(Op::LOOP, 0, -3)], Some("without being closed"));
}

#[test]
fn variables_in_scope_lie_below_a_call() {
    let code = [abc(Op::MOV, 4, 0, 0), abc(Op::CALL, 4, 1, 1), RET0];
    let with_local = |register, start_pc, end_pc| {
        let mut draft = draft_of(&code);
        let local =
            LocalVar { name: crate::bytecode::StrId(0), register, start_pc, end_pc, initialiser_hash: 0 };
        draft.protos[0].locals = vec![local];
        verify(&draft).map_err(|problem| problem.contains("frame of a call"))
    };
    assert_eq!(with_local(3, 0, 3), Ok(()));
    assert_eq!(with_local(4, 0, 1), Ok(()));
    assert_eq!(with_local(4, 2, 3), Ok(()));
    assert_eq!(with_local(4, 1, 2), Err(true));
    assert_eq!(with_local(7, 0, 3), Err(true));
    assert_eq!(with_local(8, 0, 1), Err(false));
}
