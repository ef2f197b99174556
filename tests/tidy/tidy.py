#!/usr/bin/env python3
"""tidy.py: holds the house to its own rules. Reads files as text; changes nothing.

usage: tidy.py [--root FOLDER] CHECK...
Prints one line for each breach, `file:line: what and why`, and ends with 1 when there is any.
tests/tidy/tidy_test.py plants a breach of each rule and sees that it is found.
"""
import os
import re
import subprocess
import sys

HOME = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ROOT = HOME

# [arrows] folder -> (folders it may include, third-party headers it may include).
# The longest matching folder rules. A folder may always include itself and the standard library.
BASE = {"schemas/base"}
WIRE = BASE | {"schemas/wire", "schemas/text"}
LINK = BASE | {"schemas/link"}
CARD = WIRE | {"schemas/card"}
# What server parts may know of each other: core's values, the store's requests and its name for a
# room of two, a ticket's claims.
CORE_TYPES = {"server/core/input.hpp", "server/core/effect.hpp", "server/store/request.hpp",
              "server/store/direct_name.hpp", "server/auth/claims.hpp"}
CORE = CARD | CORE_TYPES
ARROWS = {
    "schemas/base": (set(), set()),
    "schemas/text": (BASE, {"utf8proc.h"}),
    "schemas/wire": (WIRE, {"flatbuffers/", "frame_generated.h", "zstd.h"}),
    "schemas/link": (LINK, {"enet/", "sodium.h", "dlfcn.h"}),
    "schemas/card": (CARD, {"toml++/"}),
    "server/auth": (WIRE, {"sodium.h", "nlohmann/"}),
    "server/core": (CORE, set()),
    "server/store": (WIRE | CORE_TYPES, {"sqlite3.h", "sodium.h"}),
    "server/net": (CORE | LINK | {"server/auth"}, {"enet/enet.h", "dlfcn.h"}),
    "server/admin": (BASE, set()),
    "server/app": (CORE | LINK | {"server/auth", "server/core", "server/store", "server/net",
                                  "server/admin"},
                   {"toml++/", "sodium.h", "seccomp.h"}),
    "plugin/include": ({"plugin/include"}, set()),
    "plugin/client": (CARD | LINK, {"sodium.h"}),
    "plugin/text": (BASE | {"schemas/text"},
                    {"ft2build.h", "freetype/", "hb.h", "hb-ft.h", "hb-ot.h", "fribidi", "fribidi.h",
                     "unicode/ubidi.h", "utf8proc.h"}),
    "plugin/overlay": (CARD | {"plugin/client", "plugin/text"}, {"imgui.h", "toml++/"}),
    "plugin/platform": (BASE | {"plugin/overlay"}, {"SDL2/", "SDL.h", "SDL_opengl.h", "GL/", "GLES3/"}),
    "plugin/abi": (CARD | LINK | {"plugin/client", "plugin/text", "plugin/overlay",
                                  "plugin/platform", "plugin/include"},
                   {"sodium.h", "SDL2/", "SDL.h"}),
    "demo": ({"plugin/include"}, {"SDL2/", "SDL.h", "toml++/"}),
}
# The public headers are included as a studio does.
PUBLIC = re.compile(r"^parley/parley(_\w+)?\.(h|hpp)$")
# POSIX and Linux headers, for the edges only.
SYSTEM = re.compile(r"^(sys|netinet|arpa|linux|net)/|^(unistd|fcntl|poll|signal|pthread|netdb|dirent|"
                    r"errno|spawn)\.h$|^(windows|winsock2|ws2tcpip)\.h$")
EDGES = ("schemas/link", "server/store", "server/net", "server/admin", "server/app", "plugin/abi", "plugin/client",
         "plugin/platform", "plugin/text", "demo", "schemas/base/clock.cpp")
STANDARD_C = {"assert.h", "stdbool.h", "stddef.h", "stdint.h", "stdio.h", "stdlib.h", "string.h",
              "stdarg.h", "math.h", "time.h", "inttypes.h", "limits.h"}

# [calls] Time, chance and sleep come in by argument here.
PURE = ("server/core", "server/auth", "plugin/client", "plugin/text", "schemas/wire", "schemas/text",
        "schemas/card")
BANNED = [
    (re.compile(r"(?<![\w.:>])(?:std::)?time\s*\("), "reads the clock"),
    (re.compile(r"\b(?:std::)?(?:s?rand|random_device|mt19937)\b"), "chance that no seed repeats"),
    (re.compile(r"\b(?:sleep_for|sleep_until|usleep|nanosleep|SDL_Delay)\b|(?<![\w.])sleep\s*\("),
     "sleeps"),
    (re.compile(r"_clock::now\s*\("), "reads the clock"),
    (re.compile(r"schemas/base/clock\.hpp"), "reads the clock"),
    (re.compile(r"\bgettimeofday\b|\bclock_gettime\b"), "reads the clock"),
]
# The net thread of the plugin is an edge inside a pure folder.
PURE_EDGES = {"plugin/client/threaded_connection.cpp"}
ANYWHERE = [
    (re.compile(r"\bstd::regex\b"), "std::regex is not linear in hostile input"),
    (re.compile(r"\b(?:strcpy|strcat|sprintf|gets)\s*\("), "writes past an end"),
    (re.compile(r"\bSKIP\("), "a skipped test says why in its output and is listed in docs/testing.md"),
]
LOCKS = re.compile(r"\bstd::(?:mutex|lock_guard|unique_lock|scoped_lock|shared_mutex|"
                   r"recursive_mutex|timed_mutex|counting_semaphore|binary_semaphore|call_once|"
                   r"condition_variable)\b")

# [clocks] A test that reads a clock or sleeps fails on a busy machine and passes by luck. What is
# listed here says why it must; a folder ends in "/".
REAL_TIME = {
    "tests/integration/": "drives real programs and real sockets; its waits end by an event and have "
                          "a patience, after which the test fails",
    "tests/perf/": "measures",
    "tests/torture/": "breaks real programs and real sockets; its waits end by an event and have a patience",
    "tests/support/player.cpp": "a client of real shards, over real sockets; its waits have a patience",
    "tests/support/backend.cpp": "the tickets that it signs are for real shards, which look at the clock",
    "tests/abi/threaded_test.cpp": "the plugin's net thread runs by itself, over a real socket",
    "tests/abi/hello.c": "the example of docs/integrate.md, whose game has no frames to wait for",
    "tests/unit/server/app/core_thread_test.cpp": "the core's thread reads the machine's clocks, and "
                                                  "its times are compared with them",
    "tests/tidy/tidy_test.py": "plants what this check looks for",
    "tests/tidy/tidy.py": "spells what this check looks for",
}
TEST_TIME = [
    (re.compile(r"(?<![\w.:>])(?:std::)?time\s*\(|_clock::now\s*\(|\bgettimeofday\b|\bclock_gettime\b|"
                r"\btimespec_get\b|\bSDL_Get(?:Ticks|PerformanceCounter)\w*"), "reads a clock"),
    (re.compile(r"(?<![\w.>])(?:steady_us|steady_ms|wall_unix_ms)\s*\(\s*\)(?!\s*const)|"
                r"&\s*(?:parley::)?(?:steady_us|steady_ms|wall_unix_ms)\b|"
                r"\bServerClock\s*\(\s*\)|\bServerClock\s+\w+\s*;"), "reads a clock"),
    (re.compile(r"\b(?:time\.(?:time|monotonic|perf_counter)|datetime\.(?:utc)?now|Date\.now)\b"),
     "reads a clock"),
    (re.compile(r"\b(?:sleep_for|sleep_until|usleep|nanosleep|clock_nanosleep|SDL_Delay|setTimeout)\b|"
                r"(?<![\w.])sleep\s*\(|\btime\.sleep\b|^\s*sleep\s+[\d.]"), "sleeps"),
    (re.compile(r"\brandom_device\b|(?<![\w.:>])(?:std::)?s?rand\s*\("),
     "chance that no seed repeats"),
]

# [files] style.md: past 600 lines look for the second subject. Those that are longer say why.
FILE_LINES_MAX = 600
LONG_FILES = {}

# [wording] Words that speak of how the work is done rather than of Parley.
WORDING = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b|\bfor now\b|\bnot implemented\b|/work/|/root/")


def tracked():
    out = subprocess.run(["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard"],
                         capture_output=True, text=True, check=True).stdout
    return sorted(line for line in out.splitlines() if os.path.isfile(os.path.join(ROOT, line)))


def lines_of(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read().splitlines()


def sources(prefixes=("schemas/", "server/", "plugin/", "demo/")):
    for path in tracked():
        if path.startswith(prefixes) and path.endswith((".cpp", ".hpp", ".h", ".c")):
            yield path


def rule_for(path):
    folder = path
    while folder:
        folder = os.path.dirname(folder)
        if folder in ARROWS:
            return folder, ARROWS[folder]
    return None, None


def under(name, folder):
    return name == folder or name.startswith(folder + "/")


def check_arrows():
    include = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
    for path in sources():
        folder, rule = rule_for(path)
        if rule is None:
            yield path, 1, "lies in a folder that the table of arrows does not know"
            continue
        ours, theirs = rule
        for number, line in enumerate(lines_of(path), 1):
            match = include.match(line)
            if not match:
                continue
            name = match.group(2)
            if PUBLIC.match(name):
                if not under(path, "plugin/abi") and not under(path, "plugin/include") \
                        and not under(path, "demo") and not under(path, "plugin/platform"):
                    yield path, number, f"includes {name}; the public headers are for hosts and abi"
                continue
            if name.endswith(".inc"):
                continue
            if name.split("/")[0] in ("schemas", "server", "plugin", "demo", "tests"):
                allowed = under(name, folder) or any(under(name, target) for target in ours)
                if not allowed:
                    yield path, number, f"{folder} may not include {name}"
            elif SYSTEM.match(name):
                if not any(under(path, edge) or path == edge for edge in EDGES):
                    yield path, number, f"{folder} is no edge; {name} belongs to one"
            elif "/" not in name and "." not in name:
                continue  # the standard library
            elif name in STANDARD_C or name in theirs or any(
                    name.startswith(other) for other in theirs if other.endswith("/")):
                continue
            elif under(path, "demo") and "/" not in name:
                continue
            else:
                yield path, number, f"{folder} may not include {name}"


def check_calls():
    for path in sources(("schemas/", "server/", "plugin/", "demo/", "tests/")):
        pure = path.startswith(PURE) and path not in PURE_EDGES
        for number, line in enumerate(lines_of(path), 1):
            code = line.split("//")[0]
            rules = (BANNED if pure else []) + ANYWHERE
            for pattern, why in rules:
                if pattern.search(code):
                    yield path, number, f"{pattern.search(code).group(0).strip()}: {why}"
            if LOCKS.search(code) and path != "schemas/base/mailbox.hpp" \
                    and not path.startswith("tests/"):
                yield path, number, "a lock outside mailbox.hpp; send a message instead"


def excused(path, table):
    """The entry of the table that covers this path."""
    return next((entry for entry in table
                 if path == entry or entry.endswith("/") and path.startswith(entry)), None)


def line_in(path, text):
    for number, line in enumerate(lines_of(path), 1):
        if text in line:
            return number
    return 1


def check_clocks():
    needed = set()
    for path in tracked():
        if not path.startswith("tests/") or not path.endswith(
                (".cpp", ".hpp", ".h", ".c", ".py", ".sh", ".mjs")):
            continue
        excuse = excused(path, REAL_TIME)
        for number, line in enumerate(lines_of(path), 1):
            code = line.split("//")[0]
            for pattern, why in TEST_TIME:
                match = pattern.search(code)
                if match and excuse:
                    needed.add(excuse)
                elif match:
                    yield path, number, f"{match.group(0).strip()}: {why}; a test gives the time itself"
    yield from idle_excuses(REAL_TIME, needed)


def idle_excuses(table, needed):
    """An exception that nobody needs any more hides the next breach."""
    if ROOT != HOME:
        return  # another tree has other files
    for entry in table:
        if entry not in needed:
            yield "tests/tidy/tidy.py", line_in("tests/tidy/tidy.py", f'"{entry}"'), \
                f"{entry} needs no exception any more; take it out of the list"


def check_headers():
    """Every folder of headers is among those that tests/tidy/CMakeLists.txt compiles alone."""
    known = set()
    for call in re.findall(r"parley_headers_alone\(([^)]*)\)",
                           "\n".join(lines_of("tests/tidy/CMakeLists.txt"))):
        known |= set(call.split()[2:])
    for path in sources(("schemas/", "server/", "plugin/", "demo/", "tests/")):
        if path.endswith((".h", ".hpp")) and os.path.dirname(path) not in known:
            yield path, 1, "lies in a folder whose headers nobody compiles alone; " \
                "add it in tests/tidy/CMakeLists.txt"


def check_words():
    """The overlay's words: each is shown somewhere, and the language file has no others."""
    header = "plugin/overlay/words.hpp"
    text = "\n".join(lines_of(header))
    words = re.findall(r'X\((\w+), "([\w.]+)"\)', text)
    whole = "\n".join("\n".join(lines_of(path)) for path in sources(("plugin/",)) if path != header)
    used = set(re.findall(r"\bWord::(\w+)", whole))
    for name, _ in words:
        if name not in used:
            yield header, line_in(header, f"X({name},"), f"Word::{name} is never shown"
    keys = {key for _, key in words}
    section = ""
    for number, line in enumerate(lines_of("plugin/lang/en.toml"), 1):
        match = re.match(r"\[([\w.]+)\]", line)
        if match:
            section = match.group(1) + "."
        match = re.match(r"(\w+)\s*=", line)
        head = not section and match and match.group(1) in ("plurals", "direction")
        if match and not head and section + match.group(1) not in keys:
            yield "plugin/lang/en.toml", number, f"{section}{match.group(1)} is no word of words.hpp"


def check_hostile():
    """The table of hostile inputs in docs/security.md: numbered without a gap, each test there."""
    page = "docs/security.md"
    tests = set()
    for path in sources(("tests/",)):
        for match in re.finditer(r'TEST_CASE\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)', "\n".join(lines_of(path))):
            tests.add("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', match.group(1))))
    due = 1
    for number, line in enumerate(lines_of(page), 1):
        match = re.match(r"\| (\d+) \|.*\|([^|]*)\|$", line)
        if not match:
            continue
        if int(match.group(1)) != due:
            yield page, number, f"input {match.group(1)} stands where {due} is due"
        due = int(match.group(1)) + 1
        named = re.findall(r'"([^"]+)"', match.group(2))
        if not named:
            yield page, number, f"input {match.group(1)} is shown by no test"
        for name in named:
            if name not in tests:
                yield page, number, f"there is no test \"{name}\""
    if due == 1:
        yield page, 1, "there is no table of hostile inputs"


def check_limits():
    text = "\n".join(lines_of("schemas/base/limits.hpp"))
    names = re.findall(r"^inline constexpr (?:[\w:]+ )+(\w+)(?:\[\])? =", text, re.M)
    names += re.findall(r"^    \w+ (\w+);", text, re.M)  # members of a tier
    everything = {}
    for path in sources():
        if path != "schemas/base/limits.hpp":
            everything[path] = "\n".join(lines_of(path))
    whole = "\n".join(everything.values())
    for name in names:
        if not re.search(r"\b" + name + r"\b", whole) and \
                len(re.findall(r"\b" + name + r"\b", text)) < 2:
            line = text[:text.index(name)].count("\n") + 1
            yield "schemas/base/limits.hpp", line, f"{name} bounds nothing: nobody uses it"


def check_docs():
    known = set(tracked())
    folders = {os.path.dirname(path) for path in known}
    while any(os.path.dirname(folder) not in folders for folder in folders if folder):
        folders |= {os.path.dirname(folder) for folder in folders}
    name = re.compile(r"`((?:schemas|server|plugin|demo|tests|docs)/[\w./{},-]*[\w}])`")
    link = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
    for path in known:
        if not path.endswith(".md"):
            continue
        for number, line in enumerate(lines_of(path), 1):
            for match in name.findall(line):
                for one in expand(match):
                    if one not in known and one.rstrip("/") not in folders:
                        yield path, number, f"names {one}, which does not exist"
            for match in link.findall(line):
                target = os.path.normpath(os.path.join(os.path.dirname(path), match))
                if target not in known and target not in folders:
                    yield path, number, f"links to {match}, which does not exist"


def expand(name):
    match = re.search(r"\{([^}]*)\}", name)
    if not match:
        return [name]
    return [result for part in match.group(1).split(",")
            for result in expand(name[:match.start()] + part + name[match.end():])]


def check_wording():
    for path in tracked():
        if path == "tests/tidy/tidy.py" or not path.endswith(
                (".cpp", ".hpp", ".h", ".c", ".fbs", ".md", ".txt", ".toml", ".py", "parley")):
            continue
        for number, line in enumerate(lines_of(path), 1):
            match = WORDING.search(line)
            if match:
                yield path, number, f"'{match.group(0)}' does not belong in the repository"


def check_files():
    needed = set()
    for path in sources(("schemas/", "server/", "plugin/", "demo/", "tests/")):
        lines = lines_of(path)
        first = lines[0] if lines else ""
        stem = os.path.basename(path)
        if stem not in first or not first.startswith(("//", "/*")):
            yield path, 1, "opens with its name and what it is for"
        if len(lines) > FILE_LINES_MAX and path in LONG_FILES:
            needed.add(path)
        elif len(lines) > FILE_LINES_MAX:
            yield path, len(lines), f"is longer than {FILE_LINES_MAX} lines; look for the second subject"
    yield from idle_excuses(LONG_FILES, needed)


def check_errors():
    """The three lists of errors are one."""
    ours = dict(re.findall(r"X\((\w+), (-?\d+),", "\n".join(lines_of("schemas/base/error.hpp"))))
    wire = dict(re.findall(r"(\w+) = (-?\d+)", "\n".join(lines_of("schemas/error.fbs"))))
    c_api = dict(re.findall(r"PARLEY_(?:ERROR_)?(\w+) = (-?\d+)", re.search(
        r"typedef enum parley_result \{(.*?)\}", "\n".join(lines_of(
            "plugin/include/parley/parley.h")), re.S).group(1)))
    for name, number in ours.items():
        if wire.get(name) != number:
            yield "schemas/error.fbs", 1, f"{name} is {wire.get(name)}, error.hpp says {number}"
        spelled = re.sub(r"(?<!^)(?=[A-Z])", "_", name).upper()
        if c_api.get(spelled) != number:
            yield ("plugin/include/parley/parley.h", 1,
                   f"PARLEY_ERROR_{spelled} is {c_api.get(spelled)}, error.hpp says {number}")


def check_snippets():
    """A block below `<!-- from FILE -->` stands in that file, letter for letter."""
    for path in tracked():
        if not path.endswith(".md"):
            continue
        text = "\n".join(lines_of(path))
        for match in re.finditer(r"<!-- from (\S+) -->\n```\w*\n(.*?)```", text, re.S):
            line = text[:match.start()].count("\n") + 1
            source = os.path.join(ROOT, match.group(1))
            if not os.path.isfile(source):
                yield path, line, f"shows {match.group(1)}, which does not exist"
            elif match.group(2) not in open(source, encoding="utf-8").read():
                yield path, line, f"shows other lines than {match.group(1)} has"


CHECKS = {"arrows": check_arrows, "calls": check_calls, "clocks": check_clocks, "docs": check_docs,
          "errors": check_errors, "files": check_files, "headers": check_headers, "hostile": check_hostile,
          "limits": check_limits, "snippets": check_snippets, "wording": check_wording,
          "words": check_words}


def main(names):
    global ROOT
    if names[:1] == ["--root"] and len(names) > 1:
        ROOT = os.path.abspath(names[1])
        names = names[2:]
    if not names or any(name not in CHECKS for name in names):
        print(__doc__.strip(), file=sys.stderr)
        print("CHECK is one of:", " ".join(CHECKS), file=sys.stderr)
        return 2
    breaches = 0
    for name in names:
        for path, line, what in CHECKS[name]():
            print(f"{path}:{line}: {name}: {what}")
            breaches += 1
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
