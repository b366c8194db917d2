//! Any bytes as C declarations and as a C type: refused, or laid out so that every member lies inside its struct, and printed.

#![no_main]

use libfuzzer_sys::fuzz_target;
use perilune::ffi::cparse::{Parameter, declare, parse_type};
use perilune::ffi::ctab::{CTab, CTypeId, FIRST, MAX_SIZE, MemberKind, UNKNOWN, known, repr};

fuzz_target!(|source: &[u8]| {
    let parameters = [Parameter::Type(known::INT16), Parameter::Number(3), Parameter::Name("name".into())];
    let given = source.iter().filter(|&&c| c == b'$').count().min(parameters.len());
    let mut table = CTab::new();
    let before = table.len();
    // Errors are what most inputs end in; only crashes, hangs and bad layouts are findings.
    if declare(&mut table, source, &parameters[..given]).is_err() {
        assert_eq!(table.len(), before, "a mistake leaves nothing behind");
    }
    let _ = parse_type(&mut table, source, &parameters[..given]);
    for number in 0..table.len() {
        let ctype = CTypeId(FIRST + number as u32);
        let size = table.size(ctype);
        assert!(size == UNKNOWN || u64::from(size) <= MAX_SIZE);
        let _ = repr(&table, ctype, Some("name"));
        let Some(record) = table.as_record(ctype) else { continue };
        for member in &table.record(record).members {
            let inside = match member.kind {
                MemberKind::Field | MemberKind::Anonymous => table.known_size(member.ctype).unwrap_or(0),
                MemberKind::Bits(bits) => bits.bytes().end as u32,
                MemberKind::Constant(_) => 0,
            };
            assert!(u64::from(member.offset) + u64::from(inside) <= u64::from(size));
        }
    }
});
