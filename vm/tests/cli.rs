//! The `perilune` program from outside: options, exit status, what goes to which stream.

use std::io::Write;
use std::process::{Command, Output, Stdio};

/// Runs the program with an input.
fn perilune_with_input(args: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_perilune"))
        .args(args)
        .env_remove("LUA_INIT")
        .env_remove("LUA_PATH")
        .env("HOME", std::env::temp_dir().join("perilune-cli-tests-home"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program was built");
    // A program that does not read its input may be gone already.
    drop(child.stdin.take().expect("piped").write_all(input.as_bytes()));
    child.wait_with_output().expect("it was started")
}

fn perilune(args: &[&str]) -> Output {
    perilune_with_input(args, "")
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Standard output of a run that must succeed.
fn succeeds(args: &[&str]) -> String {
    let output = perilune(args);
    assert!(output.status.success(), "{args:?} failed: {}", err(&output));
    assert_eq!(err(&output), "", "{args:?} wrote to stderr");
    out(&output)
}

/// Standard error of a run that must end with status 1.
fn fails(args: &[&str]) -> String {
    let output = perilune(args);
    assert_eq!(output.status.code(), Some(1), "{args:?} wrote {}", out(&output));
    err(&output)
}

/// A folder with files in it.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("a writable folder");
    }
    folder
}

fn path(folder: &tempfile::TempDir, name: &str) -> String {
    folder.path().join(name).to_str().expect("a temporary folder's name is text").to_owned()
}

#[test]
fn a_file_is_run_with_its_arguments() {
    let files = folder(&[(
        "main.lua",
        "print(#arg, arg[0], arg[1], arg[2], select('#', ...), ...)\nprint(arg[-1] ~= nil)",
    )]);
    let main = path(&files, "main.lua");
    assert_eq!(succeeds(&[&main, "one", "-e"]), format!("2\t{main}\tone\t-e\t2\tone\t-e\ntrue\n"));
}

#[test]
fn options_before_the_script_have_negative_indices() {
    let files = folder(&[("main.lua", "print(arg[-1], arg[-2], arg[-3] ~= nil, arg[-4])")]);
    assert_eq!(succeeds(&["-e", "x = 1", &path(&files, "main.lua")]), "x = 1\t-e\ttrue\tnil\n");
}

#[test]
fn chunks_of_the_command_line_run_in_order_and_share_globals() {
    assert_eq!(succeeds(&["-e", "x = 1", "-eprint(x)", "-e", "print(arg[-1])"]), "1\nprint(arg[-1])\n");
    assert!(fails(&["-e", "error('no')"]).starts_with("perilune: (command line):1: no\nstack traceback:\n"));
}

#[test]
fn a_dash_runs_standard_input() {
    let output = perilune_with_input(&["-", "a"], "print(arg[0], ...)");
    assert_eq!(out(&output), "-\ta\n");
    let output = perilune_with_input(&[], "print('piped')");
    assert_eq!(out(&output), "piped\n");
    let output = perilune_with_input(&["-"], "x = = 1");
    assert_eq!(err(&output), "perilune: stdin:1: unexpected symbol near '='\n");
}

#[test]
fn an_error_shows_message_and_traceback_and_gives_status_1() {
    let files = folder(&[(
        "main.lua",
        "local function f()\n  local t\n  return t.x + 1\nend\nf()\nprint('not reached')",
    )]);
    let main = path(&files, "main.lua");
    let output = perilune(&[&main]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(out(&output), "");
    let text = err(&output);
    assert!(text.starts_with(&format!("perilune: {main}:3: attempt to index")), "{text}");
    assert!(text.contains("\nstack traceback:\n"), "{text}");
    assert!(text.contains(&format!("{main}:5: in main chunk")), "{text}");
}

#[test]
fn output_written_before_an_error_is_not_lost() {
    let output = perilune(&["-e", "io.write('kept') error('x')"]);
    assert_eq!(out(&output), "kept");
    let output = perilune(&["-e", "io.write('kept') os.exit(3)"]);
    assert_eq!((out(&output).as_str(), output.status.code()), ("kept", Some(3)));
}

#[test]
fn error_values_that_are_not_strings_are_described() {
    assert!(fails(&["-e", "error({})"]).starts_with("perilune: (error object is a table value)"));
    let with_text = "error(setmetatable({}, {__tostring = function() return 'my text' end}))";
    assert!(fails(&["-e", with_text]).starts_with("perilune: my text"));
}

#[test]
fn a_missing_script_is_named() {
    assert_eq!(fails(&["no/such.lua"]), "perilune: cannot open no/such.lua: No such file or directory\n");
}

#[test]
fn a_script_may_start_with_a_byte_order_mark_or_a_hash_line_and_hold_any_bytes() {
    let files =
        folder(&[("hash.lua", "#!/usr/bin/env perilune\nprint('line', debug.getinfo(1, 'l').currentline)")]);
    std::fs::write(files.path().join("bom.lua"), b"\xef\xbb\xbfprint(#'\xff\xfe')").expect("writable");
    assert_eq!(succeeds(&[&path(&files, "hash.lua")]), "line\t2\n");
    assert_eq!(succeeds(&[&path(&files, "bom.lua")]), "2\n");
}

#[test]
fn modules_are_found_through_package_path() {
    let files = folder(&[("ship.lua", "local name = ...\nreturn { name = name }"), ("bad.lua", "return +")]);
    let templates = format!("package.path = '{}/?.lua'", files.path().display());
    assert_eq!(
        succeeds(&[
            "-e",
            &templates,
            "-e",
            "print(require('ship').name, require('ship') == require('ship'))"
        ]),
        "ship\ttrue\n"
    );
    assert_eq!(
        succeeds(&["-e", &templates, "-l", "ship", "-e", "print(package.loaded.ship.name)"]),
        "ship\n"
    );
    let text = fails(&["-e", &templates, "-l", "missing"]);
    assert!(
        text.starts_with(
            "perilune: module 'missing' not found:\n\tno field package.preload['missing']\n\tno file"
        ),
        "{text}"
    );
    let text = fails(&["-e", &templates, "-l", "bad"]);
    assert!(text.contains("error loading module 'bad' from file"), "{text}");
    assert!(text.contains("bad.lua:1: unexpected symbol near '+'"), "{text}");
}

#[test]
fn the_version_is_shown() {
    assert!(succeeds(&["-v"]).starts_with("Perilune "));
}

#[test]
fn bytecode_is_listed() {
    let files = folder(&[("main.lua", "local x = 1\nprint(x)")]);
    let listing = succeeds(&["-bl", &path(&files, "main.lua")]);
    assert!(
        listing.contains("LOADINT") && listing.contains("GETGLOBAL") && listing.contains("\"print\""),
        "{listing}"
    );
    assert!(succeeds(&["-bl", "-e", "return 1"]).contains("RET1"));
    let saved = path(&files, "listing.txt");
    assert_eq!(succeeds(&["-bl", &path(&files, "main.lua"), &saved]), "");
    assert_eq!(std::fs::read_to_string(&saved).expect("written"), listing);
    assert!(perilune_with_input(&["-bl", "-"], "return 2").stdout.starts_with(b"-- BYTECODE -- stdin:"));
}

#[test]
fn bytecode_is_saved_and_run() {
    let files = folder(&[("main.lua", "local name = ...\nprint(name)\nerror('here')")]);
    let (main, saved) = (path(&files, "main.lua"), path(&files, "main.raw"));
    assert_eq!(succeeds(&["-b", &main, &saved]), "");
    let bytes = std::fs::read(&saved).expect("written");
    assert_eq!(bytes.first(), Some(&0x1b));
    assert!(!bytes.windows(8).any(|window| window == b"main.lua"), "stripped unless asked otherwise");
    assert!(fails(&[&saved]).contains(&format!("{saved}:0: here")));
    for arguments in [["-bg", &main, &saved].as_slice(), &["-b", "-g", "--", &main, &saved]] {
        assert_eq!(succeeds(arguments), "");
        let message = fails(&[&saved, "argument"]);
        assert!(message.contains(&format!("{main}:3: here")), "{message}");
    }
    assert!(succeeds(&["-bl", &saved]).contains(&format!("{main}:0-3")));
    succeeds(&["-bg", "-F", "other.lua", &main, &saved]);
    assert!(fails(&[&saved]).contains("other.lua:3: here"));
    assert_eq!(succeeds(&["-b", "-e", "print('text', ...)", &saved]), "");
    assert_eq!(succeeds(&[&saved, "1"]), "text\t1\n");
    let piped = perilune_with_input(&["-b", "-", "-"], "return 1");
    assert_eq!(piped.stdout.first(), Some(&0x1b));
}

#[test]
fn bytecode_options_that_make_no_sense_are_refused() {
    let files = folder(&[("main.lua", "return 1"), ("broken.raw", "\x1bPL broken")]);
    let main = path(&files, "main.lua");
    assert!(fails(&["-b"]).contains("usage: perilune"));
    assert!(fails(&["-b", &main]).contains("an input and an output"));
    assert!(fails(&["-bl"]).contains("takes an input"));
    assert!(fails(&["-bq", &main, "out"]).contains("invalid option '-bq'"));
    assert!(fails(&["-bt", "c", &main, "out.c"]).contains("raw"));
    assert!(fails(&["-bl", "no such file"]).contains("cannot open no such file"));
    assert!(fails(&["-bl", "-e", "return ="]).contains("unexpected symbol"));
    assert!(fails(&["-bl", &path(&files, "broken.raw")]).contains("cannot load incompatible bytecode"));
}

#[test]
fn options_that_cannot_be_honoured_are_refused() {
    assert_eq!(succeeds(&["-joff", "-e", "print(1)"]), "1\n");
    assert_eq!(
        succeeds(&["-jon", "-Ohotloop=2", "-e", "local n = 0 for i = 1, 100 do n = n + i end print(n)"]),
        "5050\n"
    );
    assert!(fails(&["-jturbo", "-e", ""]).contains("turbo"));
    assert!(fails(&["-jdump=q", "-e", ""]).contains("bad dump option 'q'"));
    assert!(fails(&["-jp=q", "-e", ""]).contains("bad profiler option 'q'"));
    assert!(fails(&["-jdump=t,/no such folder/x", "-e", ""]).contains("cannot write /no such folder/x"));
    assert!(fails(&["-x"]).contains("usage: perilune"));
    assert!(fails(&["-e"]).contains("usage: perilune"));
}

#[test]
fn two_dashes_end_the_options() {
    let files = folder(&[("-e", "print('a file')")]);
    let output = Command::new(env!("CARGO_BIN_EXE_perilune"))
        .args(["--", "-e"])
        .current_dir(files.path())
        .output()
        .expect("the program was built");
    assert_eq!(out(&output), "a file\n");
}

#[test]
fn the_interactive_mode_evaluates_lines_and_keeps_going_after_errors() {
    let input = "x = 20\n= x + 1, 'two'\nfor i = 1, 2 do\n  print('i', i)\nend\nerror('oops')\nreturn x\nx = = 1\nprint('end')\n";
    let output = perilune_with_input(&["-i"], input);
    assert!(output.status.success());
    let text = out(&output);
    for expected in ["21\ttwo\n", "i\t1\n", "i\t2\n", "20\n", "end\n"] {
        assert!(text.contains(expected), "{expected:?} missing in {text:?}");
    }
    let errors = err(&output);
    assert!(errors.contains("stdin:1: oops\nstack traceback:"), "{errors}");
    assert!(errors.contains("stdin:1: unexpected symbol near '='"), "{errors}");
}

#[test]
fn the_environment_may_hold_an_initial_chunk() {
    let output = Command::new(env!("CARGO_BIN_EXE_perilune"))
        .args(["-e", "print(from_init)"])
        .env("LUA_INIT", "from_init = 'yes'")
        .output()
        .expect("the program was built");
    assert_eq!(out(&output), "yes\n");
}

#[test]
fn the_environment_can_be_ignored() {
    let output = Command::new(env!("CARGO_BIN_EXE_perilune"))
        .args(["-E", "-e", "print(from_init, package.path:find('nowhere') == nil)"])
        .env("LUA_INIT", "from_init = 'yes'")
        .env("LUA_PATH", "/nowhere/?.lua")
        .output()
        .expect("the program was built");
    assert_eq!(out(&output), "nil\ttrue\n");
}

#[cfg(unix)]
#[test]
fn the_interactive_mode_survives_an_interrupt() {
    use std::io::{BufRead, BufReader, Write};
    use std::process::Stdio;
    let mut child = Command::new(env!("CARGO_BIN_EXE_perilune"))
        .arg("-i")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program was built");
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all(b"io.stderr:write('begun\\n') while true do end\nprint('alive')\n").expect("it reads");
    drop(input);
    let mut errors = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut line = String::new();
    errors.read_line(&mut line).expect("it writes");
    assert_eq!(line, "begun\n");
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("a shell tool");
    assert!(sent.success());
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success());
    assert!(out(&output).contains("alive\n"), "{output:?}");
}

/// A loop that is compiled with these options, and prints nothing.
const LOOP: &str = "local n = 0 for i = 1, 1000 do if i < 900 then n = n + i end end assert(n == 899 * 450)";

#[test]
#[cfg(feature = "jit")]
fn what_is_compiled_goes_to_a_file_as_text_or_as_a_page() {
    let folder = folder(&[]);
    let file = path(&folder, "page.html");
    let run = |options: &str| {
        assert_eq!(succeeds(&[options, "-Ohotloop=2", "-Ohotexit=2", "-e", LOOP]), "");
        std::fs::read_to_string(&file).expect("it was written")
    };
    let page = run(&format!("-jdump=+Hsx,{file}"));
    assert!(page.starts_with("<!DOCTYPE html>"), "{page}");
    for class in ["trace", "bytecode", "ir", "snapshots", "code", "exit"] {
        assert!(page.contains(&format!("<pre class=\"{class}\">")), "no {class} in {page}");
    }
    assert!(page.contains("FORLOOP1") && page.contains("=&gt;") && page.contains(" IADD int "), "{page}");
    let text = run(&format!("-jdump=ti,{file}"));
    assert!(text.contains("[TRACE   1/1 (command line):1 loop]\n---- REGION 1 IR\n"), "{text}");
    assert!(!text.contains("mcode") && !text.contains("<pre"), "{text}");
    let text = run(&format!("-jdump=-m,{file}"));
    assert!(text.contains("---- REGION 1 bytecode\n") && !text.contains("mcode"), "{text}");
    let text = run(&format!("-jv={file}"));
    assert!(text.lines().all(|line| line.starts_with("[TRACE ")) && text.lines().count() >= 2, "{text}");
    let output = perilune(&["-jdump", "-Ohotloop=2", "-e", LOOP]);
    assert!(out(&output).contains("---- REGION 1 mcode\n"), "{}", out(&output));
}

#[test]
fn the_profiler_reports_when_the_program_ends() {
    // Until there are samples enough.
    let busy = "local n, profile, start = 0, require('jit.profile'), require('jit.profile').start
        local function work() for i = 1, 1e5 do n = n + i % 3 end end
        profile.start = function(mode, f) start(mode, function(...) count = (count or 0) + 1 f(...) end) end
        require('jit.p').start((...))
        repeat work() until (count or 0) > 30
        require('jit.p').stop()";
    let folder = folder(&[("busy.lua", busy)]);
    let busy = path(&folder, "busy.lua");
    let text = succeeds(&[&busy, "fi1"]);
    assert!(text.contains("%  work\n"), "{text}");
    let text = succeeds(&["-joff", &busy, "vi1"]);
    assert!(text.contains("%  Interpreted\n"), "{text}");
    let text = succeeds(&["-joff", &busy, "vli1m0"]);
    assert!(text.contains("%  Interpreted\n  -- ") && text.contains("busy.lua:2\n"), "{text}");
    let text = succeeds(&[&busy, "2i1r"]);
    assert!(text.lines().any(|line| line.trim_start().ends_with("work < busy.lua:0")), "{text}");
    let text = succeeds(&[&busy, "Gi1"]);
    assert!(text.lines().any(|line| line.starts_with("busy.lua:0;work ")), "{text}");
    let text = succeeds(&[&busy, "A"]);
    assert!(
        text.contains("busy.lua ======\n") && text.contains("% |         local function work()"),
        "{text}"
    );
    if cfg!(feature = "jit") {
        let text = succeeds(&[&busy, "vi1"]);
        assert!(text.contains("%  Compiled\n"), "{text}");
    }
    // Without a stop the end of the program is one.
    assert_eq!(succeeds(&["-jp", "-e", ""]), "[No samples collected]\n");
}
