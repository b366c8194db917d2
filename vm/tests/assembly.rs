//! The machine code of the interpreter's handlers: a handler whose arguments and temporaries do not fit into registers pays for it at every
//! instruction, and one that does not end in a jump grows the stack. Both have crept in with innocent changes.

#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

use std::collections::{BTreeMap, BTreeSet};

use iced_x86::{Decoder, DecoderOptions, FlowControl, Instruction, Mnemonic, OpKind, Register};
use object::{Object, ObjectSymbol};

const SLOW: &str = "it is a slow path and nothing else";
const FRAMES: &str =
    "both frames, the stack and the instruction that called do not fit into the free registers";
const CACHE: &str = "the table, its shape, the cache and two constants are one more than the free registers; the saved one costs less than reloading";

/// Handlers that the check finds wanting, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("CLOSURE", SLOW),
    ("CONCAT", SLOW),
    ("ITERCALL", FRAMES),
    ("LOADNIL", "its loop"),
    ("NEWTABLE", SLOW),
    ("POW", "it calls the function that raises to a power"),
    ("POWKV", "it calls the function that raises to a power"),
    ("REMAP", SLOW),
    ("RET", FRAMES),
    ("RET0", FRAMES),
    ("RET1", FRAMES),
    ("SELF", CACHE),
    ("SETFIELD", CACHE),
    ("SETINDEX", "the barrier's condition is one value more than the free registers"),
    ("SETINT", "the barrier's condition is one value more than the free registers"),
    ("SETLIST", SLOW),
    ("TAILCALL", FRAMES),
    ("VARARG", FRAMES),
];

#[test]
fn handlers_stay_in_registers_and_end_in_jumps() {
    let handlers = perilune::handler_code();
    if handlers.is_empty() {
        println!("this build drives its handlers by a loop: there is nothing to look at");
        return;
    }
    let program = Program::of_this_test();
    let mut problems = BTreeMap::new();
    for (name, address) in handlers {
        if let Err(problem) = program.check(address as u64) {
            problems.insert(name, problem);
        }
    }
    for (name, reason) in EXCEPTIONS {
        assert!(problems.remove(name).is_some(), "{name} is as it should be now, and no exception: {reason}");
    }
    assert!(problems.is_empty(), "{problems:#?}");
}

/// What the check is for: a function with a loop over memory on its stack.
#[test]
fn the_check_finds_what_it_looks_for() {
    #[inline(never)]
    extern "C" fn keeps_things_on_its_stack(n: u64) -> u64 {
        let mut values = [n; 16];
        std::hint::black_box(&mut values);
        values.iter().sum()
    }
    assert_eq!(keeps_things_on_its_stack(1), 16);
    let problem = Program::of_this_test().check(keeps_things_on_its_stack as *const () as u64);
    assert!(problem.is_err(), "{problem:?}");
}

/// Where the functions of this program are.
struct Program {
    /// Address to size, as the program lies in memory.
    functions: BTreeMap<u64, u64>,
}

impl Program {
    fn of_this_test() -> Program {
        let path = std::env::current_exe().expect("a program knows where it is");
        let bytes = std::fs::read(path).expect("it can be read");
        let file = object::File::parse(&*bytes).expect("an object file");
        let symbols = || file.symbols().filter(|symbol| symbol.size() > 0);
        // How far the program has been moved shows in any function whose name is known: this one's neighbour.
        let known = symbols()
            .find(|symbol| symbol.name().is_ok_and(|name| name.contains("a_place_to_start_from")))
            .expect("the test is not stripped");
        let offset = (a_place_to_start_from as *const () as u64).wrapping_sub(known.address());
        let functions =
            symbols().map(|symbol| (symbol.address().wrapping_add(offset), symbol.size())).collect();
        Program { functions }
    }

    /// Whether a function keeps off the stack, and leaves by jumps, one of them indirect.
    fn check(&self, start: u64) -> Result<(), String> {
        let size = *self.functions.get(&start).ok_or("no symbol says how long it is")?;
        // SAFETY: the symbol table says that so many bytes of code are there.
        #[allow(unsafe_code, reason = "reads the program's own code")]
        let code = unsafe { std::slice::from_raw_parts(start as *const u8, size as usize) };
        let mut todo = vec![start];
        let mut seen = BTreeSet::new();
        let mut dispatches = 0;
        while let Some(at) = todo.pop() {
            let mut decoder = Decoder::with_ip(64, &code[(at - start) as usize..], at, DecoderOptions::NONE);
            while decoder.can_decode() {
                let instruction = decoder.decode();
                if !seen.insert(instruction.ip()) {
                    break;
                }
                refuse_stack_use(&instruction)?;
                let target = instruction.near_branch_target();
                let inside = (start..start + size).contains(&target);
                match instruction.flow_control() {
                    FlowControl::Next => continue,
                    FlowControl::ConditionalBranch if inside => {
                        todo.push(target);
                        continue;
                    }
                    // To a slow path, on a condition or not.
                    FlowControl::ConditionalBranch => continue,
                    FlowControl::UnconditionalBranch if inside => todo.push(target),
                    FlowControl::UnconditionalBranch => {}
                    FlowControl::IndirectBranch => dispatches += 1,
                    FlowControl::Exception => {}
                    other => return Err(format!("{other:?}: {instruction}")),
                }
                break;
            }
        }
        if dispatches == 0 { Err("it never jumps to the next handler".into()) } else { Ok(()) }
    }
}

fn refuse_stack_use(instruction: &Instruction) -> Result<(), String> {
    let on_stack = (0..instruction.op_count()).any(|operand| {
        instruction.op_kind(operand) == OpKind::Memory && instruction.memory_base() == Register::RSP
    });
    let moves_it = matches!(instruction.mnemonic(), Mnemonic::Push | Mnemonic::Pop)
        || instruction.op_count() > 0 && instruction.op0_register() == Register::RSP;
    if on_stack || moves_it { Err(format!("the stack is used: {instruction}")) } else { Ok(()) }
}

#[inline(never)]
fn a_place_to_start_from() {
    std::hint::black_box(());
}
