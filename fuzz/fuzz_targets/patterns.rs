//! Bytes as a pattern, a replacement and a subject, through every function that takes a pattern.

#![no_main]

use libfuzzer_sys::fuzz_target;
use perilune_fuzz::limited;

/// What is found must lie in the subject, and must not depend on the function that finds it.
const PROGRAM: &str = r#"
local pattern, replacement, subject = ...
local ok, from, to = pcall(string.find, subject, pattern)
if ok and from then
  assert(from >= 1 and from <= #subject + 1 and to >= from - 1 and to <= #subject, "what was found lies outside")
  assert(string.match(subject, pattern, 1) ~= nil, "found and not matched")
end
for _, init in ipairs{1, 2, -1, #subject + 1} do
  pcall(string.find, subject, pattern, init)
  pcall(string.match, subject, pattern, init)
end
pcall(string.find, subject, pattern, 1, true)
pcall(function() for a, b in string.gmatch(subject, pattern) do subject = subject end end)
for _, with in ipairs{replacement, {a = 1, b = false}, function(...) return (...) end} do
  pcall(string.gsub, subject, pattern, with)
  pcall(string.gsub, subject, pattern, with, 2)
end
"#;

fuzz_target!(|input: &[u8]| {
    // The first two bytes are lengths; what is left over is the subject.
    let [pattern, replacement, rest @ ..] = input else { return };
    let (pattern, rest) = rest.split_at(usize::from(*pattern).min(rest.len()));
    let (replacement, subject) = rest.split_at(usize::from(*replacement).min(rest.len()));
    let mut lua = limited();
    let program = lua.load(PROGRAM).name("=fuzz").into_function(&mut lua).expect("the program is right");
    let [pattern, replacement, subject] = [pattern, replacement, subject]
        .map(|bytes| lua.create_string(bytes).expect("a new virtual machine has memory"));
    if let Err(error) = program.call::<()>(&mut lua, (pattern, replacement, subject)) {
        let text = error.to_string();
        // Running into a limit is allowed.
        assert!(!text.contains("found"), "{text}");
    }
});
