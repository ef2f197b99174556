"""arena_test.py: the demo game started wrongly says one sentence with the way out and fails.

usage: arena_test.py ARENA PARLEY
"""
import os
import socket
import subprocess
import sys
import tempfile

arena, parley = sys.argv[1:]
failures = []


def run(*arguments):
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return subprocess.run([arena, *arguments], capture_output=True, text=True, timeout=60,
                          env=environment)


def refuses(what, code, words, *arguments):
    got = run(*arguments)
    lines = got.stderr.strip().splitlines()
    if got.returncode != code or len(lines) != 1 or not lines[0].startswith("arena: ") or \
            words not in lines[0]:
        failures.append(f"{what}: code {got.returncode}, said {got.stderr!r}")


def main():
    helped = run("--help")
    if helped.returncode != 0 or not helped.stdout.startswith("usage: ") or helped.stderr:
        failures.append(f"--help: code {helped.returncode}, said {helped.stderr!r}")
    with tempfile.TemporaryDirectory() as folder, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))  # a port where nobody answers
        server = f"127.0.0.1:{silent.getsockname()[1]}"
        data = os.path.join(folder, "shard")
        empty = os.path.join(folder, "empty")
        os.mkdir(empty)
        # A shard that was there and has stopped leaves its keys.
        shard = subprocess.Popen([parley, "serve", "--dev", "--port", "0", "--data", data],
                                 stderr=subprocess.PIPE, text=True)
        if not any(line.startswith("info ready ") for line in shard.stderr):
            failures.append("the shard that makes the keys did not start")
        shard.terminate()
        shard.communicate()
        good = ["--server", server, "--data", data, "--parley", parley, "--script"]

        refuses("an unknown flag", 2, "no option --loud", *good, "--loud")
        refuses("a flag without its value", 2, "--out wants a value", *good, "--out")
        refuses("a flag that is missing", 2, "--server is missing", "--script")
        refuses("a scale of no size", 2, "0.75 to 3", *good, "--scale", "0")
        refuses("a scale in words", 2, "0.75 to 3", *good, "--scale", "large")
        refuses("a folder without keys", 1, "it has no server.pub",
                "--server", server, "--data", empty, "--parley", parley, "--script")
        refuses("a program that mints nothing", 1, "no ticket",
                "--server", server, "--data", data, "--parley", "/bin/false", "--script")
        refuses("no fonts", 1, "fonts-noto-core", *good, "--fonts", empty)
        refuses("a theme that is none", 1, "names no theme", *good, "--theme", "lihgt")
        refuses("a language that is none", 1, "names no theme", *good, "--language", "xx")
        refuses("a palette that is none", 2, "--palette wants", *good, "--palette", "red")
        refuses("an address that is none", 1, "HOST:PORT",
                "--server", "nowhere", "--data", data, "--parley", parley, "--script")
        refuses("a shard that is not there", 1, "no shard answers", *good, "--out", empty)
    for failure in failures:
        print(failure)
    return 1 if failures else 0


sys.exit(main())
