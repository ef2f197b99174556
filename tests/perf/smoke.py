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
WANTED = {
    **{workload: ({"enet_relay", "parley"},
                  {"cpu_us_per_delivery", "latency_p50_ms", "latency_p99_ms", "bytes_per_delivery"})
       for workload in (f"{load}_{rooms}" for load in LOADS for rooms in ("durable", "memory"))},
    "frame": ({"imgui_windows", "overlay"},
              {"frame_p50_us", "frame_p99_us", "allocations_per_quiet_frame", "first_frame_us", "rescale_frame_us"}),
}


def run(*arguments):
    return subprocess.run(arguments, capture_output=True, text=True, timeout=110)


def check(condition, what):
    if not condition:
        print("perf_smoke:", what)
        sys.exit(1)


def main():
    bench, parley = sys.argv[1], sys.argv[2]
    with tempfile.TemporaryDirectory() as data:
        done = run(bench, "--parley", parley, "--data", data, "--players", "16", "--seconds", "0.3",
                   "--warm-up", "0.1", "--passes", "2", "--messages", "300", "--against",
                   "enet_relay")
        check(done.returncode == 0, f"it ended with {done.returncode}:\n{done.stderr}")
        check(os.listdir(data) == [], f"it left {os.listdir(data)} behind")
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
    check(listed.returncode == 0 and all(name in listed.stdout for name in (*LOADS, "frame")),
          "--list does not name all workloads")
    for wrong in (["nothing"], ["--passes", "0"], ["--passes"], ["--players", "6"], ["--speed"], ["--against", "enet"]):
        refused = run(bench, *wrong)
        check(refused.returncode == 2 and refused.stderr.count("\n") == 1 and not refused.stdout,
              f"{wrong} was not refused in one sentence")


main()
