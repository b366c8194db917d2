//! The Lua programs in `benches/programs`: each returns a function that does work of a given size and returns a checksum.

use std::fs;
use std::path::Path;

/// A benchmark program.
pub struct Program {
    /// Name of its file, without `.lua`.
    pub name: String,
    /// Its text.
    pub source: String,
    /// The size that takes LuaJIT's interpreter a few tenths of a second: the first line reads `-- n: <size>`.
    pub size: u32,
}

/// All programs, in order of name.
///
/// # Panics
/// When a program cannot be read or does not say its size.
pub fn all() -> Vec<Program> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs");
    let mut programs: Vec<_> = fs::read_dir(folder)
        .expect("the folder of programs can be read")
        .map(|entry| entry.expect("the folder can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "lua"))
        .map(|path| read(&path))
        .collect();
    programs.sort_by(|a, b| a.name.cmp(&b.name));
    programs
}

fn read(path: &Path) -> Program {
    let source = fs::read_to_string(path).expect("the program can be read");
    let size = source
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("-- n: "))
        .and_then(|size| size.parse().ok())
        .unwrap_or_else(|| panic!("{} begins with `-- n: <size>`", path.display()));
    let name = path.file_stem().expect("a file").to_string_lossy().into_owned();
    Program { name, source, size }
}
