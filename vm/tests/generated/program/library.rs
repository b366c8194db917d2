//! Calls of library functions, as templates (see `Generator::fill`).

/// A template.
pub(super) struct Call(pub(super) &'static str);

pub(super) const NUMBER: &[(usize, Call)] = &[
    (2, Call("math.floor($N)")),
    (1, Call("math.ceil($N)")),
    (1, Call("math.abs($N)")),
    (2, Call("math.max($N, $N)")),
    (1, Call("math.min($N, $N, $N)")),
    (1, Call("math.fmod($N, $N)")),
    (1, Call("math.sqrt($N)")),
    (1, Call("(math.modf($N))")),
    (1, Call("select(2, math.modf($N))")),
    (1, Call("math.frexp($N)")),
    (1, Call("math.ldexp($N, $i)")),
    (2, Call("bit.band($N, $N)")),
    (1, Call("bit.bor($N, $N, $N)")),
    (1, Call("bit.bxor($N, $N)")),
    (1, Call("bit.bnot($N)")),
    (1, Call("bit.lshift($N, $i)")),
    (1, Call("bit.rshift($N, $i)")),
    (1, Call("bit.arshift($N, $i)")),
    (1, Call("bit.rol($N, $i)")),
    (1, Call("bit.bswap($N)")),
    (1, Call("bit.tobit($N)")),
    (2, Call("tonumber($S)")),
    (1, Call("tonumber($S, $i)")),
    (1, Call("tonumber($N)")),
    (1, Call("string.len($S)")),
    (1, Call("string.byte($S, $i)")),
    (1, Call("(string.find($S, $P))")),
    (1, Call("string.find($S, $S, $i, true)")),
    (1, Call("select('#', $V, $V)")),
    (1, Call("select($i, $N, $N, $N)")),
    (1, Call("table.maxn($A)")),
    (1, Call("select(2, string.gsub($S, $P, ''))")),
    (1, Call("assert($N, 'message')")),
    (1, Call("rawlen and 1 or #$A")),
    (1, Call("(unpack($A))")),
];

pub(super) const STRING: &[(usize, Call)] = &[
    (3, Call("tostring($V)")),
    (2, Call("type($V)")),
    (1, Call("string.upper($S)")),
    (1, Call("string.lower($S)")),
    (1, Call("string.reverse($S)")),
    (2, Call("string.sub($S, $i, $i)")),
    (1, Call("string.sub($S, $i)")),
    (1, Call("string.rep(clip($S), $i)")),
    (1, Call("string.rep(clip($S), $i, ',')")),
    (2, Call("string.format($D, $V)")),
    (1, Call("string.format('%s|%5.14g|%-5s', $V, $N, $S)")),
    (1, Call("string.format('%d %x', $N, $N)")),
    (1, Call("string.char($i, 65, $N)")),
    (2, Call("table.concat($A, $S)")),
    (1, Call("table.concat($A, ' ', $i, $i)")),
    (1, Call("(string.gsub(clip($S), $P, '<%0>'))")),
    (1, Call("(string.gsub(clip($S), $P, $F))")),
    (1, Call("(string.gsub(clip($S), $P, $R))")),
    (1, Call("(string.gsub(clip($S), $P, clip($S), $i))")),
    (1, Call("string.match($S, $P)")),
    (1, Call("bit.tohex($N, $i)")),
];

pub(super) const STRING_METHODS: &[(usize, Call)] = &[
    (2, Call("upper()")),
    (1, Call("rep($i)")),
    (1, Call("sub($i)")),
    (1, Call("format($N)")),
    (1, Call("match($P)")),
    (1, Call("none()")),
    (1, Call("len($N)")),
];

pub(super) const BOOLEAN: &[(usize, Call)] = &[
    (1, Call("rawequal($V, $V)")),
    (1, Call("(pcall($F, $V))")),
    (1, Call("getmetatable($O) == M1")),
    (1, Call("rawget($O, 'v') == nil")),
    (1, Call("(next(($R)) == nil)")),
    (1, Call("select('#', $V) == $N")),
];

/// Statements.
pub(super) const EFFECTS: &[(usize, Call)] = &[
    (3, Call("p($V, $V)")),
    (3, Call("p(pcall($F, $V, $V))")),
    (2, Call("p(select($i, $V, $V, $V))")),
    (1, Call("p(unpack($A))")),
    (1, Call("p(unpack($A, $i, $i))")),
    (1, Call("p(string.byte($S, $i, $i))")),
    (1, Call("p(string.find($S, $P, $i))")),
    (1, Call("p(string.gsub(clip($S), $P, $S, $i))")),
    (1, Call("p({$V, $V, x = $V})")),
    (1, Call("try($F, $V)")),
    (1, Call("try(error, $V, $i)")),
    (1, Call("p(xpcall($F, $F, $V))")),
    (1, Call("p(rawset($R, $S, $V))")),
    (1, Call("p(rawget($V, $V))")),
    (1, Call("p(type(getmetatable($V)))")),
    (1, Call("p(pcall(setmetatable, $V, $V))")),
    (1, Call("p(tostring($O), tostring($V))")),
    (1, Call("p(assert($V, $V))")),
    (1, Call("p(math.modf($N))")),
    (1, Call("p(ipairs($A))")),
    (1, Call("p(pcall(next, $V, 'none'))")),
    (1, Call("print($N, $S, $B, $V)")),
    (1, Call("p(type($V), tostring($V), tonumber($V))")),
    (1, Call("p(coroutine.wrap($F)($V))")),
    (1, Call("p(coroutine.resume(coroutine.create($F), $V))")),
    (1, Call("p(coroutine.running())")),
    (1, Call("p(coroutine.isyieldable())")),
    (1, Call("p(pcall(string.rep, $V, $i, $V))")),
    (1, Call("p(pcall(table.concat, $V, $V, $i, $V))")),
    (1, Call("p(pcall(bit.bor, $V, $V))")),
    (1, Call("p(pcall(math.floor, ($V)))")),
    (1, Call("p(pcall(string.format, $D, $V, $V))")),
    (1, Call("p(pcall(load, '=(' .. $S, '=chunk'))")),
    (1, Call("p(getfenv($i) == _G)")),
    // Lists that are made of lists, by the last arguments.
    (2, Call("p($V, string.format('%s', string.sub(clip($S), $i)))")),
    (2, Call("print($N, string.format('%s %s', string.gsub(clip($S), $P, '')))")),
    (2, Call("p($V, math.max($N, string.byte(clip($S) .. 'a', $i, -1)))")),
    (1, Call("p(select('#', $V, tostring(select(1, $V, $V))))")),
    (1, Call("p({$V, math.min(math.max($N, $N, $N))}, unpack({math.modf($N)}))")),
    (1, Call("p(pcall($F, string.find(clip($S), string.sub('abc', $i, $i))))")),
    // Functions that are called under protection, and switches, in loops of their own.
    (2, Call("for k = 1, 3 do p(pcall(pcall, $F, $V, k)) end")),
    (2, Call("for k = 1, 3 do p((function(...) return pcall(...) end)($F, k, $V)) end")),
    (1, Call("for k = 1, 3 do p((function(...) return xpcall($F, type, ...) end)($V, k)) end")),
    (1, Call("for k = 1, 4 do p(pcall(function(x) if k > 2 then error(x, 0) end return $V, k end, $V)) end")),
    (
        1,
        Call(
            "for k in coroutine.wrap(function() for j = 1, 3 do coroutine.yield(j, $V) end end) do p(k, pcall($F, k)) end",
        ),
    ),
    (
        1,
        Call(
            "do local c = coroutine.wrap(function(a) for j = 1, 4 do a = coroutine.yield(a, $F) end end) for k = 1, 4 do p(c(k) == k) end end",
        ),
    ),
    // Whatever key, new fields, functions, text and open lists, in loops of their own.
    (
        2,
        Call(
            "do local t = {} for k = 1, 6 do local key = ({'x', $V, k, 'y', $S})[k % 5 + 1] p(pcall(function() t[key] = $V return t[key], t.x end)) end end",
        ),
    ),
    (
        2,
        Call(
            "do local t, n = {a = 1, $N, b = $V, $V}, 0 for k = 1, 5 do for key, v in pairs(t) do n = n + 1 if k == 4 or v == $V then t[key] = nil elseif k == 2 then t[key] = k end end end p(n, t.a, t.b, t[1]) end",
        ),
    ),
    (
        2,
        Call(
            "for k = 1, 5 do p(pcall(function() local o = setmetatable({}, M1) o.v = k o.w = $V o[$S] = $V o.v = $N return o.v, o.w, rawget(o, 'w'), o:get() end)) end",
        ),
    ),
    (
        1,
        Call(
            "do local kept = {} for k = 1, 6 do local o = setmetatable({}, M2) o.v, o.n = k, (o.n or 0) kept[k % 3 + 1] = o p(pcall(function() kept[1].extra = $V return kept[1].extra, kept[1].n end)) end end",
        ),
    ),
    (
        2,
        Call(
            "do local made = {} for k = 1, 5 do local v = $V made[k] = function(w) v, w = w, v return k, w end end for k = 1, 5 do p(made[k]($V)) p(made[k](k)) end end",
        ),
    ),
    (
        1,
        Call(
            "do local text, n = '', $i for k = 1, 6 do text = text .. k .. '/' .. clip($S) .. n .. ';' end p(text, #text) end",
        ),
    ),
    (
        2,
        Call(
            "for k = 1, 4 do p(pcall(function(...) for j = 1, 3 do p(j, pcall($F, ...)) end return ... end, $V, k, $V)) end",
        ),
    ),
    // Loops with nothing in them, and loops that begin together.
    (1, Call("for k = 1, 5 do repeat k = k + 1 p(k, $V) until k % 3 == 0 end")),
    (1, Call("for k, v in pairs($R) do end for k in ipairs($A) do end p($i)")),
    (1, Call("for k, v in ipairs({3, $N, 5}) do while k < 4 do k = k + 1 p(k, v, $V) end end")),
];

pub(super) const PATTERNS: &[&str] = &[
    "'%a'",
    "'.'",
    "'%d+'",
    "'(%w)(%w?)'",
    "'^%s*'",
    "'[^a]*'",
    "'l+'",
    "'()'",
    "'%f[%w]%w+'",
    "'(.)%1'",
    "'%'",
    "'[a'",
    "'(a'",
    "'%b()'",
    "'x*'",
    "'.-b'",
    "'a$'",
    "'[%a_][%w_]*'",
    "'%z'",
    "'b\\0'",
];

/// Directives; those that LuaJIT rounds numbers wrongly with are left to the generator of formats, which knows when it does.
pub(super) const DIRECTIVES: &[&str] = &[
    "'%d'", "'%s'", "'%5d|'", "'%-5d|'", "'%05d'", "'%+d'", "'%x'", "'%X'", "'%#x'", "'%o'", "'%c'", "'%q'",
    "'%10s'", "'%.2s'", "'%a'", "'%%'", "'%i'", "'%u'", "'%y'", "'%'", "'%123d'", "'%s %s'", "'%.14g'",
    "'% d'", "'%p'",
];
