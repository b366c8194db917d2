//! What declarations come to.

use super::super::ctab::{CTab, Kind, MemberKind, Name, UNKNOWN, known, repr};
use super::*;

fn declared(source: &str) -> CTab {
    let mut table = CTab::new();
    if let Err(error) = declare(&mut table, source.as_bytes(), &[]) {
        panic!("{source}\n{error}");
    }
    table
}

fn type_in(table: &mut CTab, source: &str) -> CTypeId {
    parse_type(table, source.as_bytes(), &[]).unwrap_or_else(|error| panic!("{source}\n{error}"))
}

fn printed(source: &str) -> String {
    let mut table = CTab::new();
    let ctype = type_in(&mut table, source);
    repr(&table, ctype, None)
}

fn error(source: &str) -> String {
    declare(&mut CTab::new(), source.as_bytes(), &[]).expect_err("a mistake").to_string()
}

#[test]
fn types_are_printed_as_they_are_declared() {
    for text in [
        "int",
        "unsigned char",
        "const char *",
        "int *const *",
        "int (*)[3]",
        "int [2][3]",
        "int *[4]",
        "void (*)()",
        "int (*(*)())()",
        "double [?]",
        "complex",
        "complex float",
        "uint64_t",
        "const volatile int",
        "int &",
    ] {
        assert_eq!(printed(text), text);
    }
    assert_eq!(printed("long long unsigned int"), "uint64_t");
    assert_eq!(printed("const int [3]"), "const int [3]");
    assert_eq!(printed("short int"), "short");
}

#[test]
fn equal_types_have_equal_ids() {
    let mut table = declared("typedef int number; typedef number *list; struct s { int x; };");
    assert_eq!(type_in(&mut table, "number"), known::INT32);
    assert_eq!(type_in(&mut table, "list"), type_in(&mut table, "int *"));
    assert_eq!(type_in(&mut table, "struct s [4]"), type_in(&mut table, "struct s [2 + 2]"));
    assert_ne!(type_in(&mut table, "const struct s"), type_in(&mut table, "struct s"));
}

#[test]
fn structs_are_laid_out() {
    let mut table = declared(
        "struct a { char c; int i; short s; double d; };
         struct __attribute__((packed)) b { char c; int i; short s; double d; };
         union u { char c[5]; int i; };
         struct f { int n; char rest[?]; };
         struct bits { unsigned a : 3, b : 7; int : 0; unsigned c : 30, d : 5; };",
    );
    let sizes = ["struct a", "struct b", "union u", "struct f", "struct bits"].map(|name| {
        let ctype = type_in(&mut table, name);
        (table.size(ctype), 1 << table.align(ctype))
    });
    assert_eq!(sizes, [(24, 8), (15, 1), (8, 4), (4, 4), (12, 4)]);
    let record = type_in(&mut table, "struct bits");
    let Kind::Record(record) = table.kind(record) else { panic!("a struct") };
    let found = table.find_member(record, "b").expect("it has one");
    let MemberKind::Bits(bits) = found.member.kind else { panic!("a bit-field") };
    assert_eq!((bits.position, bits.width, bits.container), (3, 7, 4));
}

#[test]
fn names_have_meanings() {
    let table = declared(
        "enum color { RED, GREEN = 5, BLUE }; static const int N = 3 * (BLUE - RED);
         int puts(const char *s) asm(\"other\"); extern int counter;",
    );
    let constant = |name| match table.name(name) {
        Some(Name::Constant(constant)) => constant.bits,
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!((constant("RED"), constant("GREEN"), constant("BLUE"), constant("N")), (0, 5, 6, 18));
    let Some(Name::Symbol { redirect, .. }) = table.name("puts") else { panic!("a function") };
    assert_eq!(redirect.as_deref(), Some("other"));
}

#[test]
fn mistakes_are_told_with_token_and_line() {
    assert_eq!(error("int x y;"), "';' expected near 'y'");
    assert_eq!(error("struct s {\n int x\n}"), "';' expected near '}' at line 3");
    assert_eq!(error("foo x;"), "declaration specifier expected near 'foo'");
    assert_eq!(error("struct s { int x; }; struct s { int y; };"), "attempt to redefine 's'");
    assert_eq!(error("typedef int f()[3];"), "invalid C type");
    assert_eq!(error("struct t; struct u { struct t x; };"), "size of C type is unknown or too large");
    assert_eq!(error("int a[0x7fffffff];"), "size of C type is unknown or too large");
    assert_eq!(error("enum { A = 1 / 0 };"), "invalid value");
    assert_eq!(error("int x : 3;"), "';' expected near ':'");
    assert_eq!(error(&format!("int {}x;", "(".repeat(200))), "chunk has too many syntax levels");
    assert_eq!(error(&format!("int {}x;", "*".repeat(200))), "chunk has too many syntax levels");
    let missing = parse_type(&mut CTab::new(), b"struct missing", &[]).expect_err("not declared");
    assert_eq!(missing.to_string(), "undeclared or implicit tag 'missing'");
}

#[test]
fn parameters_stand_for_types_numbers_and_names() {
    let mut table = CTab::new();
    let parameters = [Parameter::Name("pair".into()), Parameter::Type(known::INT16), Parameter::Number(6)];
    declare(&mut table, b"struct $ { $ x[$]; };", &parameters).expect("well formed");
    let pair = type_in(&mut table, "struct pair");
    assert_eq!(table.size(pair), 12);
    assert!(declare(&mut table, b"int x;", &parameters).is_err());
    assert!(declare(&mut table, b"$ x;", &[]).is_err());
}

#[test]
fn random_text_never_breaks_the_parser() {
    let words = [
        "struct",
        "union",
        "enum",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "*",
        "&",
        ";",
        ",",
        ":",
        "=",
        "int",
        "char",
        "const",
        "unsigned",
        "long",
        "x",
        "y",
        "T",
        "3",
        "0x80000000",
        "?",
        "...",
        "static",
        "typedef",
        "__attribute__((packed))",
        "__attribute__((aligned(16)))",
        "sizeof",
        "+",
        "-",
        "<<",
        "\n",
        "'",
        "\"",
        "$",
        "#pragma pack(1)",
        "void",
        "double",
        "asm",
        "/*",
        "*/",
        "vector_size",
        "__attribute__((mode(V4SF)))",
    ];
    let mut seed = 7u64;
    let mut random = move |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    for _ in 0..20_000 {
        let mut table = CTab::new();
        let count = random(24) + 1;
        let text: Vec<&str> = (0..count).map(|_| words[random(words.len())]).collect();
        // Both are fine; what was declared can be laid out and printed.
        let _ = declare(&mut table, text.join(" ").as_bytes(), &[Parameter::Number(3)]);
        let _ = parse_type(&mut table, text.join(" ").as_bytes(), &[]);
        for number in 0..table.len() {
            let ctype = CTypeId(super::super::ctab::FIRST + number as u32);
            let size = table.size(ctype);
            assert!(size == UNKNOWN || u64::from(size) <= super::super::ctab::MAX_SIZE, "{text:?}");
            let Some(record) = table.as_record(ctype).filter(|_| size != UNKNOWN) else { continue };
            for member in &table.record(record).members {
                let inside = match member.kind {
                    MemberKind::Field | MemberKind::Anonymous => table.known_size(member.ctype).unwrap_or(0),
                    MemberKind::Bits(bits) => bits.bytes().end as u32,
                    MemberKind::Constant(_) => 0,
                };
                assert!(member.offset + inside <= size, "{member:?} of {size} bytes: {text:?}");
            }
            let _ = repr(&table, ctype, None);
        }
    }
}
