#!/usr/bin/env python3
"""conform_test.py: today's schemas can be read by the last release, and the other way round.

Method: `flatc --conform` finds what moved or changed its type; what it does not see, a field that went,
is found here. Then changes that must be caught are planted in copies, so that the check is known to check.

usage: conform_test.py FLATC SCHEMAS_FOLDER
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

FLATC, SCHEMAS = sys.argv[1], pathlib.Path(sys.argv[2])
BASELINE = SCHEMAS / "baseline"
BLOCK = re.compile(r"(?:table|struct|enum|union)\s+(\w+)[^{]*\{([^}]*)\}")

# What a careless change looks like: file, what stands there, what comes instead.
PLANTED = [
    ("message.fbs", "more:bool (id: 10);", ""),
    ("message.fbs", "more:bool (id: 10);", "extra:int (id: 10);"),
    ("message.fbs", "text_bytes:uint16;", "text_bytes:uint16; extra:uint32;"),
    ("message.fbs", "Left = 2, Removed = 3", "Left = 3, Removed = 2"),
    ("message.fbs", ", Pin, Membership }", ", Pin }"),
    ("room.fbs", "table Leave { room:uint64 (id: 0); }", "table Leave { room:uint32 (id: 0); }"),
    ("frame.fbs", "Reauth, TimeQuery", "TimeQuery, Reauth"),
]
ALLOWED = [
    ("message.fbs", "more:bool (id: 10);", "more:bool (id: 10); added:int (id: 11);"),
    ("message.fbs", "Mention = 8", "Mention = 8, Sparkle = 9"),
    ("frame.fbs", "Reauth, TimeQuery", "Reauth, TimeQuery, Pin"),
]


def names(folder):
    """Every member of every table, struct, enum and union, as 'Table.member'."""
    found = set()
    for path in sorted(folder.glob("*.fbs")):
        text = re.sub(r"//[^\n]*", "", path.read_text(encoding="utf-8"))
        for block in BLOCK.finditer(text):
            for member in re.split(r"[;,]", block.group(2)):
                if name := re.match(r"\s*(\w+)", member):
                    found.add(f"{block.group(1)}.{name.group(1)}")
    return found


def breaches(folder):
    """What is wrong with the schemas of a folder, as sentences."""
    command = [FLATC, "--conform", str(BASELINE / "frame.fbs"), "--conform-includes", str(BASELINE),
               "-I", str(folder), str(folder / "frame.fbs")]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    found = [] if ran.returncode == 0 else [(ran.stdout + ran.stderr).strip() or "flatc failed"]
    return found + [f"{name} went" for name in sorted(names(BASELINE) - names(folder))]


def main():
    failures = breaches(SCHEMAS)
    missing = {path.name for path in SCHEMAS.glob("*.fbs")} - {path.name for path in BASELINE.glob("*.fbs")}
    failures += [f"{name} is not in the baseline" for name in sorted(missing)]
    for planted, expected in [(PLANTED, True), (ALLOWED, False)]:
        for file, old, new in planted:
            with tempfile.TemporaryDirectory() as folder:
                copy = pathlib.Path(folder)
                for path in BASELINE.glob("*.fbs"):
                    shutil.copy(path, copy)
                text = (copy / file).read_text(encoding="utf-8")
                if old not in text:
                    failures.append(f"nothing to plant: {file} does not say {old!r}")
                    continue
                (copy / file).write_text(text.replace(old, new), encoding="utf-8")
                found = breaches(copy)
                if bool(found) != expected:
                    failures.append(f"{file}: {old!r} -> {new!r}: " + ("not caught" if expected else str(found)))
    for failure in failures:
        print(failure)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
