# SPDX-License-Identifier: Apache-2.0
"""What the extender costs: time of a prioritize call and memory at some numbers of nodes, and pods a second of a real kube-scheduler.

Calls are timed beside a program that lists objects as an API server does, as 45,000 ResourceSlices of 5,000 nodes are not etcd's affair.
"""
import http.client
import http.server
import json
import random
import tempfile
import threading
import time
import urllib.parse

import devices
import dra_study
from control_plane import ControlPlane, PodStates
from devices import SIZE
from extender import Extender, grant


def node_object(name):
    return {"kind": "Node", "metadata": {"name": name, "resourceVersion": "1", "labels": {"kubernetes.io/hostname": name}}}


class Lists(http.server.BaseHTTPRequestHandler):
    """Answers lists in pages, and watches in which nothing happens but new claims."""
    protocol_version = "HTTP/1.1"
    nodes, claims, changed = [], [], threading.Condition()

    def do_GET(self):
        url = urllib.parse.urlparse(self.path)
        query, kind = dict(urllib.parse.parse_qsl(url.query)), url.path.rsplit("/", 1)[1]
        if "watch" in query:
            return self.watch(kind)
        make = {"nodes": lambda n: [node_object(n)], "resourceslices": lambda n: devices.mig_slices(n)}.get(kind)
        items = devices.CLASSES if kind == "deviceclasses" else []
        meta = {"resourceVersion": "1"}
        if make:
            start = int(query.get("continue", 0))
            items = [one for n in self.nodes[start:start + 50] for one in make(n)]
            meta["continue"] = str(start + 50) if start + 50 < len(self.nodes) else ""
        body = json.dumps({"metadata": meta, "items": items}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def watch(self, kind):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        seen = 0
        while kind == "resourceclaims":
            with self.changed:
                while len(self.claims) == seen:
                    self.changed.wait()
                new, seen = self.claims[seen:], len(self.claims)
            try:
                for one in new:
                    line = (json.dumps({"type": "ADDED", "object": one}) + "\n").encode()
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
                self.wfile.flush()
            except OSError:
                return  # of an extender that has ended
        threading.Event().wait()

    def log_message(self, *_):
        pass


class Folder(ControlPlane):
    """What Extender needs of a control plane, without one."""

    def __init__(self, port):
        super().__init__("")
        self.port, self.folder = port, tempfile.mkdtemp(prefix="control-plane-")

    def write_kubeconfig(self, name, user):
        with open(self.path(name), "w") as file:
            json.dump({"current-context": "local", "users": [{"name": "user", "user": user}], "contexts": [{"name": "local", "context": {"cluster": "local", "user": "user"}}],
                       "clusters": [{"name": "local", "cluster": {"server": f"http://127.0.0.1:{self.port}"}}]}, file)
        return self.path(name)


def allocated(number, node, profile, device):
    made = devices.claim(f"used{number}", [devices.mig_request("r", profile)])
    made["metadata"]["resourceVersion"] = "1"
    made["status"] = {"allocation": {"devices": {"results": [{"request": "r", "driver": "gpu.nvidia.com", "pool": node, "device": device}]},
                                     "nodeSelector": {"nodeSelectorTerms": [{"matchFields": [{"key": "metadata.name", "operator": "In", "values": [node]}]}]}}}
    return made


def calls(program, nodes, count=300):
    """p50 and p99 of prioritize: one pod of a profile a call, and between two calls an allocation on some node."""
    names, rng = [f"n{i:04}" for i in range(nodes)], random.Random(1)
    Lists.nodes, Lists.claims = names, []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Lists)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    folder = Folder(server.server_port)
    extender = Extender(folder, program)
    began = time.time()
    while True:
        try:
            if extender.call("/healthz") == b"ok\n":
                break
        except OSError:
            assert extender.alive() and time.time() - began < 900
        time.sleep(.5)
    listed = time.time() - began
    profiles, free = list(SIZE), {n: list(range(8)) for n in names}
    for profile in profiles:
        put(extender, names, devices.claim(f"asks-{profile.replace('.', '')}", [devices.mig_request("r", profile)]))
    times, first, cpu, used = [], [], [], extender.cpu_seconds()
    for i in range(count):
        profile = profiles[i % len(profiles)]
        claim_name = f"asks-{profile.replace('.', '')}"
        body = json.dumps({"Pod": devices.pod("p", claim_name), "Nodes": None, "NodeNames": names}).encode()
        began = time.perf_counter()
        answer = post(extender, body)
        (first if i < len(profiles) else times).append(time.perf_counter() - began)
        reply = json.loads(answer)
        cpu.append(extender.cpu_seconds())
        assert i or max(one["Score"] for one in reply) >= 0
        node = rng.choice(names)
        if free[node]:
            gpu = free[node].pop(0)
            profile, device = rng.choice([(p, d) for d, p, _, _ in devices.partitions(gpu) if p in SIZE])
            put(extender, names, allocated(i, node, profile, device))
    times.sort()
    print(f"cost: {nodes} nodes of 8 A100: prioritize p50 {1e3 * times[len(times) // 2]:.2f} ms, p99 {1e3 * times[int(len(times) * .99)]:.2f} ms, the first of a kind "
          f"{1e3 * max(first):.0f} ms; CPU {1e3 * (cpu[-1] - cpu[len(profiles)]) / len(times):.2f} ms a call with the watch, {1e3 * (cpu[0] - used):.0f} ms the first; "
          f"{extender.memory_mib()} MiB; listed in {listed:.0f} s", flush=True)
    server.shutdown()
    folder.__exit__()


def post(extender, body):
    """Over a connection that stays open, as kube-scheduler's does."""
    if not hasattr(extender, "connection"):
        extender.connection = http.client.HTTPConnection("127.0.0.1", extender.port)
    extender.connection.request("POST", "/prioritize", body, {"Content-Type": "application/json"})
    return extender.connection.getresponse().read()


def put(extender, names, claim):
    """Adds a claim, and waits until the extender has it."""
    before = extender.metric("watch_events_total")
    with Lists.changed:
        Lists.claims.append(claim)
        Lists.changed.notify_all()
    while extender.metric("watch_events_total") == before:
        time.sleep(.001)


def throughput(binaries, program, nodes, pods):
    """Pods a second of kube-scheduler: all are created first, then it starts."""
    for rule in ("default", "extender"):
        with ControlPlane(binaries) as plane:
            dra_study.publish(plane, nodes)
            extender = None
            if rule == "extender":
                grant(plane, "extender.yaml")
                extender = Extender(plane, program)
                while True:
                    try:
                        extender.ready()
                        break
                    except RuntimeError:
                        assert extender.alive()
            rng = random.Random(1)
            for i in range(pods):
                dra_study.ask(plane, i, rng.choice(list(SIZE)))
            states = PodStates(plane)
            plane.start_scheduler(dra_study.configuration(rule, extender))
            while not any(states.states.values()):
                time.sleep(.01)
            began, placed = time.time(), sum(bool(n) for n in states.states.values())
            while sum(bool(n) for n in list(states.states.values())) < pods and time.time() - began < 300:
                time.sleep(.01)
            done = sum(bool(n) for n in states.states.values())
            assert done == pods, f"{done} of {pods} were bound"
            print(f"cost: kube-scheduler with rule {rule}, {nodes} nodes: {(pods - placed) / (time.time() - began):.1f} pods a second", flush=True)


def run(binaries, program, nodes, call_nodes, pods):
    for count in call_nodes:
        calls(program, count)
    if nodes:
        throughput(binaries, program, nodes, pods)
