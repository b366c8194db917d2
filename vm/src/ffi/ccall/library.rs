//! Libraries of C functions: `ffi.C` and what `ffi.load` finds.

#![allow(unsafe_code, reason = "loads shared libraries")]

use crate::ffi::cconv::How;
use crate::ffi::cdata;
use crate::ffi::ctab::{CTypeId, Kind, Name};
use crate::ffi::memory::Extent;
use crate::string::LuaString;
use crate::userdata::{UserData, new_userdata};
use crate::value::{Gc, RawValue};
use crate::vm::{Raised, Vm};

/// A library.
pub(crate) struct Library {
    handle: Handle,
}

#[cfg(all(unix, feature = "c-calls"))]
type Handle = libloading::os::unix::Library;
#[cfg(all(windows, feature = "c-calls"))]
type Handle = libloading::os::windows::Library;
#[cfg(not(all(any(unix, windows), feature = "c-calls")))]
type Handle = ();

/// What a name of a library is.
enum Symbol {
    Constant(f64),
    Function(CTypeId, usize),
    Variable(CTypeId, usize),
}

impl Vm {
    /// A userdata for a library; the program's own symbols without a name.
    pub(crate) fn new_library(
        &mut self,
        name: Option<(&[u8], bool)>,
        meta: Gc<crate::table::Table>,
    ) -> Result<Gc<UserData>, Raised> {
        let library = match open(name) {
            Ok(handle) => Library { handle },
            Err(message) => return Err(self.error(message)),
        };
        let cache = self.new_table(0, 8)?;
        let userdata = new_userdata(&mut self.heap, Some(Box::new(library)), Some(meta))?;
        userdata.set_environment(&mut self.heap, cache);
        Ok(userdata)
    }

    /// `library[name]`
    pub(crate) fn index_library(
        &mut self,
        library: Gc<UserData>,
        name: Gc<LuaString>,
    ) -> Result<RawValue, Raised> {
        let cache = library.environment().expect("a library has one from its creation");
        let known = cache.get(&self.heap, name.into());
        if !known.is_nil() {
            return Ok(known);
        }
        let value = match self.find_symbol(library, name)? {
            Symbol::Constant(n) => n.into(),
            Symbol::Function(ctype, address) => {
                cdata::new_raw(&mut self.heap, ctype, address as *mut u8, cdata::UNCHECKED)?.into()
            }
            // A variable is read anew each time.
            Symbol::Variable(ctype, address) => {
                // SAFETY: the script was given the capability, and has declared the variable.
                return unsafe { self.c_to_lua(ctype, address as *mut u8, Extent::RAW) };
            }
        };
        self.raw_set(cache, name.into(), value)?;
        Ok(value)
    }

    /// `library[name] = value`
    pub(crate) fn assign_library(
        &mut self,
        library: Gc<UserData>,
        name: Gc<LuaString>,
        value: RawValue,
    ) -> Result<(), Raised> {
        match self.find_symbol(library, name)? {
            Symbol::Variable(ctype, address) if !self.ffi.c.table.quals(ctype).constant => {
                // SAFETY: the script was given the capability, and has declared the variable.
                match unsafe { self.lua_to_c(ctype, address as *mut u8, value, How::default()) } {
                    Ok(()) => Ok(()),
                    Err(fault) => Err(self.fault(fault)),
                }
            }
            _ => Err(self.error("attempt to write to constant location")),
        }
    }

    fn find_symbol(&mut self, library: Gc<UserData>, name: Gc<LuaString>) -> Result<Symbol, Raised> {
        let text = String::from_utf8_lossy(name.as_bytes()).into_owned();
        let (ctype, symbol) = match self.ffi.c.table.name(&text) {
            Some(Name::Constant(constant)) => {
                let unsigned =
                    matches!(self.ffi.c.table.kind(constant.ctype), Kind::Int { unsigned: true, .. });
                let bits = constant.bits;
                return Ok(Symbol::Constant(if unsigned { bits.into() } else { (bits as i32).into() }));
            }
            Some(Name::Symbol { ctype, redirect }) => {
                (*ctype, redirect.as_deref().map_or_else(|| text.clone(), str::to_owned))
            }
            Some(Name::Typedef(_)) | None => {
                return Err(self.error(format!("missing declaration for symbol '{text}'")));
            }
        };
        self.check_unrestricted("a symbol of a C library")?;
        let address = match address_of(library, &symbol) {
            Ok(address) => address,
            Err(message) => return Err(self.error(message)),
        };
        Ok(match self.ffi.c.table.kind(ctype) {
            Kind::Function(_) => Symbol::Function(ctype, address),
            _ => Symbol::Variable(ctype, address),
        })
    }
}

/// The address of a symbol.
#[cfg(all(any(unix, windows), feature = "c-calls"))]
fn address_of(library: Gc<UserData>, symbol: &str) -> Result<usize, String> {
    let mut name = symbol.as_bytes().to_vec();
    name.push(0);
    let found = library.lend(|library: &mut Library| {
        // SAFETY: nothing is called here, only an address taken.
        unsafe { library.handle.get::<*mut std::ffi::c_void>(&name) }
            .map(|symbol| symbol.into_raw() as usize)
            .map_err(|error| describe(&error))
    });
    found.unwrap_or_else(|| Err("library expected".to_owned()))
}

#[cfg(not(all(any(unix, windows), feature = "c-calls")))]
fn address_of(library: Gc<UserData>, symbol: &str) -> Result<usize, String> {
    library.lend(|library: &mut Library| library.handle);
    Err(format!("cannot resolve symbol '{symbol}': built without the feature 'c-calls'"))
}

/// What the system says, without what the crate adds.
#[cfg(all(any(unix, windows), feature = "c-calls"))]
fn describe(error: &libloading::Error) -> String {
    match error {
        libloading::Error::DlOpen { desc } | libloading::Error::DlSym { desc } => {
            format!("{desc:?}").trim_matches('"').to_owned()
        }
        other => other.to_string(),
    }
}

#[cfg(all(unix, feature = "c-calls"))]
fn open(name: Option<(&[u8], bool)>) -> Result<Handle, String> {
    use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_LAZY, RTLD_LOCAL};
    let Some((name, is_global)) = name else { return Ok(Library::this()) };
    let scope = if is_global { RTLD_GLOBAL } else { RTLD_LOCAL };
    let path = crate_path(&file_name(name, "lib", if cfg!(target_os = "macos") { ".dylib" } else { ".so" }));
    // SAFETY: the script was given the capability to load libraries, whose initialisers then run.
    let first = unsafe { Library::open(Some(&path), RTLD_LAZY | scope) };
    match first {
        Ok(library) => Ok(library),
        Err(error) => {
            let message = describe(&error);
            // Where a library has an ld script in its place, the script names the library.
            let script = message.split_once(':').map(|(file, _)| file).filter(|file| file.starts_with('/'));
            if let Some(target) = script.and_then(read_ld_script) {
                // SAFETY: as above.
                return unsafe { Library::open(Some(&target), RTLD_LAZY | scope) }.map_err(|e| describe(&e));
            }
            Err(message)
        }
    }
}

#[cfg(all(windows, feature = "c-calls"))]
fn open(name: Option<(&[u8], bool)>) -> Result<Handle, String> {
    use libloading::os::windows::Library;
    match name {
        None => Library::this().map_err(|error| describe(&error)),
        Some((name, _)) => {
            let name = file_name(name, "", ".dll");
            // SAFETY: the script was given the capability to load libraries, whose initialisers then run.
            unsafe { Library::new(crate_path(&name)) }.map_err(|error| describe(&error))
        }
    }
}

#[cfg(not(all(any(unix, windows), feature = "c-calls")))]
fn open(name: Option<(&[u8], bool)>) -> Result<Handle, String> {
    match name {
        None => Ok(()),
        Some(_) => Err("libraries cannot be loaded: built without the feature 'c-calls'".to_owned()),
    }
}

/// A name without a path gets the prefix and extension of libraries.
#[cfg(all(any(unix, windows), feature = "c-calls"))]
fn file_name(name: &[u8], prefix: &str, extension: &str) -> Vec<u8> {
    let mut file = name.to_vec();
    if name.contains(&b'/') || name.contains(&b'\\') {
        return file;
    }
    if !name.contains(&b'.') {
        file.extend_from_slice(extension.as_bytes());
        if !name.starts_with(prefix.as_bytes()) {
            file.splice(0..0, prefix.bytes());
        }
    }
    file
}

#[cfg(all(any(unix, windows), feature = "c-calls"))]
fn crate_path(bytes: &[u8]) -> std::path::PathBuf {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        std::ffi::OsStr::from_bytes(bytes).into()
    }
    #[cfg(not(unix))]
    {
        String::from_utf8_lossy(bytes).into_owned().into()
    }
}

/// The first library an ld script names: `GROUP ( /lib/libc.so.6 ... )`.
#[cfg(all(unix, feature = "c-calls"))]
fn read_ld_script(file: &str) -> Option<String> {
    let text = std::fs::read(file).ok()?;
    let text = String::from_utf8_lossy(&text[..text.len().min(4096)]).into_owned();
    let line = text.lines().find(|line| line.starts_with("GROUP") || line.starts_with("INPUT"))?;
    let inside = line.split_once('(')?.1;
    inside.split([' ', ')']).find(|word| !word.is_empty()).map(str::to_owned)
}
