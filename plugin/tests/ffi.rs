//! The `ffi` library in a game's scripts: there, and without the capability to touch memory nobody lent.

use bevy_app::PluginGroup;
use bevy_perilune::{LuaPlugins, LuaScriptPlugin};

use crate::common::TestApp;

/// Reads a byte that nobody lent, through the address of one of its own.
const RAW: &str = r#"
local ffi = require "ffi"
local own = ffi.new("uint8_t[4]", { 1, 2, 3, 4 })
local address = tonumber(ffi.cast("uintptr_t", own))
local raw = ffi.cast("uint8_t *", address)
value = raw[2]
done = true
"#;

#[test]
fn modules_of_the_vm_are_required_by_name() {
    let mut test = TestApp::with_script(
        r#"
        local ffi = require "ffi"
        local bit = require("bit")
        local buffer = require "string.buffer"
        ffi.cdef "typedef struct { int16_t a; double b; } pair;"
        local pair = ffi.new("pair", 3, 4)
        sum = pair.a + pair.b + bit.bor(1, 8)
        text = buffer.new():put("x", 1):tostring() .. ffi.sizeof("pair")
        done = require "ffi" == ffi"#,
    );
    test.until_global("done");
    assert_eq!(test.eval::<f64>("return sum"), 16.0);
    assert_eq!(test.eval::<String>("return text"), "x116");
    test.no_errors();
}

#[test]
fn a_script_that_declares_types_can_be_reloaded() {
    let script = r#"
        local ffi = require "ffi"
        ffi.cdef "struct single { double a; };"
        ffi.metatype("struct single", { __index = { twice = function(s) return s.a * 2 end } })
        function value() return ffi.new("struct single", 4):twice() end
        "#;
    let mut test = TestApp::with_script(script);
    test.until_global("value and value() == 8");
    test.write("scripts/main.lua", script.replace("* 2", "* 3"));
    test.until_global("value() == 12");
    test.no_errors();
    test.write("scripts/main.lua", script.replace("double a;", "double a, b;"));
    test.error("attempt to redefine 'single'");
}

#[test]
fn raw_pointers_need_the_capability() {
    let mut test = TestApp::with_script(RAW);
    test.error("needs the capability UnsafeFfi, which this program has not been given");
    assert!(!test.eval::<bool>("return done or false"));
}

#[test]
fn the_capability_is_a_setting_of_the_plugin() {
    let plugins = || LuaPlugins.set(LuaScriptPlugin { unsafe_ffi: true, ..LuaScriptPlugin::default() });
    let mut test = TestApp::with_plugins(&[("scripts/main.lua", RAW)], plugins());
    bevy_perilune::LuaAppExt::add_lua_script(&mut test.app, "scripts/main.lua");
    test.until_global("done");
    assert_eq!(test.eval::<f64>("return value"), 3.0);
    test.no_errors();
}
