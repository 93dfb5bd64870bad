# SPDX-License-Identifier: Apache-2.0
"""Runs the tests on a real control plane: run.py BINARIES EXTENDER [TEST...]. scripts/test-kubernetes says what sizes there are."""
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cost  # noqa: E402
import dra_prediction  # noqa: E402
import dra_study  # noqa: E402
import faults  # noqa: E402
import gpushare  # noqa: E402


def size(name, short):
    return int(os.environ.get(f"KUBERNETES_TEST_{name}", short))


def numbers(name, short):
    return [float(each) for each in os.environ.get(f"KUBERNETES_TEST_{name}", short).split(",")]


def main():
    binaries, program, wanted = sys.argv[1], os.path.abspath(sys.argv[2]), sys.argv[3:]
    tests = {
        "prediction": lambda: dra_prediction.run(binaries, program, size("PREDICTION_NODES", 10), size("CLAIMS", 120)),
        "gpushare": lambda: gpushare.run(binaries, program, size("SHARE_NODES", 6), size("SHARE_PODS", 100)),
        "faults": lambda: faults.run(binaries, program, size("KILLS", 5)),
        "study": lambda: dra_study.run(binaries, program, size("STUDY_NODES", 4), size("STUDY_PODS", 120), numbers("LOADS", "1.0"), [int(n) for n in numbers("SEEDS", "1")],
                                       size("JOBS", 1)),
        "cost": lambda: cost.run(binaries, program, size("COST_NODES", 20), [int(n) for n in numbers("CALL_NODES", "50")], size("COST_PODS", 100)),
    }
    for name in wanted or tests:
        began = time.time()
        tests[name]()
        print(f"{name}: ok, {time.time() - began:.0f} s", flush=True)


main()
