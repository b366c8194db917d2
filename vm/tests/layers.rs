//! A file imports from its own layer or one below (ARCHITECTURE.md, "Map"). Exceptions are listed with their reasons, and an
//! exception that is no longer needed fails the test too.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The layer of every top-level module of the crate.
const LAYERS: &[(u8, &[&str])] = &[
    (0, &["activity", "error", "syntax", "bytecode", "convert"]),
    (1, &["compiler"]),
    (2, &["value", "string", "table", "shape", "function", "thread", "userdata", "gc", "instantiate"]),
    (3, &["vm", "rt", "ffi", "hooks", "limits", "profile"]),
    (4, &["interp", "stdlib"]),
    (5, &["jit"]),
    (6, &["lua", "context", "chunk", "handle", "host", "marshal", "reload", "stats"]),
];

/// From a module to one above, and why.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("function", "vm", "the type of native functions names the VM they are given"),
    ("gc", "ffi", "what a cdata keeps alive, and the finalizers of C values"),
    ("gc", "rt", "the table of metamethod events: `__gc` and `__mode`"),
    ("gc", "vm", "gc/driver.rs is the VM's side of the collector: safe points and finalizers"),
    ("gc", "host", "finalizer errors are reported as the host sees errors"),
    ("table", "rt", "the table of metamethod events, whose absence tables cache"),
    ("value", "ffi", "the layout of a cdata cell"),
    ("instantiate", "ffi", "64-bit integer constants are boxed"),
    ("hooks", "context", "host hooks are called with a context"),
    ("vm", "interp", "the VM holds the handler table and starts the interpreter"),
    ("vm", "host", "the VM holds the host's registrations"),
    ("vm", "stdlib", "the VM holds the patterns it has read"),
    ("vm", "reload", "the VM holds what a reload under way has found"),
    ("interp", "reload", "`REMAP` and `CLOSEUP` serve reloads"),
];

#[test]
fn a_file_imports_from_its_own_layer_or_one_below() {
    // Cargo runs tests in the folder of their package.
    let root = PathBuf::from("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    assert!(files.len() > 50, "the sources are where this test looks");
    let mut used = BTreeSet::new();
    let mut problems = Vec::new();
    for file in files {
        let relative = file.strip_prefix(&root).expect("found below it");
        let first =
            relative.components().next().expect("a file").as_os_str().to_string_lossy().replace(".rs", "");
        if first == "bin" || first == "lib" || relative.to_string_lossy().contains("tests") {
            continue;
        }
        let from = layer(&first).unwrap_or_else(|| panic!("module '{first}' has no layer: add it to LAYERS"));
        let text = fs::read_to_string(&file).expect("a readable source");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (to, above) in imports(code).filter_map(|to| Some((to, layer(to)? > from))) {
            if !above {
                continue;
            }
            match EXCEPTIONS.iter().position(|(f, t, _)| *f == first && *t == to) {
                Some(exception) => drop(used.insert(exception)),
                None => problems.push(format!("{} imports from '{to}', a layer above", relative.display())),
            }
        }
    }
    for (index, (from, to, _)) in EXCEPTIONS.iter().enumerate() {
        if !used.contains(&index) {
            problems.push(format!("the exception from '{from}' to '{to}' is not needed any more"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn layer(module: &str) -> Option<u8> {
    LAYERS.iter().find(|(_, modules)| modules.contains(&module)).map(|(layer, _)| *layer)
}

/// The top-level modules named behind `crate::`.
fn imports(code: &str) -> impl Iterator<Item = &str> {
    code.split("crate::").skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        Some(&rest[..end]).filter(|name| !name.is_empty())
    })
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
