//! Bytecode listings of the Lua files in `tests/golden`, compared with the `.txt` files beside them.
//! `PERILUNE_BLESS=1 cargo test -p perilune --test golden` writes them anew.

use std::fs;
use std::path::{Path, PathBuf};

use perilune::bytecode::disasm::disassemble;
use perilune::bytecode::verify::verify;
use perilune::compiler::compile;

#[test]
fn listings_are_as_blessed() {
    let is_blessing = std::env::var_os("PERILUNE_BLESS").is_some();
    let mut differences = Vec::new();
    let sources = lua_files(&manifest_folder().join("tests/golden"));
    assert!(!sources.is_empty());
    for path in sources {
        let source = fs::read(&path).unwrap();
        let name = format!("@{}", path.file_name().unwrap().to_string_lossy());
        let listing = match compile(&source, name.as_bytes()) {
            Ok(draft) => disassemble(&draft),
            Err(error) => format!("{error}\n"),
        };
        let golden = path.with_extension("txt");
        if is_blessing {
            fs::write(&golden, listing).unwrap();
        } else if fs::read_to_string(&golden).unwrap_or_default() != listing {
            differences.push(format!("{}:\n{listing}", golden.display()));
        }
    }
    assert!(differences.is_empty(), "listings differ from\n{}", differences.join("\n"));
}

#[test]
fn every_lua_file_here_compiles_to_sound_bytecode() {
    let root = manifest_folder();
    let folders = ["tests", "../benches/programs", "../assets/scripts"];
    let mut count = 0;
    for path in folders.iter().flat_map(|folder| lua_files(&root.join(folder))) {
        let name = format!("@{}", path.display());
        if let Ok(draft) = compile(&fs::read(&path).unwrap(), name.as_bytes()) {
            assert_eq!(verify(&draft), Ok(()), "{}", path.display());
            count += 1;
        }
    }
    assert!(count > 100, "only {count} files were found and compiled");
}

fn manifest_folder() -> PathBuf {
    // Cargo runs tests there. Not the folder of the build: a test may outlive it.
    PathBuf::from(".")
}

/// The Lua files in a folder and the folders inside, sorted.
fn lua_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(lua_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "lua") {
            files.push(path);
        }
    }
    files.sort();
    files
}
