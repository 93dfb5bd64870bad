# SPDX-License-Identifier: Apache-2.0
"""What node choice is worth on a real kube-scheduler: pods that come and go, each asks for one MIG profile of an A100-40GB through DRA.

Rules: default (kube-scheduler as installed), most (MostAllocated by CPU, which follows the profile's size), extender (gpupack-extender's
prioritize), and own, for comparison without a control plane: the same arrivals where every device is chosen, the one that blocks the
fewest placements of all nodes. Events happen in the order of a simulated clock (Poisson arrivals, exponential stays); a pod that does not
fit when it comes is lost. The first fifth is not counted.
"""
import heapq
import random
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


def ask(plane, number, profile):
    plane.api("POST", CLAIMS, devices.claim(f"c{number}", [devices.mig_request("r", profile)]))
    plane.api("POST", PODS, devices.pod(f"p{number}", f"c{number}", {"requests": {"cpu": str(SIZE[profile])}}))


def one_run(binaries, program, rule, nodes, pods, load, seed):
    """Accepted by size, in percent."""
    with ControlPlane(binaries) as plane:
        names = publish(plane, nodes)
        extender = None
        if rule == "extender":
            grant(plane, "extender.yaml")
            extender = Extender(plane, program).ready()
        plane.start_scheduler(configuration(rule, extender))
        states, use, ends, asked, got = PodStates(plane), {n: [0] * GPUS for n in names}, [], 0, 0
        masks = {name: (gpu, mask) for gpu in range(GPUS) for name, _, mask, _ in devices.partitions(gpu)}
        began = time.time()
        for i, (now, profile, stay) in enumerate(arrivals(nodes, pods, load, seed)):
            while ends and ends[0][0] <= now:
                _, number, node, gpu, mask = heapq.heappop(ends)
                plane.remove_pod(f"p{number}", f"c{number}")
                use[node][gpu] &= ~mask
            fits = any(p == profile and not mask & u for n in names for u in use[n] for p, mask in PLACES)
            ask(plane, i, profile)
            node = states.wait(f"p{i}", also_false=not fits)
            counted = i >= pods // 5
            asked += SIZE[profile] if counted else 0
            assert bool(node) == fits, f"pod {i} ({profile}): node {node}, though the bookkeeping says {fits}"
            if not node:
                plane.remove_pod(f"p{i}", f"c{i}")
                continue
            device = plane.api("GET", f"{CLAIMS}/c{i}")["status"]["allocation"]["devices"]["results"][0]["device"]
            gpu, mask = masks[device]
            assert not use[node][gpu] & mask, "a device that is in use was allocated"
            use[node][gpu] |= mask
            heapq.heappush(ends, (now + stay, i, node, gpu, mask))
            got += SIZE[profile] if counted else 0
        more = ""
        if extender:
            calls, micros = extender.metric("prioritize_total"), extender.metric("prioritize_microseconds_total")
            more = f"; {micros / max(1, calls):.0f} us a call, {extender.memory_mib()} MiB"
        print(f"study: {rule}, {nodes} nodes, {pods} pods, load {load}, seed {seed}: accepted by size {100 * got / asked:.2f} %; {pods / (time.time() - began):.0f} pods a second{more}", flush=True)
        return 100 * got / asked


def run(binaries, program, nodes, pods, loads, seeds, rules=("default", "most", "extender")):
    for load in loads:
        for seed in seeds:
            for rule in rules:
                one_run(binaries, program, rule, nodes, pods, load, seed)
            print(f"study: own, {nodes} nodes, {pods} pods, load {load}, seed {seed}: accepted by size {own_choice(nodes, pods, load, seed):.2f} %", flush=True)
