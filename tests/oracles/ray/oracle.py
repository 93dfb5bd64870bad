# SPDX-License-Identifier: Apache-2.0
"""Asks a running Ray where it places placement groups, on random small clusters on the loopback interface.

    python oracle.py --first 1 --last 45 --each 15 --out ray.json      cases
    python oracle.py --probe                                          edges, as text

Ray draws between equal nodes, so each group is asked several times and all answers are kept.
"""
import argparse
import json
import os
import random
import re
import sys
import time

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
import ray
from ray._private import services
from ray._private import state as ray_state
from ray.cluster_utils import Cluster
from ray.util.placement_group import placement_group, placement_group_table, remove_placement_group

services.resolve_ip_for_localhost = lambda host: host  # else Ray listens on an outer address
services.get_node_ip_address = lambda address=None: "127.0.0.1"

GIB = 2**30
STRATEGIES = ["PACK", "SPREAD", "STRICT_PACK", "STRICT_SPREAD"]
SETTINGS = {
    "raylet_report_resources_period_milliseconds": 20,  # the view that places is soon up to date
    "debug_dump_period_milliseconds": 60,  # each node writes what its GPUs have left
    "prestart_worker_first_driver": False,
    "enable_worker_prestart": False,
}


class Unsettled(Exception):
    """What the placing side sees does not become what it must be: the case cannot be judged."""


class Judge:
    """A cluster of Ray; node i alone has the resource n<i>, by which standing bundles are pinned."""

    def __init__(self, totals):
        self.totals = totals
        self.nudges = 0
        self.cluster = Cluster()
        for i, node in enumerate(totals):
            more = {"_system_config": SETTINGS} if i == 0 else {}
            self.cluster.add_node(num_cpus=node["cpu"], num_gpus=node["gpus"], memory=node["memory_gib"] * GIB,
                                  resources={f"n{i}": 1000}, include_dashboard=False,
                                  object_store_memory=78 * 2**20, node_ip_address="127.0.0.1", **more)
        ray.init(address=self.cluster.address, logging_level="ERROR", log_to_driver=False)
        self.number = {}
        for node in ray.nodes():
            own = [r for r in node["Resources"] if re.fullmatch(r"n\d+", r)]
            self.number[node["NodeID"]] = int(own[0][1:])
        self.dump = ray._private.worker._global_node.get_session_dir_path() + "/logs/debug_state.txt"

    def stop(self):
        ray.shutdown()
        self.cluster.shutdown()

    def free(self):
        """[cpu, gpu, memory GiB] of each node as the placing side sees it, in thousandths."""
        rows = [None] * len(self.totals)
        for node, has in ray_state.available_resources_per_node().items():
            rows[self.number[node]] = [round(has.get("CPU", 0) * 1000), round(has.get("GPU", 0) * 1000),
                                       round(has.get("memory", 0) / GIB * 1000)]
        return rows

    def settle(self, expected, limit=5.0):
        """Waits until that is what is seen, three times in a row over two periods.

        Where a node refused a bundle that the placing side had counted, its view stays too low until that node
        reports again: a pinned bundle of nothing else makes every node report.
        """
        start, same, next_nudge = time.time(), 0, 0.25
        while time.time() - start < limit:
            same = same + 1 if self.free() == expected else 0
            if same == 3:
                return True
            if not same and time.time() - start > next_nudge:
                next_nudge += 0.5
                self.nudges += 1
                nothing = [{"cpu": 0, "gpu": 0, "memory_gib": 0, "pin": n} for n in range(len(self.totals))]
                remove_placement_group(self.ask(nothing, "PACK", patience=0.5)[0])
            time.sleep(0.02 if same else 0.003)
        return False

    def ask(self, bundles, strategy, patience=0.0, expected=None):
        """(group, nodes or None, states seen, attempts); patience: how long no room is not believed.

        Where expected is given, and less than that is seen to be free while there is no room, a node has refused a
        bundle: Ray tries again after more than a second.
        """
        group = placement_group([resources_of(b) for b in bundles], strategy=strategy)
        start, states = time.time(), []
        while True:
            told = placement_group_table(group)
            state = told["stats"]["scheduling_state"]
            if state not in states:
                states.append(state)
            if told["state"] == "CREATED":
                where = told["bundles_to_node_id"]
                return group, [self.number[where[i]] for i in range(len(bundles))], states, \
                    told["stats"]["scheduling_attempt"]
            waited = time.time() - start
            if state == "NO_RESOURCES" and expected and "REFUSED" not in states and self.free() != expected:
                states.append("REFUSED")
                patience = 3.0
            if state in ("NO_RESOURCES", "INFEASIBLE") and waited > patience or waited > max(patience, 4.0):
                return group, None, states, told["stats"]["scheduling_attempt"]

    def gpus(self, group, nodes, limit=2.0):
        """For each bundle its GPUs with thousandths, and what each GPU of each node has left; None where unseen."""
        pg = group.id.hex()
        missing, held, left = set(nodes), {}, {}
        start = time.time()
        while missing and time.time() - start < limit:
            try:
                with open(self.dump) as file:
                    text = file.read(60000)
            except OSError:
                continue
            node = re.search(r"Node ID: (\w+)", text)
            line = re.search(r'"total":\{(.*?)\}, "available": \{(.*?)\}', text)
            if not node or not line or self.number.get(node[1]) not in missing:
                continue
            n = self.number[node[1]]
            got = {}
            for i, where in enumerate(nodes):
                if where != n:
                    continue
                if not re.search(rf"bundle_group_{i}_{pg}:", line[1]):
                    break
                has = re.search(rf"\bGPU_group_{i}_{pg}: \[([\d, ]*)\]", line[1])
                got[i] = [[g, int(v) // 10] for g, v in enumerate(has[1].split(", ")) if int(v)] if has else []
            else:
                held.update(got)
                now = re.search(r"\bGPU: \[([\d, ]*)\]", line[2])
                left[n] = [int(v) // 10 for v in now[1].split(", ")] if now else [0] * self.totals[n]["gpus"]
                missing.discard(n)
        return [held.get(i) for i in range(len(nodes))], left


def resources_of(bundle):
    told = {"CPU": bundle["cpu"] / 1000, "GPU": bundle["gpu"] / 1000, "memory": bundle["memory_gib"] * GIB}
    told = {k: v for k, v in told.items() if v}
    if "pin" in bundle:
        told[f"n{bundle['pin']}"] = 0.001
    return told


def taken(free, bundles, nodes):
    rows = [list(row) for row in free]
    for bundle, n in zip(bundles, nodes):
        for k, amount in enumerate((bundle["cpu"], bundle["gpu"], bundle["memory_gib"] * 1000)):
            rows[n][k] -= amount
    return rows


def random_gpu(draw):
    at = draw.random()
    if at < 0.15:
        return 0
    if at < 0.60:
        return draw.choice([100, 200, 250, 300, 400, 500, 500, 600, 700, 750, 900])
    if at < 0.97:
        return 1000 * draw.choice([1, 1, 1, 2, 2, 3, 4])
    return draw.choice([1500, 2250])


def random_bundle(draw):
    bundle = {"cpu": draw.choice([0, 500, 1000, 1000, 2000, 3000, 4000, 6000]), "gpu": random_gpu(draw),
              "memory_gib": draw.choice([0, 0, 0, 2, 4, 8, 16])}
    if not bundle["cpu"] and not bundle["gpu"]:
        bundle["cpu"] = 1000
    return bundle


def random_group(draw):
    count = 1 if draw.random() < 0.4 else draw.randint(2, 6)
    if draw.random() < 0.4:
        bundles = [random_bundle(draw)] * count
    else:
        bundles = [random_bundle(draw) for _ in range(count)]
    return {"strategy": draw.choice(STRATEGIES), "bundles": bundles}


def random_standing(draw, totals):
    """Pinned bundles: nodes out of the game are full, others have whole GPUs, fractions or nothing in use."""
    standing = []
    playing = draw.sample(range(len(totals)), draw.randint(2, len(totals)))
    kind = draw.choice(["idle", "whole", "whole", "fractions", "crumbs"])
    for n, node in enumerate(totals):
        if n not in playing:
            standing.append({"pin": n, "cpu": node["cpu"] * 1000, "gpu": node["gpus"] * 1000,
                             "memory_gib": node["memory_gib"]})
            continue
        if kind == "idle":
            continue
        left = node["gpus"]
        for _ in range(left if kind == "crumbs" else draw.randint(0, 3)):
            if left < 1:
                break
            part = kind == "crumbs" or kind == "fractions" and draw.random() < 0.7
            gpu = draw.choice([200, 300, 400, 500, 600, 700]) if part else 1000 * draw.randint(1, left)
            if kind == "crumbs":  # above a half, so that each is on a GPU of its own
                gpu = draw.choice([600, 600, 700, 1000])
            left -= 1 if part else gpu // 1000
            standing.append({"pin": n, "cpu": 1000 * draw.randint(0, node["cpu"] // 8), "gpu": gpu,
                             "memory_gib": draw.choice([0, 1, 1, 2])})
    return kind, playing, standing


def run_case(judge, seed, asks):
    draw = random.Random(seed)
    kind, playing, standing = random_standing(draw, judge.totals)
    idle = [[n["cpu"] * 1000, n["gpus"] * 1000, n["memory_gib"] * 1000] for n in judge.totals]
    case = {"seed": seed, "kind": kind, "playing": playing, "nodes": judge.totals, "standing": standing, "groups": []}
    if not judge.settle(idle):
        raise Unsettled(f"seed {seed}: not idle: {judge.free()}")
    live, free = {}, idle
    if standing:
        group, nodes, states, _ = judge.ask(standing, "PACK", patience=2.0)
        if nodes is None:
            raise Unsettled(f"seed {seed}: standing bundles do not fit: {states}")
        live["standing"] = (group, standing, nodes)
        free = taken(free, standing, nodes)
        judge.settle(free)
        held, _ = judge.gpus(group, nodes)
        for bundle, gpus in zip(standing, held):
            bundle["gpus"] = gpus
    for number in range(draw.randint(4, 6)):
        asked = random_group(draw)
        record = {"id": number, **asked, "leave_first": [], "answers": []}
        for earlier in [k for k in live if k != "standing"]:
            if draw.random() < 0.2:
                record["leave_first"].append(earlier)
                group, bundles, nodes = live.pop(earlier)
                remove_placement_group(group)
                free = [[a + (a - b) for a, b in zip(x, y)] for x, y in zip(free, taken(free, bundles, nodes))]
        keep = draw.random() < 0.75
        fractions = any(row[1] % 1000 for row in free) or sum(b["gpu"] % 1000 > 0 for b in asked["bundles"]) > 1
        seen = {}
        for i in range(asks):
            if not judge.settle(free):
                raise Unsettled(f"seed {seed} group {number}: {judge.free()} is not {free}")
            group, nodes, states, attempts = judge.ask(asked["bundles"], asked["strategy"], 0.15 if fractions else 0.02,
                                                      free)
            if states == ["QUEUED"]:
                raise Unsettled(f"seed {seed} group {number}: Ray left it in its queue")
            key = (tuple(nodes) if nodes else None)
            entry = seen.setdefault(key, {"nodes": nodes, "times": 0, "states": [], "attempts": 0})
            entry["times"] += 1
            entry["states"] = sorted(set(entry["states"]) | set(states))
            entry["attempts"] = max(entry["attempts"], attempts)
            if nodes and keep and i == asks - 1:
                live[number] = (group, asked["bundles"], nodes)
                free = taken(free, asked["bundles"], nodes)
                held, left = judge.gpus(group, nodes)
                record["kept"] = {"nodes": nodes, "gpus": held, "gpu_left": {str(n): v for n, v in left.items()}}
                break
            remove_placement_group(group)
            if nodes is None and i == (2 if fractions else 1):
                break  # not worth asking more often
        record["answers"] = list(seen.values())
        case["groups"].append(record)
    for group, _, _ in live.values():
        remove_placement_group(group)
    return case


def random_totals(draw, count, sorts):
    """So many sorts of node at most: with one sort, nodes are often equal and Ray draws."""
    sort = [{"cpu": draw.choice([8, 8, 16, 16, 24, 32]), "gpus": draw.choice([0, 1, 2, 2, 4, 4, 8, 8]) if sorts > 2 else
             draw.choice([2, 4, 8]), "memory_gib": draw.choice([16, 32, 32, 64, 128])} for _ in range(sorts)]
    return [dict(draw.choice(sort)) for _ in range(count)]


def probe():
    """Edges: sums of fractions with and without another node, above one GPU, a tenth of a thousandth."""
    judge = Judge([{"cpu": 8, "gpus": 4, "memory_gib": 32}, {"cpu": 8, "gpus": 1, "memory_gib": 32}])

    def tell(title, standing, asked, strategy="PACK"):
        held = judge.ask(standing, "PACK", 2.0) if standing else None
        time.sleep(0.3)
        found, group = [], None
        for _ in range(5):
            group, nodes, states, attempts = judge.ask(asked, strategy, 2.5)
            found.append((nodes, states, attempts, judge.gpus(group, nodes)[0] if nodes else None))
            remove_placement_group(group)
            time.sleep(0.3)
        print(title, json.dumps(found), flush=True)
        if held:
            remove_placement_group(held[0])
            time.sleep(0.3)

    def bundle(gpu, pin=None, cpu=0):
        return {"cpu": cpu, "gpu": gpu, "memory_gib": 0, **({} if pin is None else {"pin": pin})}

    tell("0.4 left on each of 4 GPUs, 0.8 asked, none elsewhere:", [bundle(600, 0)] * 4 + [bundle(300, 1)], [bundle(800)])
    tell("0.4 left on each of 4 GPUs, 0.8 asked, an idle GPU on node 1:", [bundle(600, 0)] * 4, [bundle(800)])
    tell("the same, with SPREAD:", [bundle(600, 0)] * 4, [bundle(800)], "SPREAD")
    tell("the same, with STRICT_PACK:", [bundle(600, 0)] * 4, [bundle(800)], "STRICT_PACK")
    tell("the same, whole GPU asked:", [bundle(600, 0)] * 4, [bundle(1000)])
    tell("1.5 asked, 0.4 left on GPU 0:", [bundle(600, 0)], [bundle(1500)])
    tell("two of 0.6 in one group, one GPU on node 1, node 0 full:", [bundle(4000, 0)], [bundle(600), bundle(400)])
    tell("three of 0.4 where one GPU and a half are free:", [bundle(3000, 0), bundle(1000, 1)], [bundle(400)] * 3)
    tell("order of kinds in one group:", [], [bundle(250), bundle(0, cpu=8000), bundle(2000), bundle(0, cpu=4000)])
    judge.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--last", type=int, default=60)
    parser.add_argument("--nodes", type=int, default=6)
    parser.add_argument("--each", type=int, default=15, help="cases on one cluster")
    parser.add_argument("--asks", type=int, default=6, help="how often each group is asked about: more show more of Ray's draws")
    parser.add_argument("--out")
    parser.add_argument("--minutes", type=float, default=8.0)
    parser.add_argument("--probe", action="store_true")
    args = parser.parse_args()
    if args.probe:
        return probe()
    cases, start, seed = [], time.time(), args.first
    while seed <= args.last and time.time() - start < args.minutes * 60:
        sorts = [args.nodes * 2, 2, 1][(seed - 1) // args.each % 3]
        judge = Judge(random_totals(random.Random(seed * 7919), args.nodes, sorts))
        try:
            for _ in range(args.each):
                if seed > args.last or time.time() - start > args.minutes * 60:
                    break
                seed += 1
                try:
                    cases.append(run_case(judge, seed - 1, args.asks))
                except Unsettled as problem:  # the next case gets a cluster of its own
                    print("left out:", problem, file=sys.stderr, flush=True)
                    break
                print(seed - 1, round(time.time() - start, 1), "nudges", judge.nudges, file=sys.stderr, flush=True)
        finally:
            judge.stop()
        with open(args.out, "w") as file:
            json.dump({"system": "ray", "version": ray.__version__, "asks": args.asks, "cases": cases}, file)


if __name__ == "__main__":
    main()
