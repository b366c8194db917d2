//! What the libraries give which host: the safe set, output, modules, files, processes, dates.

use std::io::Write;
use std::sync::{Arc, Mutex};

use perilune::{Libraries, Lua, LuaOptions, ModuleSource};

/// Output that can be looked at afterwards.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no writer panics").write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Captured {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("no writer panics")).into_owned()
    }
}

fn full() -> Lua {
    Lua::with_options(LuaOptions { libraries: Libraries::ALL, ..LuaOptions::default() })
}

/// What a script prints.
fn prints(lua: &mut Lua, script: &str) -> String {
    let output = Captured::default();
    lua.set_output(output.clone());
    lua.load(script).name("=script").exec(lua).expect("the script runs");
    output.text()
}

#[test]
fn the_safe_set_reaches_neither_files_nor_processes() {
    let mut lua = Lua::new();
    let listed = prints(
        &mut lua,
        "print(io, dofile, loadfile, package.searchpath, package.path)
         local names = {}
         for name in pairs(os) do names[#names + 1] = name end
         table.sort(names) print(table.concat(names, ' '))
         names = {}
         for name in pairs(debug) do names[#names + 1] = name end
         table.sort(names) print(table.concat(names, ' '))",
    );
    assert_eq!(listed, "nil\tnil\tnil\tnil\t\nclock date difftime time\ngetinfo traceback\n");
}

#[test]
fn every_function_of_luajit_is_there_for_a_host_that_asks_for_all() {
    let mut lua = full();
    let missing = prints(
        &mut lua,
        "local expected = {
           _G = 'assert collectgarbage dofile error gcinfo getfenv getmetatable ipairs load loadfile loadstring module newproxy next pairs pcall print rawequal rawget rawset require select setfenv setmetatable tonumber tostring type unpack xpcall',
           coroutine = 'create isyieldable resume running status wrap yield',
           os = 'clock date difftime execute exit getenv remove rename setlocale time tmpname',
           io = 'close flush input lines open output popen read tmpfile type write',
           debug = 'getfenv getinfo getlocal getmetatable getregistry getupvalue setfenv setlocal setmetatable setupvalue traceback upvalueid upvaluejoin',
           package = 'loadlib searchpath seeall',
           table = 'concat foreach foreachi getn insert maxn move remove sort',
           jit = 'attach flush off on security status',
           string = 'byte char dump find format gmatch gsub len lower match rep reverse sub upper',
           math = 'abs acos asin atan atan2 ceil cos cosh deg exp floor fmod frexp ldexp log log10 max min modf pow rad random randomseed sin sinh sqrt tan tanh',
           bit = 'arshift band bnot bor bswap bxor lshift rol ror rshift tobit tohex',
         }
         for library, names in pairs(expected) do
           for name in names:gmatch('%S+') do
             if type(_G[library][name]) ~= 'function' then print(library, name) end
           end
           if package.loaded[library] ~= _G[library] then print('package.loaded', library) end
         end",
    );
    assert_eq!(missing, "");
}

#[test]
fn bytecode_is_listed_to_whatever_can_write() {
    let mut lua = Lua::new();
    let listing = prints(
        &mut lua,
        "local bc = require('jit.bc')
         local function f(n) while n do n = n.next end return function() return n end end
         local text = ''
         bc.dump(f, {write = function(_, piece) text = text .. piece end, flush = function() text = text .. 'flushed' end}, true)
         print(select(2, text:gsub('%-%- BYTECODE', '')), text:find('CLOSURE.*flushed$') ~= nil)
         bc.dump(f)
         local lines, targets = '', bc.targets(f)
         for pc = 1, 100 do lines = lines .. (bc.line(f, pc, targets[pc] and '=>') or '') end
         print(lines .. type((bc.line(f, 0))))",
    );
    let (counts, listings) = listing.split_once('\n').expect("a line");
    assert_eq!(counts, "2\ttrue");
    let (dumped, lines) = listings.split_once("\n\n").expect("a listing and lines");
    let (head, dumped) = dumped.split_once('\n').expect("a head");
    assert_eq!(head, "-- BYTECODE -- script:2-2 f (1 parameters, 2 registers, 0 upvalues)");
    assert!(dumped.contains("0001 => ISFALSE"), "{dumped}");
    assert_eq!(lines, format!("{dumped}\nnil\n"));
}

#[test]
fn print_and_io_write_share_the_hosts_output() {
    let mut lua = full();
    assert_eq!(prints(&mut lua, "io.write('a', 1) print('b') io.stdout:write('c')"), "a1b\nc");
}

#[test]
fn print_calls_the_global_tostring() {
    let mut lua = Lua::new();
    assert_eq!(
        prints(&mut lua, "tostring = function(v) return '<' .. type(v) .. '>' end print(1, nil)"),
        "<number>\t<nil>\n"
    );
    let error =
        lua.load("tostring = function() return {} end print(1)").exec(&mut lua).expect_err("not a string");
    assert!(error.message().ends_with("'tostring' must return a string to 'print'"), "{error}");
}

/// A loader that knows one good and one bad module.
fn loader(name: &str) -> Result<ModuleSource, String> {
    let source = match name {
        "ship" => "local name = ... ; loads = (loads or 0) + 1 ; return { name = name }",
        "broken" => "return +",
        "circle" => "return require 'circle'",
        "quiet" => "answer = 42",
        _ => return Err(format!("\n\tno script 'scripts/{name}.lua'")),
    };
    Ok(ModuleSource {
        chunk_name: format!("@scripts/{name}.lua").into_bytes(),
        bytes: source.as_bytes().to_vec(),
    })
}

#[test]
fn the_hosts_loader_serves_require() {
    let mut lua = Lua::new();
    lua.set_module_loader(loader);
    let script = "local ship = require 'ship'
         print(ship.name, require 'ship' == ship, loads, package.loaded.ship == ship)
         print(require 'quiet', answer)
         print(select(2, pcall(require, 'nothing')))
         print(select(2, pcall(require, 'broken')))
         print(select(2, pcall(require, 'circle')))
         package.preload.own = function(name) return name .. '!' end
         print(require 'own')";
    assert_eq!(
        prints(&mut lua, script),
        "ship\ttrue\t1\ttrue\ntrue\t42\n\
         module 'nothing' not found:\n\tno field package.preload['nothing']\n\tno script 'scripts/nothing.lua'\n\
         error loading module 'broken' from file 'scripts/broken.lua':\n\tscripts/broken.lua:1: unexpected symbol near '+'\n\
         loop or previous error loading module 'circle'\nown!\n"
    );
}

#[test]
fn module_makes_a_table_that_is_the_environment_of_its_chunk() {
    let mut lua = Lua::new();
    let script = "local function body() module('game.ship', package.seeall) speed = 3 function double() return speed * 2 end print(_NAME, _PACKAGE, _M == game.ship) end
         body() print(game.ship.speed, game.ship.double(), speed, package.loaded['game.ship'] == game.ship)
         text = 'x' print(select(2, pcall(module, 'text')))";
    assert_eq!(
        prints(&mut lua, script),
        "game.ship\tgame.\ttrue\n3\t6\tnil\ttrue\nname conflict for module 'text'\n"
    );
}

#[test]
fn files_read_and_write_as_in_c() {
    let mut lua = full();
    let folder = tempfile::tempdir().expect("a temporary folder");
    lua.globals().set(&mut lua, "name", folder.path().join("f").to_str().expect("text")).expect("set");
    let script = r#"
        local f = assert(io.open(name, "w+"))
        print(f:write("first\n", 2, "\n0x1F  12.5e1 abc\nlast"), f:seek("set", 3), f:read("*l", 1))
        f:close()
        print(io.type(f), tostring(f), select(2, pcall(f.read, f)))
        for line in io.lines(name) do io.write("[", line, "]") end print()
        for one, rest in io.lines(name, 1, "*L") do io.write(one, "|", rest == nil and "nil" or rest) end print()
        f = io.open(name)
        print(f:read("*l", "*n", "*n", "*n", "*n"))
        print(f:read("*a"), f:read("*a"), f:read("*l"), f:read(0))
        print(f:seek("end"), f:write("x"))
        print(f:close())
        f = io.open(name, "a+") f:write("+") f:seek("set") print(#f:read("*a")) f:close()
        f = io.open(name, "r+") print(f:read(2)) f:write("XX") f:seek("set") print(f:read("*l")) f:close()
        print(io.open("/no/such/file"))
        print(io.open(name, "q") == nil)
        print(select(2, pcall(io.lines, "/no/such/file")))
        print(os.rename(name, name .. "2"), os.remove(name .. "2"), (select(3, os.remove(name))))
    "#;
    assert_eq!(
        prints(&mut lua, script),
        "true\t3\tst\t2\nclosed file\tfile (closed)\tattempt to use a closed file\n\
         [first][2][0x1F  12.5e1 abc][last]\n\
         f|irst\n2|\n0|x1F  12.5e1 abc\nl|ast\n\
         first\t2\t31\t125\tnil\nabc\nlast\t\tnil\tnil\n29\tnil\tBad file descriptor\t9\ntrue\n30\nfi\nfiXXt\n\
         nil\t/no/such/file: No such file or directory\t2\ntrue\n\
         bad argument #1 to '?' (/no/such/file: No such file or directory)\n\
         true\ttrue\t2\n"
    );
}

#[test]
#[cfg(unix)]
fn processes_are_read_written_and_waited_for() {
    let mut lua = full();
    let folder = tempfile::tempdir().expect("a temporary folder");
    lua.globals().set(&mut lua, "name", folder.path().join("f").to_str().expect("text")).expect("set");
    let script = r#"
        local p = io.popen("echo one; echo two; exit 3")
        print(p:read("*l", "*l", "*l")) print(p:close())
        p = io.popen("cat > " .. name, "w") p:write("through a pipe") print(p:close())
        print(io.open(name):read("*a"))
        print(os.execute("exit 3"), os.execute("true"), os.execute())
        print(os.getenv("PERILUNE_NOT_SET"), os.getenv("A=B"), type(os.getenv("PATH")))
    "#;
    assert_eq!(
        prints(&mut lua, script),
        "one\ttwo\tnil\ntrue\ntrue\nthrough a pipe\n768\t0\t1\nnil\tnil\tstring\n"
    );
}

#[test]
fn dates_follow_the_c_locale() {
    let mut lua = Lua::new();
    let script = r#"
        print(os.date("!%Y-%m-%d %H:%M:%S %a %j", 951782400), os.date("!%c", 0))
        local t = os.date("!*t", 951782400 + 3661)
        print(t.year, t.month, t.day, t.hour, t.min, t.sec, t.wday, t.yday, t.isdst)
        local now = os.time()
        print(os.time(os.date("*t", now)) == now)
        print(os.time({year = 2021, month = 14, day = 1}) == os.time({year = 2022, month = 2, day = 1}))
        print(os.difftime(5, 3), select(2, pcall(os.time, {year = 2020})))
    "#;
    assert_eq!(
        prints(&mut lua, script),
        "2000-02-29 00:00:00 Tue 060\tThu Jan  1 00:00:00 1970\n2000\t2\t29\t1\t1\t1\t3\t60\tfalse\ntrue\ntrue\n\
         2\tfield 'day' missing in date table\n"
    );
}

#[test]
fn coroutines_of_natives_called_from_rust_switch_too() {
    let mut lua = Lua::new();
    let script = r#"
        local list = {3, 1, 2}
        local compare = coroutine.wrap(function(a, b) while true do a, b = coroutine.yield(a < b) end end)
        table.sort(list, compare)
        print(table.concat(list, " "))
        print(("abc"):gsub(".", coroutine.wrap(function(c) while true do c = coroutine.yield(c:upper()) end end)))
    "#;
    assert_eq!(prints(&mut lua, script), "1 2 3\nABC\t3\n");
}
