//! Programs whose output is known to differ from LuaJIT's, and why.

/// One line each: the program's name, a colon, the reason.
const LIST: &str = include_str!("known_differences.txt");

/// The known difference of a program, if it has one.
pub(crate) fn reason(program: &str) -> Option<&'static str> {
    entries().find(|(name, _)| *name == program).map(|(_, reason)| reason)
}

/// Every program in the list with its reason.
pub(crate) fn entries() -> impl Iterator<Item = (&'static str, &'static str)> {
    LIST.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split_once(": ").expect("a known difference reads `name: reason`"))
}
