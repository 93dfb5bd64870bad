# SPDX-License-Identifier: Apache-2.0
"""gpupack-extender in the place of gpushare-scheduler-extender: shares of GPU memory that come and go on a real kube-scheduler.

Placed by the original's rule and by lookahead. What is held is tallied from the pods in the API server alone.
"""
import heapq
import json
import random
import time

import devices
from control_plane import PODS, ControlPlane, PodStates
from extender import Extender, grant

GIB, GPUS = 16, 4  # of a GPU, on a node
# Shares as in the openb trace, many halves and whole GPUs among small ones, in GiB of 16. The weights are made up.
SHARES = {1: 6, 2: 12, 3: 8, 4: 14, 5: 6, 6: 10, 8: 20, 10: 6, 12: 6, 16: 12}


def share_pod(name, gib, **meta):
    amount = {"aliyun.com/gpu-mem": str(gib)}
    made = devices.pod(name, resources={"limits": amount, "requests": amount})
    made["metadata"].update(meta)
    return made


def tally(plane):
    """Units held by (node, GPU), and the pods of which no GPU is known; fails where a GPU holds more than it has."""
    held, lost = {}, []
    for one in plane.api("GET", PODS + "?limit=100000")["items"]:
        node = one["spec"].get("nodeName")
        if not node:
            continue
        units = sum(int(c["resources"].get("limits", {}).get("aliyun.com/gpu-mem", 0)) for c in one["spec"]["containers"])
        marks = one["metadata"].get("annotations", {})
        try:
            gpu = int(marks["ALIYUN_COM_GPU_MEM_IDX"])
            assert marks["ALIYUN_COM_GPU_MEM_POD"] == str(units) and marks["ALIYUN_COM_GPU_MEM_DEV"] == str(GIB), marks
            assert marks["ALIYUN_COM_GPU_MEM_ASSIGNED"] == "false" and int(marks["ALIYUN_COM_GPU_MEM_ASSUME_TIME"]) > 1.5e18, marks
        except (KeyError, ValueError):
            lost.append(one["metadata"]["name"])
            continue
        held[node, gpu] = held.get((node, gpu), 0) + units
    over = {where: units for where, units in held.items() if units > GIB or not 0 <= where[1] < GPUS}
    assert not over, f"over-allocated: {over}"
    return held, lost


def scheduler_config(port, policy, weight=100):
    one = {"urlPrefix": f"http://127.0.0.1:{port}/gpushare-scheduler", "filterVerb": "filter", "bindVerb": "bind", "nodeCacheCapable": True,
           "managedResources": [{"name": "aliyun.com/gpu-mem", "ignoredByScheduler": False}], "ignorable": False, "httpTimeout": "5s"}
    if policy != "gpushare":
        one.update(prioritizeVerb="prioritize", weight=weight)
    return {"percentageOfNodesToScore": 100, "extenders": [one]}


def come_and_go(binaries, program, policy, nodes, pods, load=1.15, seed=1):
    """Accepted by size and allocated at the end, in percent."""
    rng = random.Random(seed)
    with ControlPlane(binaries) as plane:
        grant(plane, "gpushare.yaml")
        names = [f"n{i:03}" for i in range(nodes)]
        for name in names:
            plane.node(name, {"aliyun.com/gpu-mem": str(GIB * GPUS), "aliyun.com/gpu-count": str(GPUS)})
        plane.node("without", {})
        extender = Extender(plane, program, "--system", "gpushare", "--policy", policy).ready()
        plane.start_scheduler(scheduler_config(extender.port, policy))
        states = PodStates(plane)
        mean = sum(size * weight for size, weight in SHARES.items()) / sum(SHARES.values())
        rate, now, ends, asked, got = load * nodes * GPUS * GIB / mean, 0.0, [], 0, 0
        began = time.time()
        for i in range(pods):
            now += rng.expovariate(rate)
            size, stay = rng.choices(list(SHARES), list(SHARES.values()))[0], rng.expovariate(1.0)
            while ends and ends[0][0] <= now:
                plane.remove_pod(heapq.heappop(ends)[1])
            plane.api("POST", PODS, share_pod(f"p{i}", size))
            counted = i >= pods // 5
            asked += size if counted else 0
            node = states.wait(f"p{i}")
            if not node:
                plane.remove_pod(f"p{i}")
                continue
            assert node != "without", "a node without shared GPUs was chosen"
            heapq.heappush(ends, (now + stay, f"p{i}"))
            got += size if counted else 0
            if i % 50 == 0:
                tally(plane)
        took = time.time() - began
        held, lost = tally(plane)
        assert not lost, lost
        allocated = 100 * sum(held.values()) / (nodes * GPUS * GIB)
        inspected = json.loads(extender.call("/gpushare-scheduler/inspect"))["nodes"]
        time.sleep(1)
        assert {(n["name"], d["id"]): d["usedGPU"] for n in inspected for d in n["devs"] if d["usedGPU"]} == held, "inspect shows something else"
        one = json.loads(extender.call(f"/gpushare-scheduler/inspect/{names[0]}"))["nodes"]
        assert [n["name"] for n in one] == [names[0]] and extender.metric("over_full_gpus") == 0
        print(f"gpushare: {policy}, {nodes} nodes of {GPUS} GPUs, {pods} pods, load {load}, seed {seed}: accepted by size {100 * got / asked:.2f} %, "
              f"allocated at the end {allocated:.2f} %, no GPU over-allocated; {pods / took:.0f} pods a second", flush=True)
        return 100 * got / asked


def run(binaries, program, nodes, pods, seeds=(1,)):
    for seed in seeds:
        for policy in ("gpushare", "lookahead"):
            come_and_go(binaries, program, policy, nodes, pods, seed=seed)
