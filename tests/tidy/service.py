#!/usr/bin/env python3
"""service.py UNIT: the shard's systemd unit is as hardened as docs/operate.md says.

Asks systemd-analyze, which judges the file alone. Where there is none it says so and ends with 77.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

EXPOSURE_MAX = 1.5


def exposure(unit):
    out = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", unit],
                         capture_output=True, text=True, env=dict(os.environ, LC_ALL="C.UTF-8"))
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", out.stdout)
    if not found:
        sys.exit(f"systemd-analyze says no level: {out.stdout[-300:]}{out.stderr[-300:]}")
    return float(found.group(1))


def main():
    unit = sys.argv[1]
    if not shutil.which("systemd-analyze"):
        print("skipped: there is no systemd-analyze here (Debian's package systemd has it)")
        return 77
    level = exposure(unit)
    print(f"exposure {level}, at most {EXPOSURE_MAX}")
    if level > EXPOSURE_MAX:
        return 1
    # And that the judge sees what is missing.
    with open(unit, encoding="utf-8") as file:
        lines = file.read().splitlines()
    with tempfile.TemporaryDirectory() as folder:
        bare = os.path.join(folder, os.path.basename(unit))
        with open(bare, "w", encoding="utf-8") as file:
            file.write("\n".join(line for line in lines if not line.startswith("Protect")) + "\n")
        if exposure(bare) <= level:
            print("a unit without Protect* is judged no worse")
            return 1
    # Names that this systemd does not know are only warned of. The program lies elsewhere here.
    said = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True,
                          text=True).stderr
    wrong = [line for line in said.splitlines()
             if os.path.basename(unit) in line and "is not executable" not in line]
    print("\n".join(wrong), end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
