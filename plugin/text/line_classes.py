#!/usr/bin/env python3
"""line_classes.py: makes line_classes.inc, the line breaking class of every code point, of Unicode's own
files as Debian's package unicode-data has them.

usage: line_classes.py [/usr/share/unicode] > line_classes.inc

One entry is the first code point of a run; the run ends where the next begins. What rule LB1 settles
without its neighbours is settled here, and two classes more are told apart for rules LB30 and LB30b:
OPW are wide opening brackets, IDU pictographs that are not yet assigned. Of SA only letters are left.
Hangul syllables are all H3 here: which are H2 is a matter of arithmetic.
"""
import sys

CODES = 0x110000
PICTOGRAPHIC = "Extended_Pictographic"


def read(path, default, wanted=None):
    """The property of each code point; what the file says of those it leaves out comes first."""
    values = [default] * CODES
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            fields = [field.strip() for field in line.split("#")[0].split(";")]
            if len(fields) < 2 or (wanted and fields[1] != wanted):
                continue
            first, _, last = fields[0].partition("..")
            for code in range(int(first, 16), int(last or first, 16) + 1):
                values[code] = fields[1]
    return values


# LineBreak.txt, head: ideographs and pictographs to come are ID, currency signs to come PR.
IDEOGRAPHS_TO_COME = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x1F000, 0x1FAFF),
                      (0x1FC00, 0x1FFFD), (0x20000, 0x2FFFD), (0x30000, 0x3FFFD))
CURRENCY_TO_COME = ((0x20A0, 0x20CF),)


def settled(code, line, category, width, pictograph):
    if line == "XX":
        for ranges, kind in ((IDEOGRAPHS_TO_COME, "ID"), (CURRENCY_TO_COME, "PR")):
            if any(first <= code <= last for first, last in ranges):
                line = kind
    if line in ("AI", "SG", "XX"):
        return "AL"
    if line == "CJ":
        return "NS"
    if line == "SA" and category in ("Mn", "Mc"):
        return "CM"
    if line == "OP" and width in ("F", "W", "H"):
        return "OPW"
    if line == "ID" and pictograph and category == "Cn":
        return "IDU"
    return "H3" if line == "H2" else line


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode"
    lines = read(folder + "/LineBreak.txt", "XX")
    categories = read(folder + "/extracted/DerivedGeneralCategory.txt", "Cn")
    widths = read(folder + "/EastAsianWidth.txt", "N")
    pictographs = read(folder + "/emoji/emoji-data.txt", "", PICTOGRAPHIC)
    with open(folder + "/LineBreak.txt", encoding="utf-8") as first:
        version = first.readline().split("-")[1].split(".txt")[0]
    print(f"// line_classes.inc: made by line_classes.py of Unicode {version}. Where each run of code points of one\n"
          "// line breaking class begins.")
    before, row = None, ""
    for code in range(CODES):
        kind = settled(code, lines[code], categories[code], widths[code], pictographs[code])
        if kind == before:
            continue
        before = kind
        entry = f"{{0x{code:04X}, {kind}}},"
        if len(row) + 1 + len(entry) > 100:
            print(row)
            row = ""
        row += (" " if row else "") + entry
    print(row)


main()
