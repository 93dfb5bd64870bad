# SPDX-License-Identifier: Apache-2.0
"""DRA objects as drivers publish them: A100-40GB with all MIG partitions, GPUs that may be shared by capacity, whole GPUs."""

# NVIDIA's table for the A100-40GB: profile, its id, multiprocessors, copy engines, decoders, MiB, memory slices, starts.
PROFILES = [("1g.10gb", 15, 14, 1, 1, 9856, 2, (0, 2, 4, 6)), ("1g.5gb", 19, 14, 1, 0, 4864, 1, range(7)), ("1g.5gb+me", 20, 14, 1, 1, 4864, 1, range(7)),
            ("2g.10gb", 14, 28, 2, 1, 9856, 2, (0, 2, 4)), ("3g.20gb", 9, 42, 3, 2, 19968, 4, (0, 4)), ("4g.20gb", 5, 56, 4, 2, 19968, 4, (0,)),
            ("7g.40gb", 0, 98, 7, 5, 40192, 8, (0,))]
# Memory slices of the profiles that the studies ask for.
SIZE = {"1g.5gb": 1, "2g.10gb": 2, "3g.20gb": 4, "4g.20gb": 4, "7g.40gb": 8}


def amounts(multiprocessors, copies, decoders, mib, slices):
    named = {"multiprocessors": str(multiprocessors), "copy-engines": str(copies), "decoders": str(decoders), "memory": f"{mib}Mi"}
    return {name: {"value": value} for name, value in {**named, **{f"memory-slice-{s}": "1" for s in slices}}.items()}


def partitions(gpu):
    """The devices of one GPU, and of each the profile and the memory slices as bits."""
    made = [(f"gpu-{gpu}", None, 255, amounts(98, 7, 5, 40192, range(8)))]
    for profile, number, multiprocessors, copies, decoders, mib, size, starts in PROFILES:
        name = profile.replace(".", "").replace("+", "-")
        for start in starts:
            taken = range(start, start + size)
            made.append((f"gpu-{gpu}-mig-{name}-{number}-{start}", profile, sum(1 << s for s in taken), amounts(multiprocessors, copies, decoders, mib, taken)))
    return made


def resource_slice(name, node, driver, count, content):
    return {"apiVersion": "resource.k8s.io/v1", "kind": "ResourceSlice", "metadata": {"name": name}, "spec": {
        "driver": driver, "nodeName": node, "pool": {"name": node, "generation": 1, "resourceSliceCount": count}, **content}}


def mig_slices(node, gpus=8):
    """What NVIDIA's driver publishes for a node in DynamicMIG form: the counters of all GPUs, then a slice a GPU."""
    sets = [{"name": f"gpu-{g}-counter-set", "counters": amounts(98, 7, 5, 40192, range(8))} for g in range(gpus)]
    made = [resource_slice(f"{node}-mig-0", node, "gpu.nvidia.com", gpus + 1, {"sharedCounters": sets})]
    for gpu in range(gpus):
        devices = []
        for name, profile, _, counters in partitions(gpu):
            kind = {"type": {"string": "mig"}, "profile": {"string": profile}} if profile else {"type": {"string": "gpu"}}
            devices.append({"name": name, "attributes": {**kind, "productName": {"string": "NVIDIA A100-SXM4-40GB"}},
                            "capacity": {"memory": counters["memory"]}, "consumesCounters": [{"counterSet": f"gpu-{gpu}-counter-set", "counters": counters}]})
        made.append(resource_slice(f"{node}-mig-{gpu + 1}", node, "gpu.nvidia.com", gpus + 1, {"devices": devices}))
    return made


def shared_slices(node, gpus=4):
    """GPUs of which any number of claims take memory, in steps of 1 GiB."""
    memory = {"value": "40Gi", "requestPolicy": {"default": "1Gi", "validRange": {"min": "1Gi", "step": "1Gi", "max": "40Gi"}}}
    devices = [{"name": f"share-{g}", "allowMultipleAllocations": True, "attributes": {"index": {"int": g}}, "capacity": {"memory": memory}} for g in range(gpus)]
    return [resource_slice(f"{node}-share", node, "share.example.com", 1, {"devices": devices})]


def whole_slices(node, gpus=4):
    """Whole GPUs of two models, on two NUMA nodes."""
    devices = [{"name": f"whole-{g}", "attributes": {"model": {"string": "l4" if g % 2 else "a10"}, "numa": {"int": g // 2}}} for g in range(gpus)]
    return [resource_slice(f"{node}-whole", node, "whole.example.com", 1, {"devices": devices})]


def device_class(name, expression, **more):
    return {"apiVersion": "resource.k8s.io/v1", "kind": "DeviceClass", "metadata": {"name": name}, "spec": {"selectors": [{"cel": {"expression": expression}}], **more}}


CLASSES = [device_class("gpu.nvidia.com", "device.driver == 'gpu.nvidia.com' && device.attributes['gpu.nvidia.com'].type == 'gpu'"),
           device_class("mig.nvidia.com", "device.driver == 'gpu.nvidia.com' && device.attributes['gpu.nvidia.com'].type == 'mig'"),
           device_class("share.example.com", "device.driver == 'share.example.com'"),
           device_class("whole.example.com", "device.driver == 'whole.example.com'", extendedResourceName="example.com/gpu")]


def selector(profile):
    return [{"cel": {"expression": f"device.attributes['gpu.nvidia.com'].profile == '{profile}'"}}]


def mig_request(name, profile, count=1):
    return {"name": name, "exactly": {"deviceClassName": "mig.nvidia.com", "selectors": selector(profile), "count": count}}


def claim(name, requests, **more):
    return {"apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaim", "metadata": {"name": name, "namespace": "default"}, "spec": {"devices": {"requests": requests, **more}}}


def pod(name, claim_name=None, resources=None, scheduler="default-scheduler"):
    container = {"name": "c", "image": "none", "resources": resources or {}}
    made = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "default"},
            "spec": {"terminationGracePeriodSeconds": 0, "schedulerName": scheduler, "containers": [container]}}
    if claim_name:
        made["spec"]["resourceClaims"] = [{"name": "devices", "resourceClaimName": claim_name}]
        container["resources"] = {**container["resources"], "claims": [{"name": "devices"}]}
    return made
