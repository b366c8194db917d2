use super::*;
use crate::bytecode::Part;
use crate::bytecode::verify::verify;

/// The operations of the main chunk.
fn ops(source: &str) -> Vec<Op> {
    main_chunk(source).code.iter().map(|insn| insn.op()).collect()
}

fn main_chunk(source: &str) -> DraftProto {
    compiled(source).protos.swap_remove(0)
}

fn compiled(source: &str) -> Draft {
    let draft = compile(source.as_bytes(), b"=test").unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(verify(&draft), Ok(()));
    draft
}

fn error(source: &str) -> String {
    compile(source.as_bytes(), b"=test").expect_err("an error").to_string()
}

#[test]
fn results_land_in_their_variable() {
    assert_eq!(ops("local a, b; a = a + b"), [Op::LOADNIL, Op::ADD, Op::RET0]);
    assert_eq!(ops("local a, b; a = b.x.y"), [Op::LOADNIL, Op::GETFIELD, Op::GETFIELD, Op::RET0]);
    assert_eq!(ops("local a; a = {}"), [Op::LOADNIL, Op::NEWTABLE, Op::RET0]);
    assert_eq!(ops("local a, b; a = a and b"), [Op::LOADNIL, Op::ISFALSE, Op::MOV, Op::RET0]);
}

#[test]
fn constants_are_folded_unless_the_result_is_nan_or_negative_zero() {
    assert_eq!(ops("local a = 2 ^ 3 * 2 - 1"), [Op::LOADINT, Op::RET0]);
    assert_eq!(ops("local a = 0 / 0"), [Op::LOADINT, Op::DIVVK, Op::RET0]);
    assert_eq!(ops("local a = -0"), [Op::LOADINT, Op::UNM, Op::RET0]);
    assert_eq!(ops("local a = 0 * -1"), [Op::LOADINT, Op::MULVK, Op::RET0]);
    assert_eq!(ops("local a = -5, -1.5"), [Op::LOADINT, Op::LOADK, Op::RET0]);
    assert_eq!(ops("local a = not nil, not 1"), [Op::LOADPRI, Op::LOADPRI, Op::RET0]);
}

#[test]
fn comparisons_with_constants_take_them_as_operands() {
    let comparison = |condition: &str| {
        let source = format!("local a, b; if {condition} then f() end");
        let chunk = main_chunk(&source);
        (chunk.code[1].op(), chunk.code[1].c())
    };
    assert_eq!(comparison("a == nil"), (Op::EQPRI, 0));
    assert_eq!(comparison("nil ~= a"), (Op::EQPRI, 1));
    assert_eq!(comparison("a == 'x'"), (Op::EQK, 0));
    assert_eq!(comparison("a < 1"), (Op::LTVK, 0));
    assert_eq!(comparison("1 < a"), (Op::GTVK, 0));
    assert_eq!(comparison("a >= 1"), (Op::GEVK, 0));
    assert_eq!(comparison("not (1 >= a)"), (Op::LEVK, 1));
    assert_eq!(comparison("a > b"), (Op::LT, 0));
}

#[test]
fn constants_beyond_a_byte_go_through_registers() {
    let mut source = "local t, a = {}\n".to_string();
    for i in 0..300 {
        source +=
            &format!("t.k{i} = a == {i}.5; t.k{i} = a < {i}.5; t.k{i} = {i}.5 < a; t.k{i} = a == 's{i}'\n");
        source += &format!("t.k{i} = a >= {i}.5; t.k{i} = {i}.5 >= a; t.k{i} = a + {i}.5\n");
    }
    compiled(&source);
}

#[test]
fn conditions_jump_straight_to_their_targets() {
    let expected = [
        Op::LOADNIL,
        Op::ISFALSE,
        Op::ISFALSE,
        Op::GETGLOBAL,
        Op::CALL,
        Op::JMP,
        Op::GETGLOBAL,
        Op::CALL,
        Op::RET0,
    ];
    assert_eq!(ops("local a, b; if a and b then f() else g() end"), expected);
    // The jump over the `else` block leads out of the loop's body at once.
    let code = main_chunk("local a; while a do if a then f() else g() end if a then break end end").code;
    for (pc, insn) in code.iter().enumerate() {
        if let Some(target) = crate::bytecode::disasm::jump_target(pc, *insn) {
            assert_ne!(code[target].op(), Op::JMP, "a jump leads to a jump");
        }
    }
}

#[test]
fn upvalues_are_closed_only_where_some_are_captured() {
    let closes = |source: &str| ops(source).iter().filter(|op| **op == Op::CLOSEUP).count();
    assert_eq!(closes("for i = 1, 3 do local a = i end"), 0);
    assert_eq!(closes("for i = 1, 3 do local a = i; f(function() return a end) end"), 1);
    assert_eq!(closes("for i = 1, 3 do f(function() return i end) break end"), 1);
    assert_eq!(closes("local a; f(function() return a end) return a"), 1);
    assert_eq!(closes("do local a; local b = function() return a end goto x end ::x::"), 1);
    assert_eq!(closes("repeat local a; f(function() return a end) until a"), 2);
}

#[test]
fn chains_become_one_concatenation() {
    assert_eq!(
        ops("local a; a = a .. 'x' .. a .. 1"),
        [Op::LOADNIL, Op::MOV, Op::LOADK, Op::MOV, Op::LOADINT, Op::CONCAT, Op::RET0]
    );
}

#[test]
fn assignment_keeps_the_operands_of_earlier_targets() {
    // `i` is copied before it changes: the element assigned to is that of the old value.
    assert_eq!(
        ops("local a, i; a[i], i = 1, 2"),
        [Op::LOADNIL, Op::MOV, Op::LOADINT, Op::LOADINT, Op::SETINDEX, Op::RET0]
    );
}

#[test]
fn only_calls_that_are_returned_alone_are_tail_calls() {
    let has_tail_call = |source: &str| ops(source).contains(&Op::TAILCALL);
    assert!(has_tail_call("return f(x)"));
    assert!(has_tail_call("return t:f(...)"));
    assert!(!has_tail_call("return (f(x))"));
    assert!(!has_tail_call("return f(x), 1"));
    assert!(!has_tail_call("return a and f(x)"));
    assert!(!has_tail_call("return true and f(x)"));
}

#[test]
fn lines_are_those_of_operators_and_calls() {
    let line_of = |source: &str, op: Op| {
        let chunk = main_chunk(source);
        let pc = chunk.code.iter().position(|insn| insn.op() == op).unwrap();
        chunk.lines[pc]
    };
    assert_eq!(line_of("local a\nf(\n1,\n2)", Op::CALL), 2);
    assert_eq!(line_of("local a = b\n.c\n.d", Op::GETFIELD), 3);
    assert_eq!(line_of("local a = 1\nlocal b = a\n+\na", Op::ADD), 4);
    assert_eq!(line_of("for i = 1,\n2 do\nf()\nend", Op::FORLOOP1), 1);
    assert_eq!(line_of("for k in f\ndo\n\nend", Op::ITERCALL), 1);
    assert_eq!(line_of("function f()\n\nend", Op::SETGLOBAL), 1);
    assert_eq!(line_of("local t\nt[1] = f(\n2\n)", Op::SETINT), 4);
    assert_eq!(line_of("local a\n\n", Op::RET0), 3);
}

#[test]
fn locals_are_on_record_for_the_instructions_that_see_them() {
    let draft = compiled("local a = 1 do local b = a end for i = 1, 2 do end");
    let proto = &draft.protos[0];
    let records: Vec<(String, u8, u32, u32)> = proto
        .locals
        .iter()
        .map(|local| {
            let name = String::from_utf8_lossy(draft.string(local.name)).into_owned();
            (name, local.register, local.start_pc, local.end_pc)
        })
        .collect();
    let expected = [
        ("a", 0, 1, 8),
        ("b", 1, 2, 2),
        ("(for index)", 1, 5, 7),
        ("(for limit)", 2, 5, 7),
        ("(for step)", 3, 5, 7),
        ("i", 4, 6, 6),
    ];
    assert_eq!(
        records,
        expected.map(|(name, register, start, end)| (name.to_string(), register, start, end))
    );
}

#[test]
fn running_out_of_registers_is_an_error() {
    let arguments = |count: usize| format!("f({})", vec!["1"; count].join(","));
    compiled(&arguments(240));
    assert_eq!(error(&arguments(300)), "test:1: function or expression too complex");
    assert_eq!(
        error(&format!("\nx = {}", "f(a, ".repeat(150) + "a" + &")".repeat(150))),
        "test:2: function or expression too complex"
    );
    compiled(&format!("x = {}{}", "{1, 2, 3, 4, 5, ".repeat(100), "}".repeat(100)));
}

#[test]
fn nesting_has_a_limit_and_length_has_none() {
    let nested: &[(&str, &str, &str)] = &[
        ("(", "a", ")"),
        ("{", "a", "}"),
        ("- ", "a", ""),
        ("not ", "a", ""),
        ("a .. ", "a", ""),
        ("a ^ ", "a", ""),
        ("a[", "a", "]"),
        ("function() return ", "a", " end"),
    ];
    for (open, inner, close) in nested {
        let source = |depth: usize| format!("x = {}{inner}{}", open.repeat(depth), close.repeat(depth));
        assert_eq!(error(&source(5000)), "test:1: chunk has too many syntax levels", "{open}");
        compiled(&source(90));
    }
    for (open, close) in
        [("do ", "end "), ("while a do ", "end "), ("repeat ", "until a "), ("if a then ", "end ")]
    {
        let source = |depth: usize| open.repeat(depth) + &close.repeat(depth);
        assert_eq!(error(&source(5000)), "test:1: chunk has too many syntax levels", "{open}");
        compiled(&source(198));
    }
    for link in ["+ a ", "and a ", "or a ", "== a ", "< a ", ".a ", "[a] ", "() ", ":a() ", "{} ", "'' "] {
        compiled(&format!("x = a {}", link.repeat(20_000)));
    }
    compiled(&format!("if a then {} end", "elseif b then ".repeat(20_000)));
    compiled(&format!("x = {{ {} }}", "1, a = 2, ".repeat(20_000)));
}

#[test]
fn messages_begin_with_the_chunk_and_its_line() {
    assert_eq!(error("\nx = "), "test:2: unexpected symbol near '<eof>'");
    let failed = |name: &[u8]| compile(b"x", name).expect_err("an error").to_string();
    assert_eq!(failed(b"@game/ship.lua"), "game/ship.lua:1: '=' expected near '<eof>'");
    assert_eq!(failed(b"x"), "[string \"x\"]:1: '=' expected near '<eof>'");
}

#[test]
fn whatever_the_bytes_compiling_ends() {
    // Pieces of sources in every order that a simple generator finds.
    let pieces = [
        "local ",
        "function ",
        "a",
        " = ",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        " end ",
        "if ",
        " then ",
        " do ",
        "while ",
        "for ",
        " in ",
        "1",
        "'s'",
        ",",
        ".",
        ":",
        " and ",
        " or ",
        "not ",
        "-",
        "==",
        "<",
        "..",
        "...",
        "return ",
        "break ",
        "goto ",
        "::",
        "repeat ",
        " until ",
        "nil",
        "#",
        ";",
        "\n",
    ];
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    for _ in 0..20_000 {
        let mut source = String::new();
        for _ in 0..12 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            source += pieces[(state % pieces.len() as u64) as usize];
        }
        if let Ok(draft) = compile(source.as_bytes(), b"=test") {
            assert_eq!(verify(&draft), Ok(()), "{source}");
        }
    }
}

/// What is known of the values that the reads of a chunk get.
fn parts(source: &str) -> Vec<u8> {
    let reads = main_chunk(source).code.into_iter().filter_map(|insn| match insn.op() {
        Op::GETFIELD => Some(insn.c() as u8),
        Op::GETINDEX => Some(insn.index() as u8),
        _ => None,
    });
    reads.collect()
}

#[test]
fn what_becomes_of_a_value_that_is_read_is_on_record() {
    const KEPT: u8 = Part::Kept as u8;
    const NEXT: u8 = Part::ReadNext as u8;
    const INDEXED: u8 = Part::Indexed as u8;
    assert_eq!(parts("local t; local a = t.b"), [KEPT]);
    assert_eq!(parts("local t; local a = t.b.c.d"), [NEXT, NEXT, KEPT]);
    assert_eq!(parts("local t, i; local a = t[i].c"), [NEXT, KEPT]);
    assert_eq!(parts("local t; local b = t.b; local c = b.c"), [KEPT, KEPT]);
    assert_eq!(parts("local t; t.b.c = 1"), [INDEXED]);
    assert_eq!(parts("local t, i; t[i].b.c = 1"), [NEXT, INDEXED]);
    assert_eq!(parts("local t; t.b.c = t.b.c + t.d.e"), [INDEXED, NEXT, KEPT, NEXT, KEPT]);
    // The object is wanted again, or by more than one assignment.
    assert_eq!(parts("local t; t.b.c += 1"), [INDEXED, KEPT]);
    assert_eq!(parts("local t; t.b.c, t.d.e = 1, 2"), [KEPT, KEPT]);
    assert_eq!(parts("local t; f(t.b).c = t.d"), [KEPT, KEPT]);
}

#[test]
fn loops_know_which_variables_are_only_indexed() {
    let reused = |source: &str| {
        let chunk = main_chunk(source);
        let call = chunk.code.iter().find(|insn| insn.op() == Op::ITERCALL);
        call.expect("a loop").d()
    };
    assert_eq!(reused("for k, v, w in f do v.x = w.y + v[1].z end"), 0b110);
    assert_eq!(reused("for k, v, w in f do v.x = w end"), 0b010);
    assert_eq!(reused("for k, v, w in f do v.x = w.x; v = nil end"), 0b100);
    assert_eq!(reused("for k, v in f do v:go() end"), 0);
    assert_eq!(reused("for k, v in f do g(function() return v.x end) end"), 0);
    assert_eq!(reused("for k in f do k.x = 1 end"), 0);
}
