#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""gpupack-extender beside an API server that stands in for Kubernetes': prioritize_test.py PROGRAM

Lists, watches that are cut, objects that cannot be read, and the scores of nodes that differ in what an allocation blocks.
"""
import copy
import http.server
import json
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

from harness import free_port, until

NODES = ["n1", "n2", "n3"]
SLICES = {"one-0": [0], "one-1": [1], "one-2": [2], "one-3": [3], "two-0": [0, 1], "two-2": [2, 3], "four-0": [0, 1, 2, 3]}


def named(kind, name, spec, **meta):
    return dict(kind=kind, metadata=dict(name=name, resourceVersion="1", **meta), spec=spec)


def pool(node):
    return dict(driver="gpu.example", nodeName=node, pool=dict(name=node, generation=1, resourceSliceCount=2))


def published(node):
    devices = [dict(name=name, attributes=dict(size=dict(int=len(parts))),
                    consumesCounters=[dict(counterSet="gpu", counters={f"s{p}": dict(value="1") for p in parts})]) for name, parts in SLICES.items()]
    counters = [dict(name="gpu", counters={f"s{p}": dict(value="1") for p in range(4)})]
    return [named("ResourceSlice", f"{node}-a", dict(pool(node), devices=devices, aFieldOfTheFuture=[1])),
            named("ResourceSlice", f"{node}-z", dict(pool(node), sharedCounters=counters))]


def claim(name, size, device=None, node=None):
    made = named("ResourceClaim", name, dict(devices=dict(requests=[dict(name="r", exactly=dict(deviceClassName="part", selectors=[
        dict(cel=dict(expression=f"device.attributes['gpu.example'].size == {size}"))]))])), namespace="default")
    if device:
        made["status"] = dict(allocation=dict(devices=dict(results=[dict(request="r", driver="gpu.example", pool=node, device=device)]),
                                              nodeSelector=dict(nodeSelectorTerms=[dict(matchFields=[dict(key="metadata.name", operator="In", values=[node])])])))
    return made


class Cluster:
    """The objects, and the changes that watches see."""

    def __init__(self):
        self.changed = threading.Condition()
        self.objects = {"nodes": [dict(kind="Node", metadata=dict(name=n, resourceVersion="1")) for n in NODES],
                        "deviceclasses": [named("DeviceClass", "part", {})],
                        "resourceslices": [s for n in NODES for s in published(n)], "resourceclaims": []}
        self.events = []

    def put(self, kind, one, event="MODIFIED"):
        with self.changed:
            rest = [o for o in self.objects[kind] if o["metadata"]["name"] != one["metadata"]["name"]]
            self.objects[kind] = rest if event == "DELETED" else rest + [one]
            self.events.append((kind, dict(type=event, object=copy.deepcopy(one))))
            self.changed.notify_all()


cluster = Cluster()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        kind = self.path.split("?")[0].rsplit("/", 1)[1]
        self.send_response(200)
        if "watch=1" not in self.path:
            with cluster.changed:
                body = json.dumps(dict(kind="List", metadata=dict(resourceVersion=str(len(cluster.events))), items=cluster.objects[kind])).encode()
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        seen = int(self.path.rsplit("resourceVersion=", 1)[1])
        until = time.time() + 2  # cut often, as a network does
        while time.time() < until:
            with cluster.changed:
                if len(cluster.events) <= seen:
                    cluster.changed.wait(.2)
                new, seen = cluster.events[seen:], len(cluster.events)
            for number, (of_kind, event) in enumerate(new):
                event["object"]["metadata"]["resourceVersion"] = str(seen - len(new) + number + 1)
                if of_kind == kind:
                    self.send(event)
        self.send(dict(type="BOOKMARK", object=dict(metadata=dict(resourceVersion=str(seen)))))
        self.wfile.write(b"0\r\n\r\n")

    def send(self, event):
        line = (json.dumps(event) + "\n").encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
        self.wfile.flush()

    def log_message(self, *_):
        pass


def call(port, path, body=None):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", None if body is None else json.dumps(body).encode(), {"Content-Type": "application/json"})
    return urllib.request.urlopen(request, timeout=10).read()


def answers(port, path, claim_name, field):
    pod = dict(metadata=dict(name="p", namespace="default"), spec=dict(resourceClaims=[dict(name="r", resourceClaimName=claim_name)]))
    reply = json.loads(call(port, path, dict(Pod=pod, Nodes=None, NodeNames=NODES)))
    return {one["Host"]: one[field] for one in reply}


def scores(port, claim_name):
    return answers(port, "/prioritize", claim_name, "Score")


def pool_of_two_nodes(port):
    """A pool is complete or not for each node that has a slice of it, whichever slice comes or goes."""
    def part(node, devices):
        return named("ResourceSlice", f"wide-{node}", dict(driver="gpu.example", nodeName=node, devices=devices, pool=dict(name="wide", generation=1, resourceSliceCount=2)))
    possible = lambda: answers(port, "/forecast", "ninth", "Devices")
    cluster.put("resourceclaims", claim("ninth", 9))
    cluster.put("resourceslices", part("n1", [dict(name="nine", attributes=dict(size=dict(int=9)))]))
    cluster.put("resourceslices", part("n2", []))
    until({"n1": "nine", "n2": "", "n3": ""}, possible)
    cluster.put("resourceslices", part("n2", []), "DELETED")
    until({"n1": "", "n2": "", "n3": ""}, possible)
    cluster.put("resourceslices", part("n2", []))
    until({"n1": "nine", "n2": "", "n3": ""}, possible)
    cluster.put("resourceclaims", claim("taken", 9, "nine", "n1"))  # of a pool "n1", which has no such device
    other = claim("other", 9, "nine", "wide")
    cluster.put("resourceclaims", other)
    until({"n1": "", "n2": "", "n3": ""}, possible)


def main():
    api = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    api.daemon_threads = True
    threading.Thread(target=api.serve_forever, daemon=True).start()
    port = free_port()
    program = subprocess.Popen([sys.argv[1], "--server", f"http://127.0.0.1:{api.server_port}", "--port", str(port)], stderr=subprocess.DEVNULL)
    try:
        def ready():
            try:
                return call(port, "/healthz")
            except (urllib.error.URLError, OSError):
                return None
        until(b"ok\n", ready)
        cluster.put("resourceclaims", claim("used", 1, "one-0", "n1"))
        cluster.put("resourceclaims", claim("all", 4, "four-0", "n2"))
        cluster.put("resourceclaims", claim("new", 1))
        # n1: one-1 blocks itself alone; n2: nothing is left; n3: one-0 blocks itself, two-0 and four-0.
        until({"n1": 7, "n2": 0, "n3": 0}, lambda: scores(port, "new"))
        cluster.put("resourceclaims", claim("all", 4), "DELETED")
        cluster.put("resourceclaims", claim("used", 1), "DELETED")
        until({"n1": 0, "n2": 0, "n3": 0}, lambda: scores(port, "new"))  # all alike
        cluster.put("resourceclaims", claim("used", 1, "one-0", "n3"))
        until({"n1": 0, "n2": 0, "n3": 7}, lambda: scores(port, "new"))
        pool_of_two_nodes(port)
        broken = claim("broken", 1)
        broken["spec"]["devices"]["requests"] = "none"
        cluster.put("resourceclaims", broken)
        until(b"1", lambda: [line.split()[1] for line in call(port, "/metrics").split(b"\n") if b"objects_refused_total" in line][0][:1])
        assert set(scores(port, "nobody").values()) == {0}, "a pod without claims has no wish"
        try:
            call(port, "/prioritize", [])
            raise AssertionError("a request without a pod was taken")
        except urllib.error.HTTPError as error:
            assert error.code == 400
        assert program.poll() is None, "the extender ended"
    finally:
        program.kill()
        program.wait()
    print("ok")


main()
