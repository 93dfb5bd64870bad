#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random small clusters with claims, one case a line, in the form that `gpupack-dra answer` and the oracle beside this file read.

    random_cases.py FIRST LAST      the cases of the seeds FIRST to LAST - 1

Each seed is one case: devices with attributes, counters in several slices, shareable capacities with policies (ranges in thousandths too), shares and
devices in use, taints, nodes of slices and of devices, pools of old generations or with missing slices; claims with alternatives, All, constraints,
tolerations, admin access and amounts.
"""
import json
import random
import sys

FEATURES = ["admin_access", "first_available", "partitionable", "taints", "binding_conditions", "consumable_capacity", "fractional_range"]
API = "resource.k8s.io/v1"
SELECTORS = [
    "device.attributes[device.driver].lane > 0",
    "device.attributes[device.driver].?lane.orValue(0) > 1",
    'device.capacity[device.driver].memory.compareTo(quantity("4")) >= 0',
    "has(device.attributes[device.driver].root)",
    'device.attributes[device.driver].?root.orValue("") == "a"',
    "device.allowMultipleAllocations",
    '"lane" in device.attributes["ash.example"]',
    'device.driver.startsWith("a") || device.driver.matches("^b.*e$")',
]


def maybe(g, chance, target, name, make):
    if g.random() < chance:
        target[name] = make()


def policy(g):
    kind = g.random()
    if kind < .35:
        return dict(default="1", validRange=dict(min="1", max=g.choice("46"), step="1"))
    if kind < .5:
        return dict(default="2", validValues=["2", "4"])
    if kind < .7:
        return dict(default="500m", validRange=dict(min=g.choice(("250m", "500m")), max="4", step=g.choice(("250m", "500m"))))
    if kind < .8:
        return dict(default="1", validRange=dict(min="1"))
    return dict(default="2")


def device(g, name, sets):
    d = dict(name=name, attributes={}, capacity={})
    maybe(g, .85, d["attributes"], "root", lambda: dict(string=g.choice("ab")))
    maybe(g, .95, d["attributes"], "lane", lambda: dict(int=g.randint(0, 3)))
    maybe(g, .15, d["attributes"], "links", lambda: dict(strings=g.sample("xyz", g.randint(1, 2))))
    maybe(g, .2, d["attributes"], "release", lambda: dict(version=g.choice(("1.0.0", "1.2.0"))))
    d["capacity"]["memory"] = dict(value=g.choice("248"))
    if g.random() < .35:
        d["allowMultipleAllocations"] = True
        maybe(g, .7, d["capacity"]["memory"], "requestPolicy", lambda: policy(g))
        maybe(g, .2, d["capacity"], "cores", lambda: dict(value="100", requestPolicy=dict(default="100", validRange=dict(min="0", max="100", step="1"))))
    if sets and g.random() < .8:
        d["consumesCounters"] = [dict(counterSet=f"s{s}", counters={"c": dict(value=str(g.randint(1, 4)))}) for s in g.sample(range(1, sets + 1), g.randint(1, min(2, sets)))]
    maybe(g, .12, d, "taints", lambda: [dict(key="k", value=g.choice("vw"), effect=g.choice(("NoSchedule", "NoExecute", "None")))])
    maybe(g, .08, d, "bindingConditions", lambda: ["Warm"])
    maybe(g, .05, d, "bindsToNode", lambda: True)
    return d


def place(g, spec):
    kind = g.random()
    if kind < .7:
        spec["nodeName"] = "n1"
    elif kind < .8:
        spec["allNodes"] = True
    elif kind < .9:
        spec["nodeSelector"] = dict(nodeSelectorTerms=[dict(matchExpressions=[dict(key="zone", operator=g.choice(("In", "In", "NotIn")), values=["z1"])])])
    else:
        spec["perDeviceNodeSelection"] = True
        for d in spec.get("devices", []):
            if g.random() < .7:
                d["nodeName"] = g.choice(("n1", "n1", "n2"))
            else:
                d["allNodes"] = True


def pool(g, driver, name):
    sets = g.choice((0, 0, 1, 2, 3))
    parts = g.choice((1, 1, 2))
    generation = g.choice((1, 1, 1, 2))
    count = parts + (g.choice((1, 2)) if sets > 1 else 1 if sets else 0)
    out, number = [], 0
    order = g.sample("abcd", parts)
    for part in range(parts):
        devices = []
        for _ in range(g.randint(2, 6)):
            devices.append(device(g, f"d{number}", sets))
            number += 1
        spec = dict(driver=driver, pool=dict(name=name, generation=generation, resourceSliceCount=count), devices=devices)
        place(g, spec)
        out.append((f"{driver}-{name}-{order[part]}", spec))
    for part in range(count - parts):
        mine = [s for s in range(1, sets + 1) if count - parts == 1 or (s > 1) == bool(part)]
        spec = dict(driver=driver, pool=dict(name=name, generation=generation, resourceSliceCount=count),
                    sharedCounters=[dict(name=f"s{s}", counters={"c": dict(value=str(g.randint(3, 9)))}) for s in mine])
        spec["nodeName"] = "n1"
        out.append((f"{driver}-{name}-z{part}", spec))
    if g.random() < .04:
        out.pop()
    if g.random() < .05:
        out.append((f"{driver}-{name}-old", dict(driver=driver, pool=dict(name=name, generation=0, resourceSliceCount=1), nodeName="n1", devices=[device(g, "d0", 0)])))
    return out


def in_use(g, slices):
    results = []
    for _, spec in slices:
        for d in spec.get("devices", []):
            where = dict(request="old", driver=spec["driver"], pool=spec["pool"]["name"], device=d["name"])
            if d.get("allowMultipleAllocations"):
                for i in range(g.choice((0, 0, 1, 2))):
                    share = dict(where, shareID=f"00000000-0000-0000-0000-{len(results):012d}")
                    maybe(g, .8, share, "consumedCapacity", lambda: {"memory": g.choice(("1", "2", "500m"))})
                    results.append(share)
            elif g.random() < .12:
                if g.random() < .1:
                    where["adminAccess"] = True
                results.append(where)
    return results


def demand(g):
    x = dict(deviceClassName=g.choice(("any", "any", "ash", "big")), allocationMode="ExactCount", count=g.choice((1, 1, 1, 1, 2, 3)))
    if g.random() < .1:
        x["allocationMode"] = "All"
        del x["count"]
    maybe(g, .4, x, "selectors", lambda: [dict(cel=dict(expression=g.choice(SELECTORS)))])
    maybe(g, .15, x, "tolerations", lambda: [g.choice((dict(operator="Exists"), dict(key="k", operator="Equal", value="v"), dict(key="k", operator="Exists", effect="NoSchedule")))])
    maybe(g, .25, x, "capacity", lambda: dict(requests={"memory": g.choice(("1", "2", "3", "4", "300m", "1500m"))}))
    return x


def claim(g, number):
    requests = []
    for i in range(g.randint(1, 3)):
        if g.random() < .2:
            requests.append(dict(name=f"r{i}", firstAvailable=[dict(name=f"a{j}", **demand(g)) for j in range(g.randint(1, 3))]))
        else:
            x = demand(g)
            maybe(g, .07, x, "adminAccess", lambda: True)
            requests.append(dict(name=f"r{i}", exactly=x))
    spec = dict(requests=requests)
    if g.random() < .45:
        c = {g.choice(("matchAttribute", "matchAttribute", "distinctAttribute")): g.choice(("ash.example/", "ash.example/", "birch.example/")) + g.choice(("root", "lane", "links", "release"))}
        if g.random() < .4:
            one = g.choice(requests)
            c["requests"] = [one["name"] if "exactly" in one or g.random() < .5 else f"{one['name']}/{one['firstAvailable'][0]['name']}"]
        spec["constraints"] = [c]
    if g.random() < .1:
        spec["config"] = [dict(requests=[requests[0]["name"]], opaque=dict(driver="ash.example", parameters=dict(a=1)))]
    return dict(apiVersion=API, kind="ResourceClaim", metadata=dict(name=f"k{number}", namespace="default"), spec=dict(devices=spec))


def case(seed):
    g = random.Random(seed)
    slices = [s for driver in ["ash.example", "birch.example"][:g.choice((1, 1, 2))] for name in ["p1", "p2"][:g.choice((1, 1, 2))] for s in pool(g, driver, name)]
    if g.random() < .2:
        g.shuffle(slices)
    items = [dict(apiVersion="v1", kind="Node", metadata=dict(name="n1", labels=dict(zone="z1")))]
    for name, expression in (("any", None), ("ash", 'device.driver == "ash.example"'), ("big", 'device.capacity[device.driver].memory.isGreaterThan(quantity("2"))')):
        spec = dict(selectors=[dict(cel=dict(expression=expression))]) if expression else {}
        if name == "ash":
            spec["config"] = [dict(opaque=dict(driver="ash.example", parameters=dict(b=2)))]
        items.append(dict(apiVersion=API, kind="DeviceClass", metadata=dict(name=name), spec=spec))
    items += [dict(apiVersion=API, kind="ResourceSlice", metadata=dict(name=n), spec=s) for n, s in slices]
    used = in_use(g, slices)
    if used:
        items.append(dict(apiVersion=API, kind="ResourceClaim", metadata=dict(name="earlier", namespace="default"), spec=dict(devices={}),
                          status=dict(allocation=dict(devices=dict(results=used)))))
    items += [claim(g, i) for i in range(g.choice((1, 1, 2)))]
    features = FEATURES + (["list_attributes"] if g.random() < .3 else [])
    return dict(id=str(seed), features=features, node="n1", list=dict(apiVersion="v1", kind="List", items=items))


if __name__ == "__main__":
    for seed in range(int(sys.argv[1]), int(sys.argv[2])):
        print(json.dumps(case(seed), separators=(",", ":")))
