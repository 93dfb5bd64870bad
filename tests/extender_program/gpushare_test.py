#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""gpupack-extender --system gpushare beside an API server that stands in for Kubernetes': gpushare_test.py PROGRAM

A made-up scheduler filters and binds pods on several threads while the program is killed, bindings arrive late or not at all, pods go, and
annotations are written over. The objects of the API server are tallied all the time: no GPU may hold more than it has.
"""
import copy
import http.client
import http.server
import json
import random
import socket
import subprocess
import sys
import threading
import time

from harness import until

UNITS, GPUS, NODES = 10, 2, ["n1", "n2", "n3"]
MARK = "ALIYUN_COM_GPU_MEM_"


class Cluster:
    """Pods and nodes, with versions, and the changes that watches see."""

    def __init__(self, rng):
        self.rng, self.changed, self.version, self.events, self.number = rng, threading.Condition(), 1, [], 0
        amounts = {"aliyun.com/gpu-mem": str(UNITS * GPUS), "aliyun.com/gpu-count": str(GPUS)}
        self.objects = {"nodes": {n: dict(metadata=dict(name=n, resourceVersion="1"), status=dict(capacity=amounts)) for n in NODES}, "pods": {}, "configmaps": {}}
        self.objects["nodes"]["plain"] = dict(metadata=dict(name="plain", resourceVersion="1"), status=dict(capacity={}))
        self.true_gpu, self.slow = {}, 0.0

    def put(self, kind, key, one, event="MODIFIED"):
        with self.changed:
            self.version += 1
            one["metadata"]["resourceVersion"] = str(self.version)
            if event == "DELETED":
                self.objects[kind].pop(key, None)
            else:
                self.objects[kind][key] = one
            self.events.append((self.version, kind, dict(type=event, object=copy.deepcopy(one))))
            self.changed.notify_all()
            self.check()

    def check(self):
        held = {}
        for name, one in self.objects["pods"].items():
            if one["spec"].get("nodeName"):
                where = one["spec"]["nodeName"], self.true_gpu[name]
                held[where] = held.get(where, 0) + units(one)
        over = {where: amount for where, amount in held.items() if amount > UNITS}
        if over:
            print("OVER-ALLOCATED", over, flush=True)
            self.over = over

    over = None

    def create(self, amount, **annotations):
        with self.changed:
            self.number += 1
            name = f"p{self.number}"
            one = dict(metadata=dict(name=name, namespace="default", uid=f"uid-{name}", annotations=annotations),
                       spec=dict(containers=[dict(resources=dict(limits={"aliyun.com/gpu-mem": str(amount)}))]), status=dict(phase="Pending"))
            self.put("pods", name, one, "ADDED")
            return copy.deepcopy(one)

    def patch(self, name, body):
        with self.changed:
            one = self.objects["pods"].get(name)
            if one is None:
                return 404, {}
            one = copy.deepcopy(one)
            meta = body["metadata"]
            if meta.get("uid", one["metadata"]["uid"]) != one["metadata"]["uid"] or meta.get("resourceVersion", one["metadata"]["resourceVersion"]) != one["metadata"]["resourceVersion"]:
                return 409, dict(message="the object has been modified")
            for key, value in meta["annotations"].items():
                if value is None:
                    one["metadata"]["annotations"].pop(key, None)
                else:
                    one["metadata"]["annotations"][key] = value
            self.put("pods", name, one)
            return 200, one

    def bind(self, name, body):
        with self.changed:
            one = self.objects["pods"].get(name)
            if one is None:
                return 404, {}
            meta = body["metadata"]
            if one["spec"].get("nodeName") or meta["uid"] != one["metadata"]["uid"] or meta.get("resourceVersion", one["metadata"]["resourceVersion"]) != one["metadata"]["resourceVersion"]:
                return 409, dict(message="the pod has changed or is bound")
            one = copy.deepcopy(one)
            one["spec"]["nodeName"] = body["target"]["name"]
            self.true_gpu[name] = int(one["metadata"]["annotations"][MARK + "IDX"])
            self.put("pods", name, one)
            return 201, {}


def units(pod):
    return int(pod["spec"]["containers"][0]["resources"]["limits"]["aliyun.com/gpu-mem"])


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def body(self):
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def do_GET(self):
        path = self.path.split("?")[0].split("/")
        if path[-2] == "pods":
            with cluster.changed:
                one = copy.deepcopy(cluster.objects["pods"].get(path[-1]))
            return self.answer(200, one) if one else self.answer(404, {})
        if "watch=1" not in self.path:
            with cluster.changed:
                items, version = copy.deepcopy(list(cluster.objects[path[-1]].values())), str(cluster.version)
            return self.answer(200, dict(metadata=dict(resourceVersion=version), items=items))
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        seen, end = int(self.path.rsplit("resourceVersion=", 1)[1]), time.time() + 1.5  # cut often, as a network does
        while time.time() < end:
            with cluster.changed:
                if cluster.version <= seen:
                    cluster.changed.wait(.2)
                new, seen = [e for v, kind, e in cluster.events if v > seen and kind == path[-1]], cluster.version
            for event in new:
                line = (json.dumps(event) + "\n").encode()
                self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")

    def do_PATCH(self):
        body = self.body()
        time.sleep(cluster.rng.random() * cluster.slow)
        self.answer(*cluster.patch(self.path.split("/")[-1], body))

    def do_POST(self):
        body = self.body()
        # Whoever asked may be dead when it is done, or have given the share up.
        time.sleep(cluster.rng.random() * (50 * cluster.slow if cluster.rng.random() < .2 else cluster.slow))
        self.answer(*cluster.bind(self.path.split("/")[-2], body))

    def log_message(self, *_):
        pass

    def handle(self):
        try:
            super().handle()
        except OSError:
            pass


class Program:
    def __init__(self, command):
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.port = one.getsockname()[1]
        self.command = [*command, "--port", str(self.port), "--hold-seconds", "1"]
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command, stderr=subprocess.DEVNULL)
        for _ in range(200):
            if self.call("GET", "/healthz")[0] == 200:
                return
            time.sleep(.05)
        raise AssertionError("the program does not become ready")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def call(self, method, path, body=None):
        """(status, body); (0, None) where nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json"})
            reply = connection.getresponse()
            return reply.status, reply.read().decode()
        except (OSError, http.client.HTTPException):
            return 0, None
        finally:
            connection.close()

    def filter(self, pod, nodes):
        status, text = self.call("POST", "/gpushare-scheduler/filter", dict(Pod=pod, Nodes=None, NodeNames=nodes))
        return json.loads(text) if status == 200 else dict(NodeNames=None, Error=str(status))

    def bind(self, pod, node):
        meta = pod["metadata"]
        return self.call("POST", "/gpushare-scheduler/bind", dict(PodName=meta["name"], PodNamespace="default", PodUID=meta["uid"], Node=node))

    def metric(self, name):
        return int([line for line in self.call("GET", "/metrics")[1].splitlines() if line.startswith(f"gpupack_extender_{name} ")][0].split()[1])


def protocol(program):
    """What the original answers."""
    pod = cluster.create(6)
    reply = program.filter(pod, NODES + ["plain", "unknown"])
    assert reply["NodeNames"] == NODES and reply["Error"] == "" and reply["Nodes"] is None, reply
    assert reply["FailedNodes"]["plain"] == "The node plain is not for GPU share, need skip", reply
    whole = json.loads(program.call("POST", "/gpushare-scheduler/filter", dict(Pod=pod, Nodes=dict(items=[dict(metadata=dict(name="n1")), dict(metadata=dict(name="plain"))])))[1])
    assert [n["metadata"]["name"] for n in whole["Nodes"]["items"]] == ["n1"], whole
    too_large = program.filter(cluster.create(UNITS + 1), ["n1"])
    assert too_large["NodeNames"] == [] and too_large["FailedNodes"] == {"n1": "Insufficient GPU Memory in one device"}, too_large
    assert program.bind(pod, "n1") == (200, '{"Error":""}')
    marks = cluster.objects["pods"][pod["metadata"]["name"]]["metadata"]["annotations"]
    assert {k: marks[MARK + k] for k in ("IDX", "DEV", "POD", "ASSIGNED")} == dict(IDX="0", DEV=str(UNITS), POD="6", ASSIGNED="false"), marks
    assert int(marks[MARK + "ASSUME_TIME"]) > 1.5e18
    for amount, gpu in ((3, "0"), (4, "1"), (1, "0")):  # the least room that will do
        one = cluster.create(amount)
        assert program.filter(one, NODES)["NodeNames"] == NODES
        assert program.bind(one, "n1")[0] == 200
        assert cluster.objects["pods"][one["metadata"]["name"]]["metadata"]["annotations"][MARK + "IDX"] == gpu
    until([10, 4], lambda: [d["usedGPU"] for d in json.loads(program.call("GET", "/gpushare-scheduler/inspect/n1")[1])["nodes"][0]["devs"]])
    shown = json.loads(program.call("GET", "/gpushare-scheduler/inspect")[1])["nodes"]
    assert [(n["name"], n["totalGPU"], n["usedGPU"]) for n in shown] == [("n1", 20, 14), ("n2", 20, 0), ("n3", 20, 0)], shown
    assert dict(name=pod["metadata"]["name"], namespace="default", usedGPU=6) in shown[0]["devs"][0]["pods"], shown
    assert "not found" in json.loads(program.call("GET", "/gpushare-scheduler/inspect/n9")[1])["error"]
    assert program.call("GET", "/version")[0] == 200
    first, second = cluster.create(UNITS), cluster.create(UNITS)  # held between filter and bind, as there is no other node
    assert program.filter(first, ["n2"])["NodeNames"] == ["n2"] and program.filter(second, ["n2"])["NodeNames"] == ["n2"]
    assert program.filter(cluster.create(1), ["n2"])["NodeNames"] == []
    until(["n2"], lambda: program.filter(cluster.create(1), ["n2"])["NodeNames"])  # a second later
    cluster.put("configmaps", "x", dict(metadata=dict(name="unhealthy-gpu-n3", namespace="kube-system"), data=dict(gpus="1, 7,x")))
    until([], lambda: program.filter(cluster.create(1), ["n3"])["NodeNames"] if program.bind(cluster.create(UNITS), "n3")[0] == 0 else
          program.filter(cluster.create(1), ["n3"])["NodeNames"])
    cluster.put("configmaps", "x", cluster.objects["configmaps"]["x"], "DELETED")
    for path, body in (("filter", []), ("bind", []), ("bind", dict(PodName="../x", PodNamespace="d", PodUID="u", Node="n1"))):
        status, text = program.call("POST", f"/gpushare-scheduler/{path}", body)
        assert json.loads(text)["Error"], (path, text)
    for name in list(cluster.objects["pods"]):
        cluster.put("pods", name, cluster.objects["pods"][name], "DELETED")
    until(0, lambda: program.metric("gpu_memory_units_used"))


def malformed(program):
    """What an annotation may mean is kept free."""
    one = cluster.create(4)
    assert program.bind(one, "n1")[0] == 200
    name = one["metadata"]["name"]
    for bad in ("x", "-1", "2", "99999999999999999999", "0 ", ""):
        cluster.patch(name, dict(metadata=dict(annotations={MARK + "IDX": bad})))
    until([4, 4], lambda: [d["usedGPU"] for d in json.loads(program.call("GET", "/gpushare-scheduler/inspect/n1")[1])["nodes"][0]["devs"]])
    cluster.patch(name, dict(metadata=dict(annotations={MARK + "IDX": "1", MARK + "POD": "7"})))
    until([4, 7], lambda: [d["usedGPU"] for d in json.loads(program.call("GET", "/gpushare-scheduler/inspect/n1")[1])["nodes"][0]["devs"]])
    assert program.metric("malformed_annotations_total") >= 4
    program.kill()
    cluster.patch(name, dict(metadata=dict(annotations={MARK + "POD": "many"})))
    program.start()
    until([0, 4], lambda: [d["usedGPU"] for d in json.loads(program.call("GET", "/gpushare-scheduler/inspect/n1")[1])["nodes"][0]["devs"]])
    cluster.put("pods", name, cluster.objects["pods"][name], "DELETED")


def storm(program, rng, seconds):
    """Schedulers on several threads, kills, late bindings, annotations of others."""
    end, kills = time.time() + seconds, 0
    cluster.slow = .03

    def schedule(seed):
        own = random.Random(seed)
        while time.time() < end:
            waiting = [copy.deepcopy(p) for p in list(cluster.objects["pods"].values()) if not p["spec"].get("nodeName")]
            pod = own.choice(waiting) if waiting and own.random() < .5 else cluster.create(own.randint(1, UNITS))
            found = program.filter(pod, own.sample(NODES, 3)).get("NodeNames") or []
            if found:
                program.bind(pod, own.choice(found))
            names = list(cluster.objects["pods"])
            if len(names) > 12 and own.random() < .6:
                with cluster.changed:
                    name = own.choice(names)
                    if name in cluster.objects["pods"]:
                        cluster.put("pods", name, cluster.objects["pods"][name], "DELETED")
            if own.random() < .05 and names:
                cluster.patch(own.choice(names), dict(metadata=dict(annotations={MARK + own.choice(["IDX", "POD"]): own.choice(["x", "", "-3", "8"])})))

    threads = [threading.Thread(target=schedule, args=(seed,)) for seed in range(4)]
    for one in threads:
        one.start()
    while time.time() < end:
        time.sleep(rng.random() * .4)
        program.kill()
        program.start()
        kills += 1
    for one in threads:
        one.join()
    assert cluster.over is None, cluster.over
    bound = sum(bool(p["spec"].get("nodeName")) for p in cluster.objects["pods"].values())
    assert kills > 3 and cluster.number > 50 and bound > 0, (kills, cluster.number, bound)
    return kills


rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
cluster = Cluster(rng)
api = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
api.daemon_threads = True
threading.Thread(target=api.serve_forever, daemon=True).start()
for policy in ("gpushare", "lookahead"):
    program = Program([sys.argv[1], "--server", f"http://127.0.0.1:{api.server_port}", "--system", "gpushare", "--policy", policy])
    try:
        if policy == "gpushare":
            protocol(program)
            malformed(program)
        killed = storm(program, rng, float(sys.argv[3]) if len(sys.argv) > 3 else 5)
        print(f"{policy}: {killed} kills, {cluster.number} pods", flush=True)
    finally:
        program.kill()
print("ok")
