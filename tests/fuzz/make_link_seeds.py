#!/usr/bin/env python3
"""Writes the first inputs of the link's fuzz targets to tests/fuzz/corpus/ (records.hpp)."""
import pathlib
import struct

corpus = pathlib.Path(__file__).parent / "corpus"


def record(kind, body):
    return struct.pack("<BH", kind, len(body)) + body


def write(target, name, *parts):
    folder = corpus / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"".join(parts))


hello = b"\xc1" + struct.pack("<HQII", 1, 0, 77, 0) + bytes(16) + bytes(range(49))
hello += bytes(1200 - len(hello))
write("hello", "plain", record(0, hello), record(0, hello[:-1]), record(0, hello + b"\0"))
write("hello", "cookie", record(1, hello), record(1, hello), record(1, b"\xc1\x02"))
write("hello", "low_order", record(1, hello[:35] + bytes(49)))
write("hello", "client", record(2, b"\xc2" + bytes(28)), record(2, b"\xc3" + bytes(60)),
      record(2, b"\xc4" + bytes(12)), record(2, b""))
write("hello", "accept", record(3, b"\x20\x01"), record(3, b"\x02\x09"), record(3, b""))
write("hello", "auth", record(4, b"\x40\x00\x01" + bytes(120)), record(4, b"\x40\x01\x02x"),
      record(4, b"\x40\x00\x02" + bytes(1197)), record(4, b"\x41\x03"), record(4, b"\x43" + bytes(8)))

for cipher in (0, 1):
    first = bytes([cipher])
    name = "aes" if cipher else "chacha"
    write("sealed_open", name + "_true", first, *[record(1, bytes(n)) for n in (0, 1, 64, 1200)])
    write("sealed_open", name + "_changed", first,
          *[record(2 + 5 * (n % 50), bytes([n, n])) for n in range(31)], record(1, b"x"))
    write("sealed_open", name + "_replay", first, record(1, b"a"), record(1, b"b"), record(3, b""),
          record(3, b"x"))
    write("sealed_open", name + "_rekey", first, record(1, b"a"), record(4, b""), record(1, b"b"),
          record(3, b""), record(4, b""), record(1, b"c"), record(2, b"\x00"))
    write("sealed_open", name + "_random", first, record(0, b"\xc5" + bytes(40)),
          record(0, b"\xc6" + bytes(28)), record(0, b"\xc5"))

ack = b"\x01\x00\x00\x01" + b"\x00\x01\x00\x01"
ping = b"\x85\xff\x00\x02"
disconnect = b"\x44\xff\x00\x00" + bytes(4)
for role in (0, 1):
    first = bytes([role])
    name = "client" if role else "server"
    write("enet_commands", name + "_frames", first,
          *[record(2 + 5 * lane, bytes(50 * lane + 1)) for lane in range(6)])
    write("enet_commands", name + "_fragments", first,
          *[record(3, bytes([2, n, 0xD0, 7, 0x90 * n & 0xFF, 4 * n, 0]) + bytes(832 if n else 1000))
            for n in (0, 1)],
          record(3 + 5 * 4, bytes([29, 0, 0, 0x80, 0, 0, 3]) + bytes(1000)))
    write("enet_commands", name + "_commands", first, record(1, ack), record(1, ping),
          record(1, ack + ping), record(1, b"\x8a\xff\x00\x01" + bytes(8)),
          record(1, b"\x8c\x03\x00\x01" + bytes(30)), record(1, b"\x82\xff\x00\x01" + bytes(44)))
    write("enet_commands", name + "_disconnect", first, record(2, b"x"), record(1, disconnect),
          record(2, b"y"), record(4, b""))
    write("enet_commands", name + "_raw", first, record(0, b"\x40\x00\x01abc"),
          record(0, b"\x42"), record(0, b"\x43" + bytes(8)), record(0, b"\x8f\xff" + bytes(50)))
    write("enet_commands", name + "_time", first, record(2, b"x"), record(254, b""),
          record(2, b"y"), record(4, b""))
