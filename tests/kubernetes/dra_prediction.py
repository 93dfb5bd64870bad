# SPDX-License-Identifier: Apache-2.0
"""The devices that the extender predicts are those that kube-scheduler writes into the claim.

Claims of mixed kinds, one at a time, on nodes of MIG partitions, shared and whole GPUs; pods come and go. The extender runs under its
own account and prioritizes meanwhile, and answers /forecast for all nodes before each pod is created.
"""
import json
import random
import time

import devices
from control_plane import CLAIMS, PODS, ControlPlane, PodStates
from extender import Extender, grant


def requests_of(kind, rng):
    """The requests and constraints of a claim, or the amount of an extended resource."""
    profile = rng.choice(list(devices.SIZE))
    if kind == "partition":
        return [devices.mig_request("r", profile)], []
    if kind == "several":
        return [devices.mig_request("a", profile), devices.mig_request("b", "1g.5gb", rng.randint(1, 3))], []
    if kind == "capacity":
        return [{"name": "r", "exactly": {"deviceClassName": "share.example.com", "capacity": {"requests": {"memory": f"{rng.randint(1, 30000)}Mi"}}}}], []
    if kind == "alternatives":
        first = {"name": "large", "deviceClassName": "mig.nvidia.com", "selectors": devices.selector(profile), "count": rng.randint(1, 6)}
        second = {"name": "small", "deviceClassName": "whole.example.com", "count": 1}
        third = {"name": "tiny", "deviceClassName": "mig.nvidia.com", "selectors": devices.selector("1g.5gb")}
        return [{"name": "r", "firstAvailable": [first, second, third]}], []
    if kind == "constraint":
        return [{"name": "r", "exactly": {"deviceClassName": "whole.example.com", "count": 2}}], [{"requests": ["r"], "matchAttribute": f"whole.example.com/{rng.choice(['model', 'numa'])}"}]
    return rng.randint(1, 2), None


def run(binaries, program, nodes, claims, seed=1, share_of_load=.8):
    rng = random.Random(seed)
    with ControlPlane(binaries) as plane:
        grant(plane, "extender.yaml")
        for one in devices.CLASSES:
            plane.api("POST", "/apis/resource.k8s.io/v1/deviceclasses", one)
        names = [f"n{i:03}" for i in range(nodes)]
        for name in names:
            plane.node(name, {})
            for one in devices.mig_slices(name, 2) + devices.shared_slices(name, 2) + devices.whole_slices(name):
                plane.api("POST", "/apis/resource.k8s.io/v1/resourceslices", one)
        extender = Extender(plane, program).ready()
        plane.start_scheduler({"percentageOfNodesToScore": 100, "extenders": [{"urlPrefix": f"http://127.0.0.1:{extender.port}", "prioritizeVerb": "prioritize",
                               "weight": 100, "nodeCacheCapable": True, "ignorable": True, "httpTimeout": "2s"}]})
        states, live, right, wrong, none, kinds = PodStates(plane), [], 0, [], 0, {}
        began = time.time()
        for i in range(claims):
            while len(live) > share_of_load * nodes * 5:
                plane.remove_pod(*live.pop(rng.randrange(len(live))))
            kind = rng.choice(["partition", "partition", "several", "capacity", "capacity", "alternatives", "constraint", "extended"])
            requests, constraints = requests_of(kind, rng)
            if kind == "extended":
                wanted = {"example.com/gpu": str(requests)}
                pod, claim_name = devices.pod(f"p{i}", resources={"limits": wanted, "requests": wanted}), None
            else:
                claim_name = f"c{i}"
                plane.api("POST", CLAIMS, devices.claim(claim_name, requests, constraints=constraints))
                pod = devices.pod(f"p{i}", claim_name)
            expected = forecast(extender, plane, pod, names)
            plane.api("POST", PODS, pod)
            node = states.wait(f"p{i}")
            if not node:
                none += 1
                if any(one["Possible"] for one in expected.values()):
                    wrong.append((kind, i, "kube-scheduler finds nothing", {n: e["Devices"] for n, e in expected.items() if e["Possible"]}))
                plane.remove_pod(f"p{i}", claim_name)
                continue
            if kind == "extended":
                claim_name = plane.api("GET", f"{PODS}/p{i}")["status"]["extendedResourceClaimStatus"]["resourceClaimName"]
            got = [r["device"] for r in plane.api("GET", f"{CLAIMS}/{claim_name}")["status"]["allocation"]["devices"]["results"]]
            live.append((f"p{i}", claim_name))
            kinds[kind] = kinds.get(kind, 0) + 1
            if expected[node]["Devices"].split() == got:
                right += 1
            else:
                wrong.append((kind, i, node, expected[node]["Devices"], got))
            if i % 50 == 49:
                print(f"dra prediction: after {i + 1} claims on {nodes} nodes {right} are right, {len(wrong)} wrong, {none} fit nowhere", flush=True)
        took = time.time() - began
        print(f"dra prediction: {nodes} nodes, {claims} claims, seed {seed}: {right} of {right + len([w for w in wrong if w[2] != 'kube-scheduler finds nothing'])} "
              f"claims have the predicted devices ({', '.join(f'{k} {v}' for k, v in sorted(kinds.items()))}); {none} fit nowhere; {claims / took:.0f} a second", flush=True)
        for one in wrong[:5]:
            print("  otherwise:", *one, flush=True)
        assert extender.alive() and "resource.k8s.io" not in [line for line in extender.plane.log("gpupack-extender").splitlines() if "403" in line]
        assert len(wrong) <= claims / 1000, f"{len(wrong)} predictions of {claims} are wrong"


def forecast(extender, plane, pod, names):
    """The forecast once the extender's watches have caught up, and possible somewhere.

    It hears of claims in the order of their changes, so that it knows all before the newest, which the pod names. A pod without a claim
    waits until the forecast is the same for a tenth of a second.
    """
    body, last, alike = {"Pod": pod, "Nodes": None, "NodeNames": names}, None, 0
    for _ in range(60):
        now = json.loads(extender.call("/forecast", body))
        alike = alike + 1 if now == last else 0
        if (alike >= 5 or "resourceClaims" in pod["spec"]) and any(one["Possible"] for one in now):
            break
        last = now
        time.sleep(.02)
    return {one["Host"]: one for one in now}
