//! What the host gives the libraries: output and modules.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use perilune::{Error, Lua, ModuleSource};

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("not poisoned").write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn print_goes_where_the_host_wants_it() -> Result<(), Error> {
    let mut lua = Lua::new();
    let output = Shared::default();
    lua.set_output(output.clone());
    lua.load("print('a', 1, nil) print()").exec(&mut lua)?;
    assert_eq!(*output.0.lock().expect("not poisoned"), b"a\t1\tnil\n\n");
    Ok(())
}

#[test]
fn modules_come_from_the_host() -> Result<(), Error> {
    let mut lua = Lua::new();
    lua.set_module_loader(|name| match name {
        "lib.flock" => Ok(ModuleSource {
            chunk_name: b"@scripts/lib/flock.lua".to_vec(),
            bytes: b"loads = (loads or 0) + 1 return { name = ... }".to_vec(),
        }),
        _ => Err(format!("\n\tno asset 'scripts/{name}.lua'")),
    });
    lua.load("local a, b = require('lib.flock'), require('lib.flock') assert(a == b and a.name == 'lib.flock' and loads == 1)")
        .exec(&mut lua)?;
    let error = lua.load("require('lost')").exec(&mut lua).expect_err("there is none");
    assert!(error.message().contains("module 'lost' not found:"), "{error}");
    assert!(error.message().contains("no asset 'scripts/lost.lua'"), "{error}");
    Ok(())
}

#[test]
fn hooks_that_panic_do_no_harm() -> Result<(), Error> {
    struct Bomb;
    impl Write for Bomb {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            panic!("no paper")
        }
        fn flush(&mut self) -> io::Result<()> {
            panic!("no paper")
        }
    }
    let mut lua = Lua::new();
    lua.set_output(Bomb);
    lua.set_module_loader(|_| panic!("no disk"));
    lua.load("print('x')").exec(&mut lua)?;
    let error = lua.load("require('x')").exec(&mut lua).expect_err("the loader panics");
    assert!(error.message().contains("module loader panicked"), "{error}");
    Ok(())
}
