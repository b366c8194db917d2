//! Passes on regions in their printed form, and what is recorded of small loops.

use std::fs;
use std::path::Path;

use super::State;
use super::background::{Background, Garbage, Job};
use super::ir::{parse, print, verify};
use super::opt::{Wanted, optimise};
use super::reason::Reason;
use crate::{Function, Libraries, Lua, LuaOptions};

/// Reads, prints, and reads again.
#[test]
fn the_printed_form_is_read_back() {
    let region = parse(SMALL).expect("a region");
    verify(&region).expect("it is as it should be");
    let printed = print(&region);
    assert_eq!(printed, SMALL);
    assert_eq!(print(&parse(&printed).expect("a region")), SMALL);
}

const SMALL: &str = "\
%0 = SLOT int #4
%1 = SLOT num #5
%2 = KINT int #1
slots 4:int=%0 5:num=%1
header 4
preheader 4
snap 0 pc 7 : | restores 4=%0
snap 1 pc 7 : 4=%0 5=mem | restores 4=%0
hoisted
  %5 = FLOOR num %1
trace 0
  %3 = IADD int %0 %2
  %4 = GLE - %3 %0 #1 >1
loop 4=%3
trace 1 from 1
link 0 2
";

#[test]
fn the_verifier_finds_what_is_wrong() {
    for (right, wrong) in [
        ("%3 = IADD int %0 %2", "%3 = IADD int %0 %4"),
        ("%3 = IADD int %0 %2", "%3 = IADD int %1 %2"),
        ("#1 >1", "#1"),
        ("#1 >1", "#1 >7"),
        ("loop 4=%3", "loop 4=%5"),
        ("loop 4=%3", "loop 6=%3"),
        ("5=mem | restores 4=%0", "5=mem | restores 4=%4"),
    ] {
        let text = SMALL.replacen(right, wrong, 1);
        assert_ne!(text, SMALL);
        let region = parse(&text).expect("a region");
        assert!(verify(&region).is_err(), "{text}");
    }
}

#[test]
fn hoisting_takes_what_the_loop_does_not_change() {
    let text = "\
%0 = SLOT int #4
%1 = SLOT num #5
%2 = KINT int #1
slots 4:int=%0 5:num=%1
header
preheader
snap 0 pc 7 : | restores
snap 1 pc 7 : 4=%0 | restores
hoisted
trace 0
  %3 = FLOOR num %1
  %4 = I2N num %0
  %5 = GLT - %4 %3 #1 >1
  %6 = GLT - %3 %1 #1 >1
  %8 = N2I int %1 >1
  %7 = IADD int %0 %2
loop 4=%7
";
    let mut region = parse(text).expect("a region");
    optimise(&mut region, Wanted { hoists: true, narrows: false });
    let hoisted: Vec<u32> = region.hoisted.iter().map(|r| r.0).collect();
    // A branch of the program stays, also if its condition does not change.
    assert_eq!(hoisted, [3, 8], "{}", print(&region));
    let body: Vec<u32> = region.traces[0].body.iter().map(|r| r.0).collect();
    assert_eq!(body, [4, 5, 6, 7]);
    assert_eq!(region.get(super::ir::Ref(8)).snap, super::ir::ENTRY_SNAP);
}

/// What is stored to one element after another is stored two at a time, and the bound that the turn itself loads keeps it from that.
#[test]
fn turns_that_store_elements_are_unrolled() {
    let unrolled = |text: &str| {
        let mut region = parse(text).expect("a region");
        optimise(&mut region, Wanted { hoists: true, narrows: false });
        verify(&region).expect("it is as it should be");
        region
    };
    let printed = print(&unrolled(ELEMENTS));
    assert_eq!(printed.matches("CSTORE").count(), 3, "{printed}");
    verify(&parse(&printed).expect("a region")).expect("it is read back");
    assert_eq!(print(&parse(&printed).expect("a region")), printed);
    for (right, wrong) in [
        ("unrolled %", "unrolled %7 %"),
        ("  %16 = POLL -\n", "  %16 = POLL - >2\n"),
        ("  %12 = IADD int %0 %1\n", "  %12 = IADD int %7 %1\n"),
        ("trace 0\n", "  %90 = POLL -\ntrace 0\n"),
        ("trace 0\n", "  %90 = CREF cdt %4 %6 %5 #1\ntrace 0\n"),
    ] {
        let text = printed.replacen(right, wrong, 1);
        assert_ne!(text, printed, "{right}");
        assert!(verify(&parse(&text).expect("a region")).is_err(), "{text}");
    }
    let loaded = ELEMENTS.replace("GLE - %7 %3 #1 >1", "GLE - %7 %12 #1 >1");
    let loaded = loaded.replace("  %8 =", "  %12 = CLOAD int %6 %5 #21474836480\n  %8 =");
    assert!(unrolled(&loaded).unrolled.is_none());
    let same_place = ELEMENTS.replace("CSTORE - %9", "CSTORE - %6");
    assert!(unrolled(&same_place).unrolled.is_none());
}

const ELEMENTS: &str = "\
%0 = SLOT int #4
%1 = KINT int #1
%3 = SLOT int #5
%4 = SLOT cdt #6
slots 4:int=%0 5:int=%3 6:cdt=%4
header
preheader
snap 0 pc 7 : | restores
snap 1 pc 7 : | restores
snap 2 pc 7 : 4=%7 | restores
hoisted
trace 0
  %5 = CHEAD - %4 #7 >1
  %6 = CDATA ptr %4 %5
  %7 = IADD int %0 %1
  %8 = GLE - %7 %3 #1 >1
  %9 = ADDR ptr %6 %7 #4
  %10 = I2N num %7
  %11 = CSTORE - %9 %10 #42949672960
  %2 = POLL - >2
loop 4=%7
";

/// `at = at % 4096 + 1`, and `t[at]`: the index is carried as an integer, and no turn converts or checks it.
#[test]
fn an_index_that_the_program_computes_is_carried_as_an_integer() {
    let text = "\
%0 = SLOT num #1
%1 = KNUM num #4661225614328463360
%2 = KNUM num #4607182418800017408
%3 = SLOT num #2
%4 = SLOT int #3
slots 1:num=%0 2:num=%3 3:int=%4
header
preheader
snap 0 pc 1 : | restores
snap 1 pc 2 : 1=%0 | restores
snap 2 pc 3 : 1=%6 2=%9 | restores
hoisted
trace 0
  %5 = MOD num %0 %1
  %6 = ADD num %5 %2
  %7 = N2I int %6 >1
  %8 = I2N num %7
  %9 = ADD num %3 %8
  %10 = GINDEX - %7 %4 >2
  %11 = POLL - >2
loop 1=%6 2=%9
";
    let mut region = parse(text).expect("a region");
    optimise(&mut region, Wanted { hoists: true, narrows: true });
    let printed = print(&region);
    assert!(printed.contains("%0 = SLOT int #1\n"), "{printed}");
    assert!(printed.contains("= IMOD int %0 "), "{printed}");
    // The sum of those that are not used as integers stays a double.
    assert!(printed.contains("%3 = SLOT num #2\n"), "{printed}");
    assert!(!printed.contains("N2I") && !printed.contains(" MOD "), "{printed}");
}

/// `i = i + 1`, and `t[i]`: it is an integer as long as it is one of 31 bits, which the loop's end checks.
#[test]
fn a_counter_of_the_program_is_checked_where_the_loop_ends() {
    let text = "\
%0 = SLOT num #1
%1 = KNUM num #4607182418800017408
%2 = SLOT int #3
slots 1:num=%0 3:int=%2
header
preheader
snap 0 pc 1 : | restores
snap 1 pc 2 : 1=%0 | restores
snap 2 pc 3 : 1=%4 | restores
hoisted
trace 0
  %3 = N2I int %0 >1
  %4 = ADD num %0 %1
  %5 = GINDEX - %3 %2 >1
  %6 = POLL - >2
loop 1=%4
";
    let mut region = parse(text).expect("a region");
    optimise(&mut region, Wanted { hoists: true, narrows: true });
    let printed = print(&region);
    assert!(printed.contains("%0 = SLOT int #1\n") && !printed.contains("N2I"), "{printed}");
    let checks = printed.lines().filter(|line| line.contains("GINDEX") && line.ends_with(">2")).count();
    assert_eq!(checks, 1, "{printed}");
}

/// A region that the compiler cannot cope with costs its loop the code, and nobody else anything.
#[test]
fn a_panic_of_the_compiler_is_no_crash() {
    let mut lua = Lua::with_options(LuaOptions { jit: true, ..LuaOptions::default() });
    let background = Background::start(super::interrupt_flag(lua.vm())).expect("a thread");
    let broken = SMALL.replacen("%3 = IADD int %0 %2", "%3 = IADD int %0 %77", 1);
    for (ticket, text, has_code) in [(1, broken.as_str(), false), (2, SMALL, true)] {
        // What is parsed has no frames that a link could make.
        let region = parse(&text.replace("link 0 2", "exit 0")).expect("a region");
        let job = Job {
            ticket,
            region: region.into(),
            wanted: Wanted { hoists: false, narrows: false },
            forced: None,
            wants_listing: false,
            garbage: Garbage::default(),
        };
        assert!(background.send(job));
        let done = std::iter::repeat_with(|| background.next()).flatten().next().expect("an answer");
        assert_eq!((done.ticket, done.code.is_some()), (ticket, has_code));
    }
}

/// A loop over a coroutine is no loop for the compiler; the same loop over something else is, later.
#[test]
fn loops_that_come_to_nothing_rest_and_are_counted_again() {
    let mut lua =
        Lua::with_options(LuaOptions { libraries: Libraries::ALL, jit: true, ..LuaOptions::default() });
    // Compiled at once.
    lua.load("jit.opt.start('hotloop=8')").exec(&mut lua).expect("flags");
    let source = "
        function sum(n, next) local s = 0 for value in next do s = s + value % 7 * 2 if value >= n then break end end return s end
        function other(t) local s = 0 for i = 1, #t do s = s + t[i] end return s end
        local function count() local i = 0 while true do i = i + 1 coroutine.yield(i) end end
        sum(20000, coroutine.wrap(count))";
    lua.load(source).exec(&mut lua).expect("it runs");
    let resting = |lua: &mut Lua| {
        // SAFETY: the VM has a compiler.
        unsafe { &*State::of(lua.vm()) }.resting.count()
    };
    assert!(resting(&mut lua) > 0);
    let compiled = lua.stats().compiler.expect("a compiler").compiled;
    // Entries of other compiled code.
    lua.load("local t = {1, 2, 3, 4, 5} for i = 1, 20000 do pcall(other, t) end")
        .exec(&mut lua)
        .expect("it runs");
    assert_eq!(resting(&mut lua), 0);
    let source = "local function step(n) local i = 0 return function() i = i + 1 return i end end
        for i = 1, 2000 do sum(1000, step()) end
        assert(sum(1000, step()) == 6006, sum(1000, step()))";
    lua.load(source).exec(&mut lua).expect("it runs");
    assert!(lua.stats().compiler.expect("a compiler").compiled > compiled);
}

/// Does something until it says that it is done: the compiler's thread may have to wait for others.
fn until(mut is_done: impl FnMut() -> bool) {
    let begun = std::time::Instant::now();
    while !is_done() {
        assert!(begun.elapsed().as_secs() < 60, "it is never done");
    }
}

/// A callback of the host that calls the host: compiled, it would only be entered and left. Where it begins is not where its code does then.
#[test]
fn a_function_that_does_not_pay_rests_and_begins_where_it_did() {
    let mut lua =
        Lua::with_options(LuaOptions { libraries: Libraries::ALL, jit: true, ..LuaOptions::default() });
    let host = lua.create_function("host", |_, n: f64| Ok(n + 1.0)).expect("a function");
    lua.globals().set(&mut lua, "host", host).expect("it is set");
    lua.load("function callback(n)\n return host(n) + host(n) end").exec(&mut lua).expect("it runs");
    let callback: Function = lua.globals().get(&mut lua, "callback").expect("a function");
    let resting = |lua: &mut Lua| {
        // SAFETY: the VM has a compiler.
        unsafe { &*State::of(lua.vm()) }.resting.count()
    };
    until(|| {
        for n in 0..1_000 {
            let n = f64::from(n);
            assert_eq!(callback.call::<f64>(&mut lua, n).ok(), Some(n * 2.0 + 2.0));
        }
        resting(&mut lua) > 0
    });
    let seen = "local lines = {}
        debug.sethook(function(event)
            local info = debug.getinfo(2, 'lSf')
            if info.func == callback then lines[#lines + 1] = event .. info.currentline end
        end, 'cl')
        local result = callback(3)
        debug.sethook()
        return table.concat(lines, ' ') .. ' ' .. result";
    assert_eq!(lua.load(seen).eval::<String>(&mut lua).expect("it runs"), "call1 line2 8");
    assert!(resting(&mut lua) > 0);
    lua.load("jit.on(callback)").exec(&mut lua).expect("it runs");
    assert_eq!(resting(&mut lua), 0);
    assert_eq!(callback.call::<f64>(&mut lua, 4.0).ok(), Some(10.0));
}

/// Ten turns that do next to nothing are not worth the way in and out; a hundred are.
#[test]
fn a_loop_has_to_do_more_than_entering_it_costs() {
    for (turns, pays) in [(10.0, false), (100.0, true)] {
        let mut lua =
            Lua::with_options(LuaOptions { libraries: Libraries::ALL, jit: true, ..LuaOptions::default() });
        lua.load("function sum(n) local x = 0 for k = 1, n do x = x + k end return x end")
            .exec(&mut lua)
            .expect("it runs");
        let sum: Function = lua.globals().get(&mut lua, "sum").expect("a function");
        let is_given_up = |lua: &mut Lua| {
            let aborts = lua.stats().compiler.expect("a compiler").last_aborts;
            aborts.contains(&Some(Reason::Unprofitable.text()))
        };
        let mut calls = 0;
        until(|| {
            for _ in 0..1_000 {
                assert_eq!(sum.call::<f64>(&mut lua, turns).ok(), Some(turns * (turns + 1.0) / 2.0));
            }
            // What pays has had the entries to show it once its code was there.
            let has_code = lua.stats().compiler.expect("a compiler").regions > 0;
            calls += if has_code { 1_000 } else { 0 };
            is_given_up(&mut lua) || pays && calls > 200_000
        });
        assert_eq!(is_given_up(&mut lua), !pays, "{turns} turns");
    }
}

/// A variable that is a table in one phase of a program and text in another is compiled for both, not for each anew.
#[test]
fn a_loop_whose_types_change_now_and_then_is_compiled_for_all_of_them() {
    let mut lua =
        Lua::with_options(LuaOptions { libraries: Libraries::ALL, jit: true, ..LuaOptions::default() });
    // Compiled at once.
    lua.load("jit.opt.start('hotloop=2')").exec(&mut lua).expect("flags");
    let source = "
        local function count(x, n)
            local s = 0
            for i = 1, n do if x == 'text' then s = s + i % 3 else s = s + i % 5 end end
            return s
        end
        function phases(n)
            local s = 0
            for phase = 1, n do
                local x = phase % 2 == 0 and {} or 'text'
                for i = 1, 400 do s = s + select(2, pcall(count, x, 100)) end
            end
            return s
        end";
    lua.load(source).exec(&mut lua).expect("it runs");
    lua.load("phases(30)").exec(&mut lua).expect("it runs");
    let compiled = lua.stats().compiler.expect("a compiler").compiled;
    assert!((1..20).contains(&compiled), "{compiled} regions and traces");
}

/// Code that a reload replaces may be gone when a loop in it would be counted again.
#[test]
fn no_loop_rests_where_all_is_flushed() {
    let mut lua =
        Lua::with_options(LuaOptions { libraries: Libraries::ALL, jit: true, ..LuaOptions::default() });
    lua.load("jit.opt.start('hotloop=8')").exec(&mut lua).expect("flags");
    let source = "local function count() local i = 0 while true do i = i + 1 coroutine.yield(i) end end
        for value in coroutine.wrap(count) do if value >= 20000 then break end end";
    lua.load(source).exec(&mut lua).expect("it runs");
    // SAFETY: the VM has a compiler.
    assert!(unsafe { &*State::of(lua.vm()) }.resting.count() > 0);
    lua.vm().flush_compiled();
    // SAFETY: as above.
    assert_eq!(unsafe { &*State::of(lua.vm()) }.resting.count(), 0);
}

/// What `...` gives is not there before: a loop that hands it on carries nothing of it.
#[test]
fn a_loop_that_hands_on_extra_arguments_is_a_loop_inside() {
    let text = regions_of(
        b"local sum = 0
          local list = {}
          for i = 1, 6 do list[i] = function(a, b) sum = sum + a * (b or i) end end
          local function emit(...) for i = 1, #list do list[i](...) end end
          local function all(f, ...) return f(...) end
          for i = 1, 30 do emit(i) all(emit, i, 2) end",
    );
    assert!(text.lines().any(|line| line.starts_with("inner ")), "{text}");
}

/// Neither functions nor text that a loop makes are work for the interpreter.
#[test]
fn functions_and_text_are_made_by_compiled_code() {
    let text = regions_of(
        b"local kept = {}
          for i = 1, 30 do
              local name = 'item ' .. i .. '/' .. i * 0.5
              kept[i % 4 + 1] = function() i = i + 1 return name .. i end
          end",
    );
    for op in ["CONCAT", "CLOSURE", "CLOSE "] {
        assert!(text.contains(op), "{text}");
    }
    assert!(!text.contains("EXEC"), "{text}");
}

/// A turn that comes through a loop inside, calls a native there and leaves it is more than that.
#[test]
fn the_way_to_a_loop_inside_counts_as_part_of_the_turn() {
    let mut lua =
        Lua::with_options(LuaOptions { libraries: Libraries::ALL, jit: true, ..LuaOptions::default() });
    let source = "
        local list, sum = {}, 0
        local function on(f)
            list[#list + 1] = f
            return function()
                for i = #list, 1, -1 do if list[i] == f then table.remove(list, i) break end end
            end
        end
        function turns(n)
            local a, b, c, d, e, f, g, h = 1, 2, 3, 4, 5, 6, 7, 8
            for i = 1, n do
                local off = on(function(a) sum = sum + a end)
                list[#list](i % 3)
                off()
            end
            return a + b + c + d + e + f + g + h
        end
        function total() return sum end";
    lua.load(source).exec(&mut lua).expect("it runs");
    let mut rounds = 0.0;
    until(|| {
        lua.load("turns(2000)").exec(&mut lua).expect("it runs");
        rounds += 1.0;
        lua.stats().compiler.expect("a compiler").regions > 0
    });
    let sum: f64 = lua.load("return total()").eval(&mut lua).expect("it runs");
    assert_eq!(sum, rounds * 2001.0);
    let stats = lua.stats().compiler.expect("a compiler");
    assert!(stats.regions > 0 && !stats.last_aborts.contains(&Some(Reason::Interpreter.text())), "{stats:?}");
}

/// What an outer loop writes is no obstacle: its turns end before the loop.
#[test]
fn what_the_turns_of_an_outer_loop_write_is_hoisted_from_the_inner_one() {
    let text = regions_of(
        b"local function sums(n, x, out) for i = 1, n do local s = 0 for j = 1, n do s = s + x[j] * i end out[i] = s end end
          local x = {} for i = 1, 30 do x[i] = i end
          for i = 1, 6 do sums(30, x, {}) end",
    );
    let region = text.split("\n\n").find(|region| region.contains("MUL") && region.contains("APPEND"));
    let region = region.expect("both loops");
    let (hoisted, traces) = region.split_once("trace 0").expect("a root");
    let root = traces.split_once("loop").expect("it turns").0;
    assert!(hoisted.contains("ALEN") && !root.contains("ALEN"), "{region}");
}

/// The regions that are recorded of the programs in `golden/`, optimised. `PERILUNE_BLESS=1` writes them anew.
#[test]
fn regions_are_as_blessed() {
    let folder = Path::new("src/jit/tests/golden");
    let is_blessing = std::env::var_os("PERILUNE_BLESS").is_some();
    let mut count = 0;
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be listed").path();
        if path.extension().is_none_or(|extension| extension != "lua") {
            continue;
        }
        count += 1;
        let text = regions_of(&fs::read(&path).expect("it can be read"));
        let golden = path.with_extension("txt");
        if is_blessing {
            fs::write(&golden, text).expect("it can be written");
        } else {
            let wanted = fs::read_to_string(&golden).unwrap_or_default();
            assert_eq!(text, wanted, "{}", path.display());
        }
    }
    assert!(count >= 3);
}

fn regions_of(source: &[u8]) -> String {
    let libraries = Libraries::ALL;
    let mut lua =
        Lua::with_options(LuaOptions { libraries, seed: Some(1), jit: true, ..LuaOptions::default() });
    // SAFETY: only opens the types.
    unsafe { lua.raw() }.open_host_types().expect("there is memory");
    lua.load("jit.opt.start('hotloop=2', 'hotexit=2', 'recunroll=1')").exec(&mut lua).expect("flags");
    lua.load(source).name("=t").exec(&mut lua).expect("it runs");
    // SAFETY: the VM has a compiler.
    let state = unsafe { &*State::of(lua.vm()) };
    let mut text = String::new();
    for compiled in state.regions.iter().flatten() {
        let mut region = compiled.region.clone();
        optimise(&mut region, Wanted { hoists: true, narrows: true });
        verify(&region).expect("it is as it should be");
        let printed = print(&region);
        for line in printed.lines() {
            // Addresses and shapes differ from run to run; they are the large immediates.
            let is_shape = [" TSHAPE ", " HLOAD ", " HSTORE ", " CHEAD "].iter().any(|op| line.contains(op));
            let words: Vec<String> = line.split(' ').map(|word| normalised(word, is_shape)).collect();
            text.push_str(&words.join(" "));
            text.push('\n');
        }
        text.push('\n');
    }
    text
}

fn normalised(word: &str, is_shape: bool) -> String {
    match word.strip_prefix('#').and_then(|n| n.parse::<u64>().ok()) {
        Some(_) if is_shape => "#@".into(),
        Some(n) if n >= 1 << 32 && f64::from_bits(n).abs() < 1e-300 => "#@".into(),
        _ => word.into(),
    }
}
