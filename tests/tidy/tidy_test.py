#!/usr/bin/env python3
"""tidy_test.py: plants a breach of each rule in a small tree of its own and sees that tidy.py finds it,
where it is, and finds nothing in the same tree without it."""
import os
import re
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import tidy  # noqa: E402

# Keeps every rule.
SOUND = {
    "schemas/base/limits.hpp":
        "// limits.hpp: bounds.\ninline constexpr int room_members_max = 9;\n",
    "schemas/base/error.hpp": "// error.hpp: errors.\nX(NotFound, -7, \"no\")\n",
    "schemas/base/clock.hpp": "// clock.hpp: reads the clock.\nlong steady_ms();\n",
    "schemas/error.fbs": "enum Error { NotFound = -7 }\n",
    "plugin/include/parley/parley.h":
        "/* parley.h: C. */\ntypedef enum parley_result {\n    PARLEY_ERROR_NOT_FOUND = -7\n}\n",
    "plugin/overlay/words.hpp": "// words.hpp: words.\nX(RoomTeam, \"room.team\")\n",
    "plugin/overlay/words.cpp": "// words.cpp: words.\nreturn Word::RoomTeam;\n",
    "plugin/lang/en.toml": "[room]\nteam = \"Team\"\n",
    "server/core/core.cpp": "// core.cpp: decides.\n#include <vector>\n#include \"server/core/core.hpp\"\n"
                            "int most = room_members_max;\n",
    "server/core/core.hpp": "// core.hpp: decides.\n#include \"schemas/base/limits.hpp\"\n",
    "tests/unit/core_test.cpp": "// core_test.cpp: tests.\nclock.steady_ms();\n"
        "TEST_CASE(\"it is 'good' \"\n          \"here\", \"[core]\") {\n",
    "tests/tidy/CMakeLists.txt":
        "parley_headers_alone(a flags schemas/base plugin/overlay plugin/include/parley\n server/core)\n",
    "docs/a.md": "See `server/core/core.cpp` and [b](b.md).\n<!-- from server/core/core.hpp -->\n"
                 "```cpp\n#include \"schemas/base/limits.hpp\"\n```\n",
    "docs/b.md": "b\n",
    "docs/security.md": "".join(f'| {number} | a | b | "it is \'good\' here" |\n' for number in (1, 2)),
}

# check, file, text that is added to it (or the file's whole text, when it is new), what is said.
PLANTED = [
    ("arrows", "server/core/core.cpp", '#include "server/store/store.hpp"\n', "may not include"),
    ("arrows", "server/core/core.cpp", "#include <unistd.h>\n", "is no edge"),
    ("arrows", "server/core/core.cpp", "#include <sqlite3.h>\n", "may not include sqlite3.h"),
    ("arrows", "server/core/core.cpp", "#include <parley/parley.h>\n", "public headers"),
    ("arrows", "server/new/new.cpp", "// new.cpp: new.\n", "does not know"),
    ("calls", "server/core/core.cpp", "auto t = time(nullptr);\n", "reads the clock"),
    ("calls", "server/core/core.cpp", "std::chrono::steady_clock::now();\n", "reads the clock"),
    ("calls", "server/core/core.cpp", '#include "schemas/base/clock.hpp"\n', "reads the clock"),
    ("calls", "server/core/core.cpp", "std::random_device chance;\n", "no seed repeats"),
    ("calls", "server/core/core.cpp", "std::this_thread::sleep_for(1ms);\n", "sleeps"),
    ("calls", "server/core/core.cpp", "std::mutex lock;\n", "a lock outside"),
    ("calls", "server/core/core.cpp", "strcpy(a, b);\n", "past an end"),
    ("calls", "server/core/core.cpp", "std::regex r;\n", "not linear"),
    ("clocks", "tests/unit/core_test.cpp", "const auto t = steady_ms();\n", "reads a clock"),
    ("clocks", "tests/unit/core_test.cpp", "const auto t = parley::wall_unix_ms();\n", "reads a clock"),
    ("clocks", "tests/unit/core_test.cpp", "options.now_us = &steady_us;\n", "reads a clock"),
    ("clocks", "tests/unit/core_test.cpp", "ServerClock clock;\n", "reads a clock"),
    ("clocks", "tests/unit/core_test.cpp", "std::chrono::system_clock::now();\n", "reads a clock"),
    ("clocks", "tests/sim/world.cpp", "// world.cpp: a world.\nstd::time(nullptr);\n", "reads a clock"),
    ("clocks", "tests/sim/world.cpp", "// world.cpp: a world.\nstd::random_device chance;\n", "no seed"),
    ("clocks", "tests/sim/wait.sh", "sleep 0.2\n", "sleeps"),
    ("clocks", "tests/ui/scene.cpp", "// scene.cpp: a scene.\nSDL_Delay(10);\n", "sleeps"),
    ("clocks", "tests/ui/scene.cpp", "// scene.cpp: a scene.\nSDL_GetTicks();\n", "reads a clock"),
    ("clocks", "tests/unit/mint.py", "import time\ntime.sleep(1)\n", "sleeps"),
    ("docs", "docs/a.md", "`server/core/gone.cpp`\n", "does not exist"),
    ("docs", "docs/a.md", "`server/core/{core,gone}.hpp`\n", "core/gone.hpp, which does not exist"),
    ("docs", "docs/a.md", "[c](c.md)\n", "does not exist"),
    ("errors", "schemas/base/error.hpp", 'X(Rate, -8, "no")\n', "Rate is None"),
    ("errors", "schemas/error.fbs", "enum Other { NotFound = -9 }\n", "NotFound is -9"),
    ("files", "server/core/odd.cpp", "int a;\n", "opens with its name"),
    ("files", "server/core/long.cpp", "// long.cpp: long.\n" + "int a;\n" * 600, "longer than 600"),
    ("headers", "server/net/net.hpp", "// net.hpp: nets.\n", "nobody compiles alone"),
    ("headers", "tests/unit/help.hpp", "// help.hpp: helps.\n", "nobody compiles alone"),
    ("hostile", "docs/security.md", '| 2 | a | b | "it is \'good\' here" |\n', "input 2 stands where 3 is due"),
    ("hostile", "docs/security.md", '| 4 | a | b | "it is \'good\' here" |\n', "input 4 stands where 3 is due"),
    ("hostile", "docs/security.md", "| 3 | a | b | none |\n", "shown by no test"),
    ("hostile", "docs/security.md", '| 3 | a | b | "it is bad" |\n', 'no test "it is bad"'),
    ("limits", "schemas/base/limits.hpp", "inline constexpr int b_max = 9;\n", "b_max bounds nothing"),
    ("snippets", "docs/a.md", "<!-- from docs/none -->\n```\n```\n", "does not exist"),
    ("snippets", "docs/a.md", "<!-- from docs/b.md -->\n```\nc\n```\n", "other lines"),
    ("wording", "docs/b.md", "TO" + "DO\n", "does not belong"),
    ("wording", "docs/b.md", "/wo" + "rk/main\n", "does not belong"),
    ("words", "plugin/overlay/words.hpp", 'X(RoomGuild, "room.guild")\n', "RoomGuild is never shown"),
    ("words", "plugin/lang/en.toml", 'guild = "Guild"\n', "room.guild is no word"),
]


def run(files, *checks):
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
        subprocess.run(["git", "init", "-q", root], check=True)
        done = subprocess.run([sys.executable, os.path.join(HERE, "tidy.py"), "--root", root, *checks],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr


class Planted(unittest.TestCase):
    def test_a_sound_tree_has_no_breach(self):
        self.assertEqual(run(SOUND, *tidy.CHECKS), (0, "", ""))

    def test_every_planted_breach_is_found_where_it_is(self):
        for check, path, text, what in PLANTED:
            with self.subTest(check=check, text=text[-40:]):
                code, said, error = run({**SOUND, path: SOUND.get(path, "") + text}, check)
                self.assertEqual((code, error), (1, ""))
                self.assertIn(f": {check}: ", said)
                self.assertIn(what, said)
                # One, but an error is missing from two lists at once.
                self.assertEqual(said.count("\n"), 2 if what == "Rate is None" else 1, said)

    def test_every_check_has_a_planted_breach(self):
        self.assertEqual(set(tidy.CHECKS), {check for check, *_ in PLANTED})

    def test_600_lines_are_no_breach(self):
        text = "// long.cpp: long.\n" + "int a;\n" * 599
        self.assertEqual(run({**SOUND, "server/core/long.cpp": text}, "files")[0], 0)

    def test_a_table_without_hostile_inputs_is_a_breach(self):
        code, said, _ = run({**SOUND, "docs/security.md": "Nothing.\n"}, "hostile")
        self.assertEqual(code, 1)
        self.assertIn("there is no table of hostile inputs", said)

    def test_ctest_runs_every_check(self):
        with open(os.path.join(HERE, "CMakeLists.txt"), encoding="utf-8") as file:
            run_by_ctest = re.search(r"foreach\(check IN ITEMS ([a-z ]+)\)", file.read()).group(1).split()
        self.assertEqual(run_by_ctest, list(tidy.CHECKS))

    def test_an_excuse_covers_its_folder_or_file_and_no_other(self):
        table = {"tests/perf/": "", "tests/a.cpp": ""}
        self.assertEqual(tidy.excused("tests/perf/load.cpp", table), "tests/perf/")
        self.assertEqual(tidy.excused("tests/a.cpp", table), "tests/a.cpp")
        self.assertIsNone(tidy.excused("tests/a.cpp.hpp", table))
        self.assertIsNone(tidy.excused("tests/performance/load.cpp", table))

    def test_an_excuse_that_nobody_needs_is_a_breach(self):
        table = {"tests/perf/": "measures"}
        self.assertEqual(list(tidy.idle_excuses(table, {"tests/perf/"})), [])
        self.assertEqual(len(list(tidy.idle_excuses(table, set()))), 1)


if __name__ == "__main__":
    unittest.main()
