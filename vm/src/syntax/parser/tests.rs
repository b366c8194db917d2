//! The messages were taken from LuaJIT.

use super::*;
use crate::syntax::ast::ExprKind;

fn error(source: &str) -> String {
    match parse(source.as_bytes(), Draft::default()) {
        Ok(_) => "no error".to_string(),
        Err(error) => format!("{}: {}", error.line(), String::from_utf8_lossy(error.message())),
    }
}

#[test]
fn errors_are_worded_as_luajit_words_them() {
    for (source, message) in ERRORS {
        assert_eq!(error(source), *message, "{source}");
    }
}

#[test]
fn odd_but_valid_sources() {
    for source in VALID {
        assert_eq!(error(source), "no error", "{source}");
    }
}

#[test]
fn names_are_resolved() {
    let source = "local a; b = a; function f(c) a = c; return function() return a, c, d end end";
    let (tree, strings) = parse(source.as_bytes(), Draft::default()).unwrap();
    let name = |id: StrId| String::from_utf8_lossy(strings.bytes(id)).into_owned();
    let upvalues = |index: usize| -> Vec<(String, bool)> {
        let is_local = |source| source == crate::syntax::ast::CaptureSource::Local;
        tree.functions[index].upvalues.iter().map(|up| (name(up.name), is_local(up.source))).collect()
    };
    assert_eq!(upvalues(0), []);
    assert_eq!(upvalues(1), [("a".to_string(), true)]);
    assert_eq!(upvalues(2), [("a".to_string(), false), ("c".to_string(), true)]);
    assert!(tree.locals.iter().all(|local| local.is_captured));
    let globals: Vec<String> = tree
        .exprs
        .iter()
        .filter_map(|expr| if let ExprKind::Global(id) = expr.kind { Some(name(id)) } else { None })
        .collect();
    assert_eq!(globals, ["b", "f", "d"]);
}

#[test]
fn a_local_is_visible_after_its_statement_and_until_its_block_ends() {
    let (tree, _) = parse(b"local x = x; do local x = x end; x = x", Draft::default()).unwrap();
    let kinds: Vec<Option<u32>> = tree
        .exprs
        .iter()
        .map(|expr| if let ExprKind::Local(local) = expr.kind { Some(local.0) } else { None })
        .collect();
    assert_eq!(kinds, [None, Some(0), Some(0), Some(0)]);
}

#[test]
fn functions_are_named_by_what_they_are_assigned_to() {
    let source = "
        function f() end  function t.a.b() end  function t.a:c() end  local function g() end
        local h = function() end  t.x.y = function() end  z = { w = function() end }  call(function() end)";
    let (tree, strings) = parse(source.as_bytes(), Draft::default()).unwrap();
    let names: Vec<String> = tree.functions[1..]
        .iter()
        .map(|function| {
            function.name.map_or(String::new(), |id| String::from_utf8_lossy(strings.bytes(id)).into_owned())
        })
        .collect();
    assert_eq!(names, ["f", "t.a.b", "t.a.c", "g", "h", "t.x.y", "w", ""]);
}

#[test]
fn top_level_initialisers_are_hashed_by_their_text() {
    let hashes = |source: &str| -> Vec<u64> {
        let (tree, _) = parse(source.as_bytes(), Draft::default()).unwrap();
        tree.locals.iter().map(|local| local.initialiser_hash).collect()
    };
    let first = hashes("local a, b, c = 1 + 2, {}");
    assert!(first[0] != 0 && first[1] != 0 && first[2] == 0 && first[0] != first[1]);
    assert_eq!(hashes("-- moved\n\nlocal a = 1 + 2")[0], first[0]);
    assert_ne!(hashes("local a = 1 + 3")[0], first[0]);
    assert_eq!(hashes("do local a = 1 end local function f() local b = 1 end"), [0, 0, 0]);
}

const VALID: &[&str] = &[
    "local goto=3 ::goto::",
    "::a:: do ::a:: end",
    "do goto a end; local b; ::a::",
    "x=1i",
    "x=08",
    "x=1__0",
    "for i=1,2 do goto continue; local x; ::continue:: end",
    "repeat local x; goto continue; ::continue:: until x",
    "do goto a; local x; ::a:: ::b:: end",
    "do goto b; local x; ::a:: ::b:: end",
    "goto a; goto a; ::a::",
    "--[=",
    "f\n{}",
    "f\n''",
    "::a:: do goto a; ::a:: end",
];

const ERRORS: &[(&str, &str)] = &[
    ("goto x", "1: undefined label 'x'"),
    ("break", "1: no loop to break"),
    ("do local a ::x:: ::x:: end", "1: duplicate label 'x'"),
    ("goto x; local y ::x:: print(1)", "1: <goto x> jumps into the scope of local 'y'"),
    ("while true do break print(1) end", "1: 'end' expected near 'print'"),
    ("x=3x", "1: malformed number near '3x'"),
    ("x='abc", "1: unfinished string near '<eof>'"),
    ("x='abc\n", "1: unfinished string near ''abc'"),
    ("x=[==", "1: invalid long string delimiter near '[=='"),
    ("x=[[abc", "1: unfinished long string near '<eof>'"),
    ("--[[abc", "1: unfinished long comment near '<eof>'"),
    ("x='\\q'", "1: invalid escape sequence near '''"),
    ("x='\\300'", "1: invalid escape sequence near '''"),
    ("x='\\xzz'", "1: invalid escape sequence near '''"),
    ("x='\\u{110000000}'", "1: invalid escape sequence near '''"),
    ("f\n(1)", "2: ambiguous syntax (function call x new statement) near '('"),
    ("if x then\n\n y=1", "3: 'end' expected (to close 'if' at line 1) near '<eof>'"),
    ("for", "1: '<name>' expected near '<eof>'"),
    ("(a)=1", "1: syntax error near '='"),
    ("a+1", "1: '=' expected near '+'"),
    ("x=...;function f() return ... end", "1: cannot use '...' outside a vararg function near '...'"),
    (";;", "1: unexpected symbol near ';'"),
    ("a;;", "1: '=' expected near ';'"),
    ("return 1; return 2", "1: '<eof>' expected near 'return'"),
    ("return 1 2", "1: '<eof>' expected near '2'"),
    ("x = }", "1: unexpected symbol near '}'"),
    ("x = 'a' 'b'", "1: unexpected symbol near ''b''"),
    ("x = @", "1: unexpected symbol near '@'"),
    ("x = \x01", "1: unexpected symbol near 'char(1)'"),
    ("local function f.a() end", "1: '(' expected near '.'"),
    ("for a.b=1", "1: '=' or 'in' expected near '.'"),
    ("x=a.1", "1: unexpected symbol near '.1'"),
    ("x=1..2", "1: malformed number near '1..2'"),
    ("goto", "1: '=' expected near '<eof>'"),
    ("goto=1;goto goto", "1: undefined label 'goto'"),
    ("::a:: ::a::", "1: duplicate label 'a'"),
    ("do goto a end; local b; ::a:: b=1", "1: <goto a> jumps into the scope of local 'b'"),
    ("repeat goto c; local z ::c:: until z", "1: <goto c> jumps into the scope of local 'z'"),
    ("a.b:c=1", "1: function arguments expected near '='"),
    ("a:b", "1: function arguments expected near '<eof>'"),
    ("f(", "1: unexpected symbol near '<eof>'"),
    ("x={1,2", "1: '}' expected near '<eof>'"),
    ("x={[1]2}", "1: '=' expected near '2'"),
    ("return return", "1: unexpected symbol near 'return'"),
    ("x=\"a\\\nb", "2: unfinished string near '<eof>'"),
    ("x = 0x", "1: malformed number near '0x'"),
    ("x=1e", "1: malformed number near '1e'"),
    ("x=1e+", "1: malformed number near '1e+'"),
    ("x=0b12", "1: malformed number near '0b12'"),
    ("x=1LLL", "1: malformed number near '1LLL'"),
    ("x=1ULLx", "1: malformed number near '1ULLx'"),
    ("x=5i2", "1: malformed number near '5i2'"),
    ("x = function() end end", "1: '<eof>' expected near 'end'"),
    ("do return end x", "1: '=' expected near '<eof>'"),
    ("x = [=[a]]", "1: unfinished long string near '<eof>'"),
    ("x='\\z  \n a' 5", "2: unexpected symbol near '5'"),
    ("x=' a\\65 b' ' c", "1: unfinished string near '<eof>'"),
    ("x='abc' 'c\\n\\", "1: unfinished string near '<eof>'"),
    ("a.b", "1: '=' expected near '<eof>'"),
    ("a=1=2", "1: unexpected symbol near '='"),
    ("a,b", "1: '=' expected near '<eof>'"),
    ("f()=1", "1: unexpected symbol near '='"),
    ("f(),a=1", "1: unexpected symbol near ','"),
    ("local x,=1", "1: '<name>' expected near '='"),
    ("function f(a,...,b) end", "1: ')' expected near ','"),
    ("function f(a,) end", "1: <name> or '...' expected near ')'"),
    ("x=$", "1: unexpected symbol near '$'"),
    ("x = y z", "1: '=' expected near '<eof>'"),
    ("x = 1 'z\\065' ", "1: unexpected symbol near ''zA''"),
    ("x = 1 [[z\n]]", "2: unexpected symbol near '[[z\n]]'"),
    ("if a then else elseif b then end", "1: 'end' expected near 'elseif'"),
    ("until", "1: '<eof>' expected near 'until'"),
    ("local function end", "1: '<name>' expected near 'end'"),
    ("x=and", "1: unexpected symbol near 'and'"),
    ("for i=1 do end", "1: ',' expected near 'do'"),
    ("for i in do end", "1: unexpected symbol near 'do'"),
    ("for i=1,2,3,4 do end", "1: 'do' expected near ','"),
    ("while", "1: unexpected symbol near '<eof>'"),
    ("while x", "1: 'do' expected near '<eof>'"),
    ("repeat", "1: 'until' expected near '<eof>'"),
    ("repeat until", "1: unexpected symbol near '<eof>'"),
    ("function", "1: '<name>' expected near '<eof>'"),
    ("function f", "1: '(' expected near '<eof>'"),
    ("function f(", "1: <name> or '...' expected near '<eof>'"),
    ("function f(1)", "1: <name> or '...' expected near '1'"),
    ("function a.b.c:d.e() end", "1: '(' expected near '.'"),
    ("local", "1: '<name>' expected near '<eof>'"),
    ("local 1", "1: '<name>' expected near '1'"),
    ("local a = ", "1: unexpected symbol near '<eof>'"),
    ("local a b", "1: '=' expected near '<eof>'"),
    ("x = {a=}", "1: unexpected symbol near '}'"),
    ("x = {a=1 b=2}", "1: '}' expected near 'b'"),
    ("x={[a]}", "1: '=' expected near '}'"),
    ("x={[a}", "1: ']' expected near '}'"),
    ("f{", "1: unexpected symbol near '<eof>'"),
    ("f'", "1: unfinished string near '<eof>'"),
    ("f\"\n\"", "1: unfinished string near '\"'"),
    ("a.", "1: '<name>' expected near '<eof>'"),
    ("a:", "1: '<name>' expected near '<eof>'"),
    ("a[", "1: unexpected symbol near '<eof>'"),
    ("a[1", "1: ']' expected near '<eof>'"),
    ("a[]", "1: unexpected symbol near ']'"),
    ("not", "1: unexpected symbol near 'not'"),
    ("x = not", "1: unexpected symbol near '<eof>'"),
    ("x = -", "1: unexpected symbol near '<eof>'"),
    ("x = #", "1: unexpected symbol near '<eof>'"),
    ("x = 1 +", "1: unexpected symbol near '<eof>'"),
    ("x = (1", "1: ')' expected near '<eof>'"),
    ("x = (1\n+2\n", "3: ')' expected (to close '(' at line 1) near '<eof>'"),
    ("x = ()", "1: unexpected symbol near ')'"),
    ("elseif", "1: '<eof>' expected near 'elseif'"),
    ("else", "1: '<eof>' expected near 'else'"),
    ("end", "1: '<eof>' expected near 'end'"),
    ("then", "1: unexpected symbol near 'then'"),
    ("do", "1: 'end' expected near '<eof>'"),
    ("in", "1: unexpected symbol near 'in'"),
    ("return,", "1: unexpected symbol near ','"),
    ("return)", "1: unexpected symbol near ')'"),
    ("break break", "1: '<eof>' expected near 'break'"),
    ("goto 1", "1: '=' expected near '1'"),
    ("::", "1: '<name>' expected near '<eof>'"),
    ("::a", "1: '::' expected near '<eof>'"),
    ("::1::", "1: '<name>' expected near '1'"),
    ("::a:", "1: '::' expected near ':'"),
    ("local t <const> = 1", "1: unexpected symbol near '<'"),
    ("x = 'a\\u{}'", "1: invalid escape sequence near ''a'"),
    ("x='a\\u{12'", "1: invalid escape sequence near ''a'"),
    ("x='\\u12'", "1: invalid escape sequence near '''"),
    ("x='\\u{110000}'", "1: invalid escape sequence near '''"),
    ("x='\\x1'", "1: invalid escape sequence near '''"),
    ("x=0xg", "1: malformed number near '0xg'"),
    ("x=1.2.3", "1: malformed number near '1.2.3'"),
    ("x=.5.", "1: malformed number near '.5.'"),
    ("x=0x1p", "1: malformed number near '0x1p'"),
    ("x=1e5e5", "1: malformed number near '1e5e5'"),
    ("x=99LL1", "1: malformed number near '99LL1'"),
    ("x=0b", "1: malformed number near '0b'"),
    ("x=1.5LL", "1: malformed number near '1.5LL'"),
    ("a.b.c", "1: '=' expected near '<eof>'"),
    ("a().b", "1: '=' expected near '<eof>'"),
    ("(a)", "1: syntax error near '<eof>'"),
    ("(a).b", "1: '=' expected near '<eof>'"),
    ("(f())", "1: syntax error near '<eof>'"),
    ("(f())=1", "1: syntax error near '='"),
    ("a.b,c.d=1,2,3,", "1: unexpected symbol near '<eof>'"),
    ("goto a; do ::a:: end", "1: undefined label 'a'"),
    ("do ::a:: end goto a", "1: undefined label 'a'"),
    ("function f() goto a end ::a::", "1: undefined label 'a'"),
    ("while 1 do function f() break end end", "1: no loop to break"),
    (
        "for i=1,2 do goto continue; local x; ::continue:: x=1 end",
        "1: <goto continue> jumps into the scope of local 'x'",
    ),
    ("x={1,2;3;;}", "1: unexpected symbol near ';'"),
    ("x=[[", "1: unfinished long string near '<eof>'"),
    ("x=[==[a]=]", "1: unfinished long string near '<eof>'"),
    ("--[==[a]=]", "1: unfinished long comment near '<eof>'"),
    ("x=\"\\400\"", "1: invalid escape sequence near '\"'"),
    ("\"a\"", "1: unexpected symbol near '\"a\"'"),
    ("'a':b()", "1: unexpected symbol near ''a''"),
    ("{}", "1: unexpected symbol near '{'"),
    ("1", "1: unexpected symbol near '1'"),
    ("nil", "1: unexpected symbol near 'nil'"),
    ("x.1", "1: '=' expected near '.1'"),
    ("x..y", "1: '=' expected near '..'"),
    ("x...", "1: '=' expected near '...'"),
    ("x=....", "1: unexpected symbol near '.'"),
    ("~", "1: unexpected symbol near '~'"),
    ("x = \x7f", "1: unexpected symbol near 'char(127)'"),
    ("x = `a`", "1: unexpected symbol near '`'"),
    ("local function f() return end end", "1: '<eof>' expected near 'end'"),
    ("return\nreturn", "2: unexpected symbol near 'return'"),
    ("f(a b)", "1: ')' expected near 'b'"),
    ("f(a,)", "1: unexpected symbol near ')'"),
    ("f(a,b", "1: ')' expected near '<eof>'"),
    ("a.b(", "1: unexpected symbol near '<eof>'"),
    ("if", "1: unexpected symbol near '<eof>'"),
    ("if a", "1: 'then' expected near '<eof>'"),
    ("if a then b", "1: '=' expected near '<eof>'"),
    ("if a then else", "1: 'end' expected near '<eof>'"),
    ("if a\nthen\nelse\nb()", "4: 'end' expected (to close 'if' at line 1) near '<eof>'"),
    ("for i=1,2\ndo\n\n", "4: 'end' expected (to close 'for' at line 1) near '<eof>'"),
    ("function f()\n\n\nreturn 1\n", "5: 'end' expected (to close 'function' at line 1) near '<eof>'"),
    ("while a do\n\n", "3: 'end' expected (to close 'while' at line 1) near '<eof>'"),
    ("do\n\n", "3: 'end' expected (to close 'do' at line 1) near '<eof>'"),
    ("repeat\n\n", "3: 'until' expected (to close 'repeat' at line 1) near '<eof>'"),
    ("x = {\n1,\n2\n", "4: '}' expected (to close '{' at line 1) near '<eof>'"),
    ("f(\n1\n", "3: ')' expected (to close '(' at line 1) near '<eof>'"),
    ("x='a\rb'", "1: unfinished string near ''a'"),
    ("x='a\\\r\nb' $", "2: unexpected symbol near '$'"),
    ("--a\r\n\r\n$", "3: unexpected symbol near '$'"),
    ("\n\n\n$", "4: unexpected symbol near '$'"),
    ("\n\r\n\r$", "3: unexpected symbol near '$'"),
    ("x = 'a' = ", "1: unexpected symbol near '='"),
    ("local a;;", "1: unexpected symbol near ';'"),
    ("a=1;;", "1: unexpected symbol near ';'"),
    ("local x = 1 local y = 2 x y", "1: '=' expected near 'y'"),
    ("x=function()", "1: 'end' expected near '<eof>'"),
    ("x=function(a,a)end $", "1: unexpected symbol near '$'"),
    ("return function() end()", "1: '<eof>' expected near '('"),
    ("f{}{}''[[]] $", "1: unexpected symbol near '$'"),
    ("a.b\n[1]=2 $", "2: unexpected symbol near '$'"),
    ("a\n.b=2 $", "2: unexpected symbol near '$'"),
    ("a\n:b\n() $", "3: ambiguous syntax (function call x new statement) near '('"),
    ("a\n:b() $", "2: unexpected symbol near '$'"),
    ("local function f() ::a:: goto a end goto a", "1: undefined label 'a'"),
    ("::a:: ::a:: $", "1: duplicate label 'a'"),
    ("do ::a:: end do ::a:: end $", "1: unexpected symbol near '$'"),
    ("x = \"a\tb\" \"c\td\"", "1: unexpected symbol near '\"c\td\"'"),
];
