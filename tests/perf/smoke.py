#!/usr/bin/env python3
"""smoke.py: runs the benchmark once, tiny, and reads what it prints. Asserts no speed.

usage: smoke.py PARLEY_BENCH PARLEY
"""
import json
import os
import subprocess
import sys
import tempfile

KEYS = ["workload", "subject", "metric", "median", "min", "max", "passes", "baseline", "ratio"]
LOADS = ("W1_w1", "W1_w32", "W1_100", "W2_1ps", "W2_sat")
PER_DELIVERY = {"cpu_us_per_delivery", "deliveries_per_cpu_s", "latency_p50_ms", "latency_p99_ms",
                "bytes_per_delivery"}
WANTED = {
    **{f"{load}_{rooms}": ({"enet_relay", "raw_udp", "raw_udp_packed", "parley"}, PER_DELIVERY)
       for load in LOADS for rooms in ("durable", "memory")},
    "W1_busy": ({"parley_unsampled", "parley"},
                {"lines_per_s", "lines_per_reader_per_s", "bytes_per_reader_per_s", "cpu_us_per_line_and_reader"}),
    "W1_blocks": ({"parley"}, PER_DELIVERY | {"blocks_cpu_ratio"}),
    "W3": ({"enet_relay", "parley"},
           {"sessions", "memory_bytes_per_session", "idle_cpu_percent", "connect_cpu_us",
            "connects_per_s"}),
    **{f"W4_{rooms}": ({"enet_relay", "parley"},
                       PER_DELIVERY | {"stall_cpu_ratio", "memory_bytes_per_stalled_reader"})
       for rooms in ("durable", "memory")},
    "W5": ({"enet_relay", "parley"},
           {"sessions", "back_s", "restart_s", "tries_per_session", "connect_cpu_us"}),
    "frame": ({"imgui_windows", "overlay"},
              {"frame_p50_us", "frame_p99_us", "allocations_per_quiet_frame", "first_frame_us", "rescale_frame_us"}),
}


def run(*arguments):
    return subprocess.run(arguments, capture_output=True, text=True, timeout=170)


def check(condition, what):
    if not condition:
        print("perf_smoke:", what)
        sys.exit(1)


def main():
    bench, parley = sys.argv[1], sys.argv[2]
    with tempfile.TemporaryDirectory() as data:
        saved = os.path.join(data, "saved")
        tiny = ("--parley", parley, "--data", os.path.join(data, "runs"), "--players", "16",
                "--seconds", "0.2", "--warm-up", "0.1", "--messages", "300")
        ours = "enet_relay,raw_udp,raw_udp_packed"
        done = run(bench, *tiny, "--passes", "2", "--against", ours, "--save", saved)
        check(done.returncode == 0, f"it ended with {done.returncode}:\n{done.stderr}")
        left = os.listdir(os.path.join(data, "runs"))
        check(left == [], f"it left {left} behind")
        with open(saved, encoding="utf-8") as file:
            check(file.read() == done.stdout, "what was saved is not what was printed")
        compared = run(bench, *tiny, "W2_sat", "--passes", "1", "--against", "raw_udp",
                       "--compare", saved)
        check(compared.returncode == 0 and "one pass: no spread is known" in compared.stderr
              and "0 of 0 moved" in compared.stderr,
              f"there is no comparison with what was saved:\n{compared.stderr}")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    for row in rows:
        check(list(row) == KEYS, f"a line has the keys {list(row)}")
        check(row["passes"] == 2, f"a line is not of two passes: {row}")
        check(row["min"] <= row["median"] <= row["max"], f"a line's figures are out of order: {row}")
        if row["subject"] == row["baseline"]:
            check(row["ratio"] == 1, f"a baseline is not 1 against itself: {row}")
    for workload, (subjects, metrics) in WANTED.items():
        found = {(row["subject"], row["metric"]) for row in rows if row["workload"] == workload}
        for subject in subjects:
            for metric in metrics:
                check((subject, metric) in found, f"{workload} has no {metric} of {subject}")
    check("ratio" in done.stderr, "there is no table for people")

    listed = run(bench, "--list")
    check(listed.returncode == 0 and all(name in listed.stdout for name in (*LOADS, "W1_busy", "W1_blocks", "W3", "W4", "W5", "frame")),
          "--list does not name all workloads")
    for wrong in (["nothing"], ["--passes", "0"], ["--passes"], ["--players", "6"], ["--speed"], ["--against", "enet"],
                  ["--compare", __file__], ["--compare", "no such file"], ["--save", ""]):
        refused = run(bench, *wrong)
        check(refused.returncode == 2 and refused.stderr.count("\n") == 1 and not refused.stdout,
              f"{wrong} was not refused in one sentence")


main()
