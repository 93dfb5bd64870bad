#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""gpupack's allocator against Kubernetes' own, on random cases: compare.py ORACLE GPUPACK_DRA FIRST LAST [--wide] [--allocate] [--keep FILE]

Prints what differs. --keep writes each case with upstream's answer, one a line, which tests/dialect/kubernetes/dra reads. The searches that upstream does
not end in two seconds are counted and not compared.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import random_cases  # noqa: E402
import wide_cases  # noqa: E402


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


def allocate(program, case):
    """The answer of `gpupack-dra allocate` to one case: its exit status says the outcome, its List the allocations."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(case["list"], file)
        file.flush()
        done = subprocess.run([program, "allocate", file.name, "--node", case["node"], "--features", ",".join(case["features"])], capture_output=True, text=True)
    if done.returncode == 0:
        waiting = [item["metadata"]["name"] for item in case["list"]["items"] if item["kind"] == "ResourceClaim" and "status" not in item]
        made = json.loads(done.stdout)["items"]
        assert [claim["metadata"]["name"] for claim in made] == waiting, done.stdout
        return dict(outcome="allocated", claims=[claim["status"]["allocation"] for claim in made])
    assert done.returncode in (1, 2) and done.stdout == "" and done.stderr.count("\n") == 1, (done.returncode, done.stdout, done.stderr)
    return dict(outcome=("none", "error")[done.returncode - 1], error=done.stderr)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("oracle")
    arguments.add_argument("program")
    arguments.add_argument("first", type=int)
    arguments.add_argument("last", type=int)
    arguments.add_argument("--wide", action="store_true", help="cases of wide_cases.py in place of random_cases.py")
    arguments.add_argument("--allocate", action="store_true", help="run `gpupack-dra allocate` once for each case, in place of `answer`")
    arguments.add_argument("--progress", action="store_true", help="say after each 500 cases how it stands")
    arguments.add_argument("--keep")
    chosen = arguments.parse_args()
    make = wide_cases.case if chosen.wide else random_cases.case
    outcomes, different, kept = {}, 0, []
    for start in range(chosen.first, chosen.last, 500):
        cases = [make(seed) for seed in range(start, min(start + 500, chosen.last))]
        lines = [json.dumps(case, separators=(",", ":")) + "\n" for case in cases]
        # experimental: the stable variant goes through pools in a random order, and kube-scheduler 1.37 never uses it.
        upstream = run([chosen.oracle, "-variant=experimental", "-limit=2s"], lines)
        for theirs in upstream:
            outcomes[theirs["outcome"]] = outcomes.get(theirs["outcome"], 0) + 1
        ended = [i for i, theirs in enumerate(upstream) if theirs["outcome"] != "timeout"]
        if chosen.allocate:
            ours = [allocate(chosen.program, cases[i]) for i in ended]
        else:
            ours = run([chosen.program, "answer", "-"], [lines[i] for i in ended])
        for case, theirs, mine in zip([cases[i] for i in ended], [upstream[i] for i in ended], ours):
            answer = dict(outcome=theirs["outcome"])
            if theirs.get("claims"):
                answer["claims"] = [plain(claim) for claim in theirs["claims"]]
            if mine["outcome"] != answer["outcome"] or [plain(claim) for claim in mine.get("claims", [])] != answer.get("claims", []):
                different += 1
                if different <= 10:
                    print(case["id"], "upstream", json.dumps(theirs)[:1200], "gpupack", json.dumps(mine)[:1200])
            kept.append(json.dumps(dict(case, answer=answer), separators=(",", ":")))
        if chosen.progress:
            print(f"{start} {outcomes}: {different} differ", file=sys.stderr, flush=True)
    if chosen.keep:
        with open(chosen.keep, "w", encoding="utf-8") as file:
            file.write("\n".join(kept) + "\n")
    print(f"{sum(outcomes.values())} cases {outcomes}: {different} differ")
    return different > 0


if __name__ == "__main__":
    sys.exit(main())
