//! Bytes as a Lua string literal.

pub(crate) fn quote(bytes: &[u8]) -> String {
    let mut text = String::from("\"");
    for &byte in bytes {
        match byte {
            b'"' | b'\\' => {
                text.push('\\');
                text.push(byte as char);
            }
            b' '..=b'~' => text.push(byte as char),
            _ => text += &format!("\\{byte:03}"),
        }
    }
    text.push('"');
    text
}
