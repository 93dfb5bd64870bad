#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""gpupack's allocator against Kubernetes' own, on random cases: compare.py ORACLE GPUPACK_DRA FIRST LAST [--keep FILE]

Prints what differs. --keep writes each case with upstream's answer, one a line, which tests/dialect/kubernetes/dra reads. The searches that upstream does
not end in two seconds are counted and not compared.
"""
import argparse
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import random_cases  # noqa: E402


def plain(allocation):
    """An allocation without what is random: share ids."""
    made = json.loads(json.dumps(allocation))
    for result in made.get("devices", {}).get("results") or []:
        if "shareID" in result:
            result["shareID"] = "share"
    for name in ("results", "config"):
        if not made.get("devices", {}).get(name):
            made.get("devices", {}).pop(name, None)
    return made


def run(command, lines):
    return [json.loads(line) for line in subprocess.run(command, input="".join(lines), capture_output=True, text=True, check=True).stdout.splitlines()]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("oracle")
    arguments.add_argument("program")
    arguments.add_argument("first", type=int)
    arguments.add_argument("last", type=int)
    arguments.add_argument("--keep")
    chosen = arguments.parse_args()
    outcomes, different, kept = {}, 0, []
    for start in range(chosen.first, chosen.last, 2000):
        cases = [random_cases.case(seed) for seed in range(start, min(start + 2000, chosen.last))]
        lines = [json.dumps(case, separators=(",", ":")) + "\n" for case in cases]
        # experimental: the stable variant goes through pools in a random order, and kube-scheduler 1.37 never uses it.
        upstream = run([chosen.oracle, "-variant=experimental", "-limit=2s"], lines)
        ours = run([chosen.program, "answer", "-"], lines)
        for case, theirs, mine in zip(cases, upstream, ours):
            outcomes[theirs["outcome"]] = outcomes.get(theirs["outcome"], 0) + 1
            if theirs["outcome"] == "timeout":
                continue
            answer = dict(outcome=theirs["outcome"])
            if theirs.get("claims"):
                answer["claims"] = [plain(claim) for claim in theirs["claims"]]
            if mine["outcome"] != answer["outcome"] or [plain(claim) for claim in mine.get("claims", [])] != answer.get("claims", []):
                different += 1
                if different <= 10:
                    print(case["id"], "upstream", json.dumps(theirs)[:1200], "gpupack", json.dumps(mine)[:1200])
            kept.append(json.dumps(dict(case, answer=answer), separators=(",", ":")))
    if chosen.keep:
        with open(chosen.keep, "w", encoding="utf-8") as file:
            file.write("\n".join(kept) + "\n")
    print(f"{sum(outcomes.values())} cases {outcomes}: {different} differ")
    return different > 0


if __name__ == "__main__":
    sys.exit(main())
