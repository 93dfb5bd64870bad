# SPDX-License-Identifier: Apache-2.0
"""What node choice is worth on a real kube-scheduler: pods that come and go, each asks for one MIG profile of an A100-40GB through DRA.

Rules: default (kube-scheduler as installed), most (MostAllocated by CPU, which follows the profile's size), extender (gpupack-extender's
prioritize), and own, for comparison without a control plane: the same arrivals where every device is chosen, the one that blocks the
fewest placements of all nodes. Events happen in the order of a simulated clock (Poisson arrivals, exponential stays); a pod that does not
fit when it comes is lost. The first fifth is not counted. Under the rule extender its forecast for each pod is asked before the pod is
created, and compared with the device in the claim.
"""
import concurrent.futures
import heapq
import json
import random
import statistics
import time

import devices
from control_plane import CLAIMS, PODS, ControlPlane, PodStates
from devices import SIZE
from extender import Extender, grant

GPUS = 8
PLACES = [(profile, mask) for _, profile, mask, _ in devices.partitions(0) if profile in SIZE]
LEFT = [sum(not mask & used for _, mask in PLACES) for used in range(256)]


def arrivals(nodes, pods, load, seed):
    """(time, profile, stay) of each pod."""
    rng, now = random.Random(seed), 0.0
    rate = load * nodes * GPUS * 8 / (sum(SIZE.values()) / len(SIZE))
    for _ in range(pods):
        now += rng.expovariate(rate)
        yield now, rng.choice(list(SIZE)), rng.expovariate(1.0)


def own_choice(nodes, pods, load, seed):
    use, ends, asked, got = [0] * (nodes * GPUS), [], 0, 0
    for i, (now, profile, stay) in enumerate(arrivals(nodes, pods, load, seed)):
        while ends and ends[0][0] <= now:
            _, gpu, mask = heapq.heappop(ends)
            use[gpu] &= ~mask
        best = min(((LEFT[u] - LEFT[u | mask], gpu, mask) for gpu, u in enumerate(use) for p, mask in PLACES if p == profile and not mask & u), default=None)
        counted = i >= pods // 5
        asked += SIZE[profile] if counted else 0
        if best:
            use[best[1]] |= best[2]
            heapq.heappush(ends, (now + stay, best[1], best[2]))
            got += SIZE[profile] if counted else 0
    return 100 * got / asked


def configuration(rule, extender):
    config = {"percentageOfNodesToScore": 100}
    if rule == "most":
        config["profiles"] = [{"schedulerName": "default-scheduler", "pluginConfig": [{"name": "NodeResourcesFit", "args": {"scoringStrategy": {
            "type": "MostAllocated", "resources": [{"name": "cpu", "weight": 1}]}}}], "plugins": {"score": {"disabled": [{"name": "NodeResourcesBalancedAllocation"}]}}}]
    if rule == "extender":
        config["extenders"] = [{"urlPrefix": f"http://127.0.0.1:{extender.port}", "prioritizeVerb": "prioritize", "weight": 100, "nodeCacheCapable": True,
                                "ignorable": True, "httpTimeout": "2s"}]
    return config


def publish(plane, nodes, gpus=GPUS):
    names = [f"n{i:03}" for i in range(nodes)]
    for one in devices.CLASSES:
        plane.api("POST", "/apis/resource.k8s.io/v1/deviceclasses", one)
    for name in names:
        plane.node(name, {"cpu": str(gpus * 8)})
        for one in devices.mig_slices(name, gpus):
            plane.api("POST", "/apis/resource.k8s.io/v1/resourceslices", one)
    return names


def ask(plane, number, profile, before=None):
    """Creates a claim, then the pod; before(pod) is called between."""
    plane.api("POST", CLAIMS, devices.claim(f"c{number}", [devices.mig_request("r", profile)]))
    pod = devices.pod(f"p{number}", f"c{number}", {"requests": {"cpu": str(SIZE[profile])}})
    if before:
        before(pod)
    plane.api("POST", PODS, pod)


class Forecasts:
    """The devices that the extender expects for one pod at a time, by node.

    It hears of claims in the order of their changes: once it knows the newest claim, it knows what was freed before.
    """

    def __init__(self, extender, names):
        self.extender, self.names, self.right, self.wrong, self.expected = extender, names, 0, [], {}

    def look(self, pod, fits):
        end = time.time() + 10
        while time.time() < end:
            answer = json.loads(self.extender.call("/forecast", {"Pod": pod, "Nodes": None, "NodeNames": self.names}))
            self.expected = {one["Host"]: one["Devices"] for one in answer if one["Possible"]}
            if self.expected or not fits:
                break

    def compare(self, number, node, device):
        if self.expected.get(node) == device:
            self.right += 1
        else:
            self.wrong.append((number, node, device, self.expected.get(node)))


def one_run(binaries, program, rule, nodes, pods, load, seed):
    """Accepted by size, in percent; forecasts that were right, and all."""
    with ControlPlane(binaries) as plane:
        names = publish(plane, nodes)
        extender = None
        if rule == "extender":
            grant(plane, "extender.yaml")
            extender = Extender(plane, program).ready()
        forecasts = Forecasts(extender, names)
        plane.start_scheduler(configuration(rule, extender))
        states, use, ends, asked, got = PodStates(plane), {n: [0] * GPUS for n in names}, [], 0, 0
        masks = {name: (gpu, mask) for gpu in range(GPUS) for name, _, mask, _ in devices.partitions(gpu)}
        began = time.time()
        for i, (now, profile, stay) in enumerate(arrivals(nodes, pods, load, seed)):
            while ends and ends[0][0] <= now:
                _, number, node, gpu, mask, found = heapq.heappop(ends)
                plane.remove_pod(f"p{number}", f"c{number}", found)
                use[node][gpu] &= ~mask
            fits = any(p == profile and not mask & u for n in names for u in use[n] for p, mask in PLACES)
            ask(plane, i, profile, extender and (lambda pod, fits=fits: forecasts.look(pod, fits)))
            node = states.wait(f"p{i}", also_false=not fits)
            counted = i >= pods // 5
            asked += SIZE[profile] if counted else 0
            assert bool(node) == fits, f"pod {i} ({profile}): node {node}, though the bookkeeping says {fits}"
            if not node:
                plane.remove_pod(f"p{i}", f"c{i}")
                continue
            found = plane.api("GET", f"{CLAIMS}/c{i}")
            device = found["status"]["allocation"]["devices"]["results"][0]["device"]
            gpu, mask = masks[device]
            forecasts.compare(i, node, device)
            assert not use[node][gpu] & mask, "a device that is in use was allocated"
            use[node][gpu] |= mask
            heapq.heappush(ends, (now + stay, i, node, gpu, mask, found))
            got += SIZE[profile] if counted else 0
        more = ""
        if extender:
            calls, micros = extender.metric("prioritize_total"), extender.metric("prioritize_microseconds_total")
            right, seen = forecasts.right, forecasts.right + len(forecasts.wrong)
            more = f"; {right} of {seen} devices as predicted; {micros / max(1, calls):.0f} us a call, {extender.memory_mib()} MiB"
            for one in forecasts.wrong[:5]:
                print("  otherwise:", *one, flush=True)
        print(f"study: {rule}, {nodes} nodes, {pods} pods, load {load}, seed {seed}: accepted by size {100 * got / asked:.2f} %; {pods / (time.time() - began):.0f} pods a second{more}", flush=True)
        return 100 * got / asked, forecasts.right if extender else 0, len(forecasts.wrong) + forecasts.right if extender else 0


def sorted_runs(rules, cases):
    """Rules and cases: what is compared with the extender comes last, so that a study that is cut off says most."""
    return [(rule, case) for some in ({"default", "extender"}, set(rules) - {"default", "extender"}) for case in cases for rule in rules if rule in some]


def difference(first, second):
    """Mean of the differences of pairs, and the standard error of it."""
    pairs = [a - b for a, b in zip(first, second)]
    error = statistics.stdev(pairs) / len(pairs) ** .5 if len(pairs) > 1 else float("nan")
    return f"{statistics.mean(pairs):+.2f} (standard error {error:.2f}, {len(pairs)} pairs)"


def run(binaries, program, nodes, pods, loads, seeds, jobs=1, rules=("default", "most", "extender")):
    """All rules at all loads and seeds; some at a time, each on a control plane of its own."""
    cases = [(load, seed) for seed in seeds for load in loads]
    with concurrent.futures.ProcessPoolExecutor(jobs) as pool:
        started = {(rule, *case): pool.submit(one_run, binaries, program, rule, nodes, pods, *case) for rule, case in sorted_runs(rules, cases)}
        ended = {key: one.result() for key, one in started.items()}
    accepted = {key: one[0] for key, one in ended.items()}
    for case in cases:
        accepted["own", *case] = own_choice(nodes, pods, *case)
    for some in [[case for case in cases if case[0] == load] for load in loads] + [cases]:
        label = f"load {some[0][0]}" if len({load for load, _ in some}) == 1 else "all loads"
        of = {rule: [accepted[rule, *case] for case in some] for rule in (*rules, "own")}
        print(f"study: {nodes} nodes, {pods} pods, {label}: " + ", ".join(f"{rule} {statistics.mean(values):.2f} %" for rule, values in of.items()), flush=True)
        for rule in of:
            if rule != rules[0]:
                print(f"study: {label}: {rule} less {rules[0]} {difference(of[rule], of[rules[0]])}", flush=True)
    right, seen = sum(one[1] for one in ended.values()), sum(one[2] for one in ended.values())
    print(f"study: {right} of {seen} devices as predicted", flush=True)
    assert seen - right <= seen / 1000, f"{seen - right} predictions of {seen} are wrong"
