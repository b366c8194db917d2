//! How types are printed: as C would declare them.

use super::{CTab, CTypeId, Kind, Quals, UNKNOWN};

/// Longer representations are cut to `?`.
const MAX_REPR: usize = 256;

/// The text of a type, with the name of what has the type if there is one.
pub fn repr(table: &CTab, id: CTypeId, name: Option<&str>) -> String {
    let mut text = Text { before: Vec::new(), after: String::new(), length: 0, needs_space: false };
    if let Some(name) = name {
        text.word(name);
    }
    text.ctype(table, id);
    if text.length > MAX_REPR || text.after.len() > MAX_REPR {
        return "?".to_owned();
    }
    let mut result: String = text.before.into_iter().rev().collect();
    result.push_str(&text.after);
    result
}

/// A 64-bit integer as the literal that makes it.
pub fn int64_text(bits: u64, unsigned: bool) -> String {
    if unsigned { format!("{bits}ULL") } else { format!("{}LL", bits as i64) }
}

/// A declaration is written from its middle outwards.
struct Text {
    /// What stands before the middle, nearest first.
    before: Vec<String>,
    after: String,
    length: usize,
    /// Whether a word that comes before what is there must stand apart from it.
    needs_space: bool,
}

impl Text {
    fn push(&mut self, text: &str) {
        self.length += text.len();
        self.before.push(text.to_owned());
    }

    fn word(&mut self, word: &str) {
        if self.needs_space {
            self.push(" ");
        }
        self.push(word);
        self.needs_space = true;
    }

    fn quals(&mut self, quals: Quals) {
        if quals.volatile {
            self.word("volatile");
        }
        if quals.constant {
            self.word("const");
        }
    }

    fn ctype(&mut self, table: &CTab, mut id: CTypeId) {
        let mut behind_pointer = false;
        loop {
            let info = table.get(id);
            match info.kind {
                Kind::Void => self.word("void"),
                Kind::Bool => self.word("bool"),
                Kind::TypeObject => {
                    self.word("ctype");
                    return;
                }
                Kind::Int { unsigned, .. } => self.word(&integer_name(info.size, unsigned)),
                Kind::Float => self.word(match info.size {
                    8 => "double",
                    4 => "float",
                    _ => "long double",
                }),
                Kind::Complex(_) => {
                    self.word(if info.size == 8 { "complex float" } else { "complex" });
                    return;
                }
                Kind::Record(index) => {
                    let record = table.record(index);
                    let kind = if record.is_union { "union" } else { "struct" };
                    match &record.name {
                        Some(name) if record.host.is_some() => self.word(name),
                        Some(name) => self.word(&format!("{kind} {name}")),
                        None => self.word(&format!("{kind} {}", record.ctype.0 - super::FIRST)),
                    }
                }
                Kind::Enum(index) => {
                    let e = table.enumeration(index);
                    match &e.name {
                        Some(name) => self.word(&format!("enum {name}")),
                        None => self.word(&format!("enum {}", e.ctype.0 - super::FIRST)),
                    }
                }
                Kind::Pointer(to) => {
                    self.quals(info.quals);
                    self.push("*");
                    self.needs_space = true;
                    (id, behind_pointer) = (to, true);
                    continue;
                }
                Kind::Reference(to) => {
                    self.push("&");
                    self.needs_space = true;
                    (id, behind_pointer) = (to, true);
                    continue;
                }
                Kind::Array(of) | Kind::VariableArray(of) => {
                    self.group(behind_pointer);
                    let count = match (info.kind, info.size) {
                        (Kind::VariableArray(_), _) => "?".to_owned(),
                        (_, UNKNOWN) => String::new(),
                        (_, size) => size.checked_div(table.size(of)).unwrap_or(0).to_string(),
                    };
                    self.after.push_str(&format!("[{count}]"));
                    (id, behind_pointer) = (of, false);
                    continue;
                }
                Kind::Function(function) => {
                    self.group(behind_pointer);
                    self.after.push_str("()");
                    (id, behind_pointer) = (table.function(function).result, false);
                    continue;
                }
                Kind::Vector(of) => {
                    self.word(&format!("__attribute__((vector_size({})))", info.size));
                    (id, behind_pointer) = (of, false);
                    continue;
                }
            }
            self.quals(info.quals);
            return;
        }
    }

    /// A pointer to an array or function needs parentheses.
    fn group(&mut self, behind_pointer: bool) {
        self.needs_space = true;
        if behind_pointer {
            self.push("(");
            self.after.push(')');
        }
    }
}

fn integer_name(size: u32, unsigned: bool) -> String {
    let sign = if unsigned { "unsigned " } else { "" };
    match size {
        1 if unsigned == super::known::UNSIGNED_CHAR => "char".to_owned(),
        1 if super::known::UNSIGNED_CHAR => "signed char".to_owned(),
        1 => "unsigned char".to_owned(),
        2 => format!("{sign}short"),
        4 => format!("{sign}int"),
        _ => format!("{}int{}_t", if unsigned { "u" } else { "" }, size * 8),
    }
}
