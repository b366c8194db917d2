-- The shell, the environment, the clock, the locale.
print(os.execute("true"), os.execute("exit 3"), os.execute("exit 255"), os.execute("kill -9 $$"), os.execute(), os.execute(nil), os.execute("")) print(pcall(os.execute, {})) print(os.execute("/nonexistent 2>/dev/null"))
print(os.getenv("PERILUNE_NO_SUCH_VARIABLE"), type(os.getenv("PATH")), os.getenv(""), os.getenv("A=B"), os.getenv("PATH\0x") == os.getenv("PATH")) print(pcall(os.getenv)) print(pcall(os.getenv, {})) print(os.getenv(1))
print(type(os.clock()), os.clock() <= os.clock(), os.clock("ignored") >= 0)
print(os.setlocale("C"), os.setlocale(nil), os.setlocale(), os.setlocale("POSIX"), os.setlocale("no such locale"), os.setlocale("C", "numeric"), os.setlocale(nil, "all")) print(pcall(os.setlocale, {})) print(pcall(os.setlocale, "C", "x")) print(pcall(os.setlocale, "C", 1))
for _, category in ipairs{"all", "collate", "ctype", "monetary", "numeric", "time"} do print(category, os.setlocale("C", category)) end
print(pcall(os.exit, "x")) print(pcall(os.exit, {}))
