//! The layout of declared structs against the platform's C compiler: generated declarations, compared through a small C program.
//!
//! Sizes, alignments, offsets of fields, and for bit-fields the bytes they set. Without a C compiler (`CC`, or `cc`) there is nothing
//! to compare with, and the test says so.

use std::fmt::Write as _;
use std::process::Command;

use perilune::Lua;

const DECLARATIONS: usize = 500;

/// A generator of numbers, the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
    fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
    fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }
}

/// A generated declaration: its text, and the paths of what to look at.
struct Declared {
    kind: &'static str,
    text: String,
    fields: Vec<String>,
    bits: Vec<String>,
}

const SCALARS: &[&str] = &[
    "char",
    "signed char",
    "unsigned char",
    "short",
    "unsigned short",
    "int",
    "unsigned",
    "long",
    "unsigned long",
    "long long",
    "float",
    "double",
    "long double",
    "_Bool",
    "void *",
    "char *",
    "int8_t",
    "uint16_t",
    "int32_t",
    "uint64_t",
    "size_t",
    "enum color",
];
const BIT_TYPES: &[(&str, usize)] = &[
    ("int", 32),
    ("unsigned", 32),
    ("unsigned char", 8),
    ("unsigned short", 16),
    ("short", 16),
    ("_Bool", 1),
];

fn declaration(random: &mut Random, number: usize) -> Declared {
    let is_union = random.chance(6);
    let kind = if is_union { "union" } else { "struct" };
    let packed = random.chance(5);
    let mut declared = Declared { kind, text: String::new(), fields: Vec::new(), bits: Vec::new() };
    let attribute = match (packed, random.below(8)) {
        (true, 0) => " __attribute__((packed, aligned(4)))",
        (true, _) => " __attribute__((packed))",
        (false, 0) => " __attribute__((aligned(16)))",
        (false, _) => "",
    };
    let _ = writeln!(declared.text, "{kind} t{number} {{");
    let count = 1 + random.below(8);
    for field in 0..count {
        member(random, &mut declared, number, &format!("f{field}"), packed, 0);
    }
    let _ = writeln!(declared.text, "}}{attribute};");
    declared
}

fn member(random: &mut Random, to: &mut Declared, number: usize, name: &str, packed: bool, depth: usize) {
    match random.below(12) {
        // A struct that was declared before.
        0 if number > 0 => {
            let before = random.below(number);
            let _ = writeln!(to.text, "  T{before} {name};");
            to.fields.push(name.to_owned());
        }
        1 => {
            let _ = writeln!(to.text, "  {} {name}[{}];", random.pick(SCALARS), 1 + random.below(5));
            to.fields.push(name.to_owned());
        }
        2 => {
            let (rows, columns) = (1 + random.below(3), 1 + random.below(3));
            let _ = writeln!(to.text, "  {} {name}[{rows}][{columns}];", random.pick(SCALARS));
            to.fields.push(name.to_owned());
        }
        3 if depth < 2 => {
            let inner = if random.chance(2) { "struct" } else { "union" };
            let _ = writeln!(to.text, "  {inner} {{");
            for part in 0..1 + random.below(3) {
                member(random, to, 0, &format!("{name}_{part}"), packed, depth + 1);
            }
            let _ = writeln!(to.text, "  }};");
        }
        4 => {
            let _ = writeln!(to.text, "  int (*{name})(int, void *);");
            to.fields.push(name.to_owned());
        }
        5 => {
            let align = random.pick(&["2", "4", "8", "16"]);
            let _ = writeln!(to.text, "  {} {name} __attribute__((aligned({align})));", random.pick(SCALARS));
            to.fields.push(name.to_owned());
        }
        6 | 7 if !packed => {
            let (ctype, widest) = BIT_TYPES[random.below(BIT_TYPES.len())];
            if random.chance(6) {
                let _ = writeln!(to.text, "  {ctype} : {};", random.below(widest + 1));
            } else {
                let _ = writeln!(to.text, "  {ctype} {name} : {};", 1 + random.below(widest));
                to.bits.push(name.to_owned());
            }
        }
        _ => {
            let _ = writeln!(to.text, "  {} {name};", random.pick(SCALARS));
            to.fields.push(name.to_owned());
        }
    }
}

/// The C program that prints what the compiler made of the declarations.
fn c_program(declarations: &[Declared]) -> String {
    let mut text = String::from(
        "#include <stddef.h>\n#include <stdint.h>\n#include <stdio.h>\n#include <string.h>\nenum color { RED, GREEN };\n\
         static void bytes(const void *p, size_t n) { for (size_t i = 0; i < n; i++) printf(\"%02x\", ((const unsigned char *)p)[i]); puts(\"\"); }\n",
    );
    for (n, declared) in declarations.iter().enumerate() {
        let _ = writeln!(text, "{}typedef {} t{n} T{n};", declared.text, declared.kind);
    }
    text.push_str("int main(void) {\n");
    for (n, declared) in declarations.iter().enumerate() {
        let _ = writeln!(text, "  printf(\"T{n} %zu %zu\\n\", sizeof(T{n}), _Alignof(T{n}));");
        for field in &declared.fields {
            let _ = writeln!(text, "  printf(\"T{n} {field} %zu\\n\", offsetof(T{n}, {field}));");
        }
        for field in &declared.bits {
            let _ = writeln!(
                text,
                "  {{ T{n} v; memset(&v, 0, sizeof v); v.{field} = -1; printf(\"T{n} {field} \"); bytes(&v, sizeof v); }}"
            );
        }
    }
    text.push_str("  return 0;\n}\n");
    text
}

/// The Lua program that prints the same.
fn lua_program(declarations: &[Declared]) -> String {
    let mut text = String::from(
        "local ffi = require 'ffi'\nlocal lines = {}\nlocal function out(...) lines[#lines + 1] = table.concat({ ... }, ' ') end\n\
         ffi.cdef 'enum color { RED, GREEN };'\n\
         local function bytes(t, field)\n  local v = ffi.new(t)\n  v[field] = -1\n  local p, s = ffi.cast('uint8_t *', v), {}\n\
         for i = 0, ffi.sizeof(v) - 1 do s[#s + 1] = ('%02x'):format(p[i]) end\n  out(t, field, table.concat(s))\nend\n",
    );
    for (n, declared) in declarations.iter().enumerate() {
        let _ = writeln!(text, "ffi.cdef [[ {}typedef {} t{n} T{n}; ]]", declared.text, declared.kind);
        let _ = writeln!(text, "out('T{n}', ffi.sizeof 'T{n}', ffi.alignof 'T{n}')");
        for field in &declared.fields {
            let _ = writeln!(text, "out('T{n}', '{field}', (ffi.offsetof('T{n}', '{field}')))");
        }
        for field in &declared.bits {
            let _ = writeln!(text, "bytes('T{n}', '{field}')");
        }
    }
    text.push_str("return table.concat(lines, '\\n') .. '\\n'\n");
    text
}

#[test]
fn layouts_are_the_c_compilers() {
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    if Command::new(&compiler).arg("--version").output().is_err() {
        println!("not compared: there is no C compiler '{compiler}'");
        return;
    }
    let mut random = Random(20_26);
    let declarations: Vec<Declared> = (0..DECLARATIONS).map(|n| declaration(&mut random, n)).collect();
    let folder = tempfile::tempdir().expect("a folder for the C program");
    let (source, program) = (folder.path().join("layouts.c"), folder.path().join("layouts"));
    std::fs::write(&source, c_program(&declarations)).expect("the folder can be written");
    let built = Command::new(&compiler)
        .args(["-w", "-std=gnu11", "-O0", "-o"])
        .arg(&program)
        .arg(&source)
        .output()
        .expect("the compiler runs");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let expected = Command::new(&program).output().expect("the C program runs").stdout;
    let expected = String::from_utf8(expected).expect("the program prints ASCII");

    let mut lua = Lua::new();
    let got: String = match lua.load(lua_program(&declarations)).name("=layouts").eval(&mut lua) {
        Ok(got) => got,
        Err(error) => panic!("{error}"),
    };
    let differences: Vec<String> = expected
        .lines()
        .zip(got.lines())
        .filter(|(c, ours)| c != ours)
        .map(|(c, ours)| {
            let number: usize = c[1..c.find(' ').expect("a name")].parse().expect("a number");
            format!("C: {c}\nours: {ours}\n{}", declarations[number].text)
        })
        .collect();
    assert_eq!(expected.lines().count(), got.lines().count());
    let shown: Vec<_> = differences.iter().take(4).map(String::as_str).collect();
    assert!(
        differences.is_empty(),
        "{} of {} lines differ:\n{}",
        differences.len(),
        got.lines().count(),
        shown.join("\n")
    );
    println!("{DECLARATIONS} declarations, {} lines compared", got.lines().count());
}
