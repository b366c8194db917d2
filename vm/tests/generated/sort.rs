//! `table.sort` of random arrays with good and bad orders: the comparisons it makes can be seen, so that they must be LuaJIT's.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::choices::{Choices, words};

const ORDERS: &[&str] = &[
    "nil",
    "function(a, b) return a < b end",
    "function(a, b) return a > b end",
    "function(a, b) return a <= b end",
    "function(a, b) return true end",
    "function(a, b) return false end",
    "function(a, b) return a % 3 < b % 3 end",
    "function(a, b) log[#log + 1] = a .. '<' .. b return a < b end",
    "function(a, b) n = n + 1 return n % 3 == 0 end",
    "function(a, b) n = n + 1 return n % 2 == 0 end",
    "function(a, b) n = n + 1 if n == 7 then error('stop') end return a < b end",
    "function(a, b) return tostring(a) < tostring(b) end",
    "function(a, b) return a end",
    "function(a, b) t[1] = 5 return a < b end",
    "5",
];

/// Arrays to sort.
pub(crate) fn strategy() -> impl Strategy<Value = Vec<Vec<u16>>> {
    vec(words(3..48), 1..4)
}

pub(crate) fn source(sorts: &[Vec<u16>]) -> Vec<u8> {
    let mut text = String::from("-- program\nlocal t, n, log\n");
    for sort in sorts {
        let c = &mut Choices::new(sort);
        let order = c.pick(ORDERS);
        let values = c.below(8);
        let count = c.below(sort.len().saturating_sub(2).max(1));
        let elements = (0..count).map(|_| element(c, values)).collect::<Vec<_>>().join(", ");
        text += &format!("t, n, log = {{{elements}}}, 0, {{}}\nprint(pcall(table.sort, t, {order}))\n");
        text += "for i = 1, #t do t[i] = tostring(t[i]) end print(n, table.concat(t, ' '))\nprint(table.concat(log, ' '))\n";
    }
    text.into_bytes()
}

fn element(c: &mut Choices<'_>, values: usize) -> String {
    match values {
        0 | 1 => c.within(-50, 50).to_string(),
        2 => c.below(4).to_string(),
        3 => format!("'{}'", c.pick(&["a", "b", "ab", "", "10", "9", "B", "a\\0", "a\\0b"])),
        4 => format!("{}.5", c.within(-9, 9)),
        5 => c.pick(&["1", "2", "3", "4", "5", "6", "7", "8", "0/0", "1/0", "-0"]).to_owned(),
        6 => c.pick(&["1", "2", "3", "4", "5", "6", "'x'", "'1'"]).to_owned(),
        _ => c
            .pick(&["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "{}", "true"])
            .to_owned(),
    }
}
