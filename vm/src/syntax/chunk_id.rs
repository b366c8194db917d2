//! How messages name a chunk.

use std::borrow::Cow;

/// The longest identification, as in C Lua (`LUA_IDSIZE`, without the closing zero byte).
const MAX_ID: usize = 59;

/// What messages call the chunk loaded under `name`: `=name` stands for itself, `@file` for a file, anything else is
/// source text, of which the first line is shown as `[string "..."]`. Long names are shortened.
pub fn chunk_id(name: &[u8]) -> String {
    // Names are C strings in LuaJIT: a zero byte ends them.
    let name = memchr::memchr(0, name).map_or(name, |end| &name[..end]);
    match name.split_first() {
        Some((b'=', rest)) => lossy(&rest[..rest.len().min(MAX_ID)]).into_owned(),
        Some((b'@', rest)) if rest.len() > MAX_ID => {
            format!("...{}", lossy(&rest[rest.len() - (MAX_ID - 3)..]))
        }
        Some((b'@', rest)) => lossy(rest).into_owned(),
        _ => {
            let shown = name
                .iter()
                .take(MAX_ID - 11)
                .position(|byte| *byte < b' ')
                .unwrap_or(name.len().min(MAX_ID - 11));
            if shown < name.len() {
                format!("[string \"{}...\"]", lossy(&name[..shown.min(MAX_ID - 14)]))
            } else {
                format!("[string \"{}\"]", lossy(name))
            }
        }
    }
}

fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_as_luajit_shows_them() {
        assert_eq!(chunk_id(b"=stdin"), "stdin");
        assert_eq!(chunk_id(b"@game/ship.lua"), "game/ship.lua");
        assert_eq!(chunk_id(b"x = 1"), "[string \"x = 1\"]");
        assert_eq!(chunk_id(b"x = 1\ny = 2"), "[string \"x = 1...\"]");
        assert_eq!(chunk_id(b""), "[string \"\"]");
    }

    #[test]
    fn long_names_are_shortened() {
        let file = format!("@{}", "d/".repeat(50));
        assert_eq!(chunk_id(file.as_bytes()), format!("...{}", "d/".repeat(28)));
        assert_eq!(chunk_id(&[b'='; 100]).len(), 59);
        let source = "x".repeat(100);
        assert_eq!(chunk_id(source.as_bytes()), format!("[string \"{}...\"]", "x".repeat(45)));
    }
}
