#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The time of one allocation beside Kubernetes' own: timing.py ORACLE TIMING [REPEAT]. TIMING is made from timing.cpp.

A node of 8 A100 in DynamicMIG form, empty, half full and full; a claim asks for one profile, by a class and a selector. Both programs
answer each case in turn, three times; the best of each counts.
"""
import json
import os
import random
import statistics
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../kubernetes"))
import devices  # noqa: E402


def used_claims(fill, rng):
    """Allocated claims of random partitions until that many of the 64 memory slices are in use; of a full node, all that fit."""
    made, slices = [], 0
    places = [(gpu, name, mask) for gpu in range(8) for name, profile, mask, _ in devices.partitions(gpu) if profile in devices.SIZE]
    use, order = [0] * 8, rng.sample(places, len(places))
    for gpu, name, mask in order:
        if use[gpu] & mask or slices + mask.bit_count() > fill:
            continue
        use[gpu] |= mask
        slices += mask.bit_count()
        one = devices.claim(f"used{len(made)}", [devices.mig_request("r", "1g.5gb")])
        one["status"] = {"allocation": {"devices": {"results": [{"request": "r", "driver": "gpu.nvidia.com", "pool": "n", "device": name}]}}}
        made.append(one)
    return made


def cases():
    rng = random.Random(1)
    for label, fill in (("empty", 0), ("half full", 32), ("full", 64)):
        used = used_claims(fill, rng)
        for profile in devices.SIZE:
            request = devices.mig_request("r", profile)
            request["exactly"]["allocationMode"] = "ExactCount"  # as the API server fills it in
            items = [{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}}, *devices.CLASSES, *devices.mig_slices("n"), *used,
                     devices.claim("c", [request])]
            yield {"id": f"{label}, {profile}", "node": "n", "features": ["admin_access", "first_available", "partitionable", "taints",
                   "binding_conditions", "consumable_capacity", "fractional_range"], "list": {"apiVersion": "v1", "kind": "List", "items": items}}


def main():
    oracle, program, repeat = sys.argv[1], sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else "50"
    ratios = []
    print("node, profile: outcome: upstream us, gpupack us with what is kept, with all anew; times less")
    for case in cases():
        line, best = json.dumps(case) + "\n", {}
        for _ in range(3):
            theirs = json.loads(subprocess.run([oracle, "-variant=experimental", f"-repeat={repeat}"], input=line, capture_output=True, text=True, check=True).stdout)
            ours = json.loads(subprocess.run([program, repeat], input=line, capture_output=True, text=True, check=True).stdout)
            assert theirs["outcome"] == ours["outcome"], (theirs, ours)
            for name, value in (("upstream", theirs["us"]), ("kept", ours["kept_us"]), ("anew", ours["anew_us"])):
                best[name] = min(value, best.get(name, value))
        ratios.append((best["upstream"] / best["kept"], best["upstream"] / best["anew"]))
        print(f"{case['id']}: {ours['outcome']}: {best['upstream']:.1f}, {best['kept']:.1f}, {best['anew']:.1f}; {ratios[-1][0]:.1f}, {ratios[-1][1]:.1f}", flush=True)
    print(f"geometric mean of times less: {statistics.geometric_mean(r[0] for r in ratios):.1f}, all anew {statistics.geometric_mean(r[1] for r in ratios):.1f}")


main()
