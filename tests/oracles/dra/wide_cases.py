#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random clusters with claims in which more varies than in random_cases.py; the same form, one case a line.

    wide_cases.py FIRST LAST      the cases of the seeds FIRST to LAST - 1

Besides what random_cases.py draws: any set of features; three drivers; attributes of all types, some named with a domain; several counters in a set, with
suffixes, and counter sets that are missing; selectors that fail to compile or to evaluate; several selectors, constraints and tolerations; up to four claims of
up to four requests, some of them empty; counts that exceed a claim; capacities that a device lacks; node selectors with fields, several terms and all operators;
names of devices that are there twice; classes that are missing.
"""
import json
import random
import sys

from random_cases import API, FEATURES, maybe, policy

DRIVERS = ("ash.example", "birch.example", "cedar.example")
SAFE = [
    "device.attributes[device.driver].?lane.orValue(0) > 1",
    "device.attributes[device.driver].?lane.orValue(1) % 2 == 0",
    "has(device.attributes[device.driver].root)",
    'device.attributes[device.driver].?root.orValue("") == "a"',
    'device.attributes[device.driver].?root.orValue("c") in ["a", "c"]',
    'device.attributes[device.driver].?root.orValue("b").matches("[ab]")',
    "device.allowMultipleAllocations",
    "!device.allowMultipleAllocations",
    '"lane" in device.attributes["ash.example"]',
    'device.driver.startsWith("a") || device.driver.matches("^b.*e$")',
    '"wide.example" in device.attributes',
    'device.attributes["wide.example"].?lane.orValue(1) >= 1',
    "device.attributes.exists(d, d == device.driver)",
    '"cores" in device.capacity[device.driver]',
    'has(device.capacity[device.driver].memory) && device.capacity[device.driver].memory.compareTo(quantity("4")) >= 0',
    'has(device.capacity[device.driver].memory) && device.capacity[device.driver].memory.isLessThan(quantity("8"))',
    'cel.bind(a, device.attributes[device.driver], has(a.root) && a.root != "a")',
    'has(device.attributes[device.driver].release) ? device.attributes[device.driver].release.isGreaterThan(semver("1.0.0")) : true',
    'device.attributes[device.driver].?warm.orValue(true)',
]
# An attribute or a capacity that a device lacks, an attribute of another type (a list is one only with list_attributes), and what does not compile.
UNSAFE = [
    "device.attributes[device.driver].lane > 0",
    'device.capacity[device.driver].cores.isGreaterThan(quantity("10"))',
    'device.attributes[device.driver].release.compareTo(semver("1.2.0")) == 0',
    'device.attributes[device.driver].root.lowerAscii().startsWith("a")',
    'device.attributes[device.driver].?links.orValue([]).exists(x, x == "x")',
    'has(device.attributes[device.driver].links) && "y" in device.attributes[device.driver].links',
    "device.attributes[device.driver].?lane.orValue(1) / (device.attributes[device.driver].?lane.orValue(1) - 1) >= 0",
    "device.attributes[device.driver].lane",
    "device.attributes[device.driver].root > 1",
    "device.nothing == 1",
]


def attribute(g):
    return g.choice((
        lambda: ("root", dict(string=g.choice("abc"))), lambda: ("lane", dict(int=g.randint(0, 3))), lambda: ("warm", dict(bool=g.random() < .5)),
        lambda: ("release", dict(version=g.choice(("1.0.0", "1.2.0", "2.0.0-rc.1")))), lambda: ("links", dict(strings=g.sample("xyz", g.randint(1, 3)))),
        lambda: ("lanes", dict(ints=g.sample(range(4), g.randint(1, 2)))), lambda: ("wide.example/lane", dict(int=g.randint(0, 2))),
        lambda: ("wide.example/root", dict(string=g.choice("ab")))))()


def amount(g):
    return g.choice(("1", "1", "2", "2", "3", "500m", "1500m", "0", "2k" if g.random() < .1 else "1"))


def device(g, name, sets):
    d = dict(name=name, attributes={}, capacity={})
    for _ in range(g.randint(0, 2)):
        key, value = attribute(g)
        d["attributes"][key] = value
    maybe(g, .7, d["attributes"], "root", lambda: dict(string=g.choice("ab")))
    maybe(g, .8, d["attributes"], "lane", lambda: dict(int=g.randint(0, 3)))
    maybe(g, .9, d["capacity"], "memory", lambda: dict(value=g.choice(("2", "4", "8", "8", "4Gi", "2500m", "0"))))
    maybe(g, .25, d["capacity"], "cores", lambda: dict(value=g.choice(("100", "7"))))
    if g.random() < .4:
        d["allowMultipleAllocations"] = g.random() < .9
    for part in d["capacity"].values():
        if d.get("allowMultipleAllocations"):
            maybe(g, .6, part, "requestPolicy", lambda: policy(g))
    if sets and g.random() < .8:
        d["consumesCounters"] = [dict(counterSet=f"s{s}", counters={c: dict(value=amount(g)) for c in g.sample("cde", g.choice((1, 1, 2)))})
                                 for s in g.sample(range(1, sets + 1), g.randint(1, min(3, sets)))]
        if g.random() < .002:
            d["consumesCounters"][0]["counterSet"] = "s9"
    maybe(g, .1, d, "taints", lambda: [dict(key=key, value=g.choice("vw"), effect=g.choice(("NoSchedule", "NoExecute", "None"))) for key in g.sample("kl", g.choice((1, 1, 2)))])
    maybe(g, .1, d, "bindingConditions", lambda: g.choice((["Warm"], ["Warm", "Ready"])))
    if "bindingConditions" in d:
        maybe(g, .5, d, "bindingFailureConditions", lambda: ["Cold"])
    maybe(g, .05, d, "bindsToNode", lambda: True)
    return d


def selector(g):
    def term():
        t = {}
        if g.random() < .8:
            t["matchExpressions"] = [g.choice((
                dict(key="zone", operator="In", values=["z1"]), dict(key="zone", operator="In", values=["z2", "z1"]), dict(key="zone", operator="NotIn", values=["z2"]),
                dict(key="zone", operator="Exists"), dict(key="rack", operator="DoesNotExist"), dict(key="size", operator="Gt", values=["4"]),
                dict(key="size", operator="Lt", values=["4"]), dict(key="none", operator="Exists"))) for _ in range(g.choice((1, 1, 2)))]
        if "matchExpressions" not in t or g.random() < .1:
            t["matchFields"] = [dict(key="metadata.name", operator=g.choice(("In", "In", "NotIn")), values=[g.choice(("n1", "n1", "n2"))])]
        return t
    return dict(nodeSelectorTerms=[term() for _ in range(1 if g.random() < .95 else 2)])


def place(g, spec):
    kind = g.random()
    if kind < .65:
        spec["nodeName"] = g.choice(("n1",) * 9 + ("n2",))
    elif kind < .75:
        spec["allNodes"] = True
    elif kind < .88:
        spec["nodeSelector"] = selector(g)
    else:
        spec["perDeviceNodeSelection"] = True
        for d in spec.get("devices", []):
            kind = g.random()
            if kind < .6:
                d["nodeName"] = g.choice(("n1", "n1", "n2"))
            elif kind < .8:
                d["allNodes"] = True
            else:
                d["nodeSelector"] = selector(g)


def pool(g, driver, name):
    sets = g.choice((0, 0, 1, 2, 3, 4))
    parts = g.choice((1, 1, 2, 3))
    generation = g.choice((1, 1, 1, 2))
    holders = min(sets, g.choice((1, 1, 2)))
    count = parts + holders
    out, number = [], 0
    order = g.sample("abcde", parts)
    for part in range(parts):
        devices = []
        for _ in range(g.randint(0 if parts > 1 else 1, 5)):
            devices.append(device(g, f"d{number}", sets))
            number += 1
        if g.random() < .003 and number > 1:
            devices.append(device(g, "d0", sets))
        spec = dict(driver=driver, pool=dict(name=name, generation=generation, resourceSliceCount=count), devices=devices)
        place(g, spec)
        out.append((f"{driver}-{name}-{order[part]}", spec))
    for part in range(holders):
        mine = [s for s in range(1, sets + 1) if s % holders == part]
        spec = dict(driver=driver, pool=dict(name=name, generation=generation, resourceSliceCount=count), nodeName="n1",
                    sharedCounters=[dict(name=f"s{s}", counters={c: dict(value=g.choice(("4", "6", "9", "12", "3500m", "4k"))) for c in "cde"}) for s in mine])
        if g.random() < .2:
            del spec["nodeName"]
            spec["allNodes"] = True
        out.append((f"{driver}-{name}-z{part}", spec))
    if g.random() < .015:
        out.pop()
    if g.random() < .05:
        out.append((f"{driver}-{name}-old", dict(driver=driver, pool=dict(name=name, generation=0, resourceSliceCount=1), nodeName="n1", devices=[device(g, "d0", 0)])))
    return out


def in_use(g, slices):
    results = []
    for _, spec in slices:
        for d in spec.get("devices", []):
            where = dict(request=g.choice(("old", "r0/a0")), driver=spec["driver"], pool=spec["pool"]["name"], device=d["name"])
            if d.get("allowMultipleAllocations"):
                for _ in range(g.choice((0, 0, 1, 2))):
                    share = dict(where, shareID=f"00000000-0000-0000-0000-{len(results):012d}")
                    maybe(g, .8, share, "consumedCapacity", lambda: {c: g.choice(("1", "2", "500m")) for c in d["capacity"] or {"memory": 0}})
                    results.append(share)
            elif g.random() < .15:
                if g.random() < .1:
                    where["adminAccess"] = True
                results.append(where)
    if g.random() < .05:
        results.append(dict(request="old", driver="ash.example", pool="gone", device="d0"))
    return results


def demand(g):
    x = dict(deviceClassName=g.choice(("any",) * 8 + ("ash",) * 4 + ("big",) * 4 + ("two",) * 2 + ("missing",) * (g.random() < .03)), allocationMode="ExactCount",
             count=g.choice((1,) * 14 + (2,) * 4 + (3, 4) + (33,) * (g.random() < .05)))
    if g.random() < .07:
        x["allocationMode"] = "All"
        del x["count"]
    maybe(g, .3, x, "selectors", lambda: [dict(cel=dict(expression=g.choice(UNSAFE if g.random() < .06 else SAFE))) for _ in range(g.choice((1, 1, 1, 2)))])
    maybe(g, .2, x, "tolerations", lambda: [g.choice((dict(operator="Exists"), dict(key="k", operator="Equal", value="v"), dict(key="k", value="w"), dict(
        key="l", operator="Exists"), dict(key="k", operator="Exists", effect="NoSchedule"), dict(key="k", operator="Exists", effect="NoExecute", tolerationSeconds=30)))
                                            for _ in range(g.choice((1, 1, 2)))])
    maybe(g, .2, x, "capacity", lambda: dict(requests={c: g.choice(("1", "2", "3", "4", "300m", "1500m", "0", "16")) for c in g.choice((
        ["memory"],) * 8 + (["cores"], ["memory", "cores"]))}))
    return x


def name_of(g, request):
    if "exactly" in request or g.random() < .5:
        return request["name"]
    return f"{request['name']}/{g.choice(request['firstAvailable'])['name']}"


def claim(g, number, sizes):
    requests = []
    for i in range(g.choice(sizes)):
        if g.random() < .2:
            requests.append(dict(name=f"r{i}", firstAvailable=[dict(name=f"a{j}", **demand(g)) for j in range(g.randint(1, 3))]))
        else:
            x = demand(g)
            maybe(g, .06, x, "adminAccess", lambda: g.random() < .8)
            requests.append(dict(name=f"r{i}", exactly=x))
    spec = dict(requests=requests)
    if requests and g.random() < .35:
        spec["constraints"] = []
        for _ in range(g.choice((1, 1, 2))):
            c = {g.choice(("matchAttribute", "matchAttribute", "distinctAttribute")): g.choice((
                "ash.example/", "ash.example/", "birch.example/", "wide.example/")) + g.choice(("root", "lane", "links", "release", "warm", "lanes"))}
            maybe(g, .4, c, "requests", lambda: [name_of(g, r) for r in g.sample(requests, g.randint(1, len(requests)))])
            spec["constraints"].append(c)
    if requests and g.random() < .15:
        spec["config"] = [dict(requests=[name_of(g, g.choice(requests))] if g.random() < .7 else [], opaque=dict(driver=g.choice(DRIVERS), parameters=dict(a=n)))
                          for n in range(g.choice((1, 1, 2)))]
    return dict(apiVersion=API, kind="ResourceClaim", metadata=dict(name=f"k{number}", namespace="default"), spec=dict(devices=spec))


def features(g):
    if g.random() < .7:
        return FEATURES + ["list_attributes"] * (g.random() < .3)
    left_out = g.sample(FEATURES, g.choice((1, 1, 2, 3)))
    return [f for f in FEATURES if f not in left_out] + ["list_attributes"] * (g.random() < .3)


def case(seed):
    g = random.Random(-1 - seed)
    slices = [s for driver in DRIVERS[:g.choice((1, 1, 2, 2, 3))] for name in ["p1", "p2", "p0"][:g.choice((1, 1, 2, 3))] for s in pool(g, driver, name)]
    if g.random() < .3:
        g.shuffle(slices)
    items = [dict(apiVersion="v1", kind="Node", metadata=dict(name="n1", labels=dict(zone="z1", size=g.choice("48")))),
             dict(apiVersion="v1", kind="Node", metadata=dict(name="n2", labels=dict(zone="z2")))]
    for name, expressions in (("any", []), ("ash", ['device.driver == "ash.example"']), ("big", ['has(device.capacity[device.driver].memory) && device.capacity[device.driver].memory.isGreaterThan(quantity("2"))']),
                              ("two", ['device.driver.endsWith(".example")', "device.attributes[device.driver].?lane.orValue(1) > 0"])):
        spec = dict(selectors=[dict(cel=dict(expression=e)) for e in expressions]) if expressions else {}
        if name in ("ash", "two"):
            spec["config"] = [dict(opaque=dict(driver=driver, parameters=dict(b=2))) for driver in g.sample(DRIVERS, g.choice((1, 1, 2)))]
        items.append(dict(apiVersion=API, kind="DeviceClass", metadata=dict(name=name), spec=spec))
    items += [dict(apiVersion=API, kind="ResourceSlice", metadata=dict(name=n), spec=s) for n, s in slices]
    used = in_use(g, slices)
    if used:
        items.append(dict(apiVersion=API, kind="ResourceClaim", metadata=dict(name="earlier", namespace="default"), spec=dict(devices={}),
                          status=dict(allocation=dict(devices=dict(results=used)))))
    claims = g.choice((1, 1, 1, 2, 2, 3, 4))
    sizes = (1, 1, 2) if claims > 2 else (1, 1, 2, 2, 3, 4) if claims == 1 else (1, 2, 2, 3)
    items += [claim(g, i, sizes if g.random() > .02 else (0,)) for i in range(claims)]
    return dict(id=f"wide {seed}", features=features(g), node="n1", list=dict(apiVersion="v1", kind="List", items=items))


if __name__ == "__main__":
    for seed in range(int(sys.argv[1]), int(sys.argv[2])):
        print(json.dumps(case(seed), separators=(",", ":")))
