# SPDX-License-Identifier: Apache-2.0
"""What breaks: the extender is killed between filter and bind, the API server restarts, annotations are malformed.

Each time no GPU may hold more than it has, by a tally of the API server's pods, and the scheduler must go on.
"""
import http.server
import random
import signal
import ssl
import threading
import time
import urllib.error
import urllib.request

import gpushare
from control_plane import PODS, ApiError, ControlPlane, PodStates, free_port, retry
from extender import Extender, grant
from gpushare import GIB, GPUS, share_pod, tally

KIND = "application/merge-patch+json"


class Killer:
    """Stands between kube-scheduler and the extender, and kills it around some of the binds."""

    def __init__(self, extender, rng):
        self.extender, self.rng, self.kills, self.left, self.lock, self.port = extender, rng, 0, 0, threading.Lock(), free_port()
        killer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = killer.forward(self.path, body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        server.daemon_threads, server.handle_error = True, lambda *_: None  # kube-scheduler ends calls that take too long
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def forward(self, path, body):
        due = path.endswith("/bind") and self.lock.acquire(blocking=False)
        if due:
            try:
                if self.left > 0 and self.rng.random() < .3:
                    self.left -= 1
                    self.kills += 1
                    # Before the call, or at some point of its two writes.
                    delay = self.rng.choice([0, .002, .005, .01, .02, .03])
                    if delay == 0:
                        self.extender.kill()
                    else:
                        threading.Thread(target=self.post, args=(path, body), daemon=True).start()
                        time.sleep(delay)
                        self.extender.kill()
                    self.extender.start()
                    retry("gpupack-extender", lambda: self.extender.call("/healthz") == b"ok\n")
                    return 502, b""
            finally:
                self.lock.release()
        return self.post(path, body)

    def post(self, path, body):
        request = urllib.request.Request(f"http://127.0.0.1:{self.extender.port}{path}", body, {"Content-Type": "application/json"})
        try:
            return 200, urllib.request.urlopen(request, timeout=20).read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except (urllib.error.URLError, OSError):
            return 502, b""


def cluster(plane, nodes):
    grant(plane, "gpushare.yaml")
    for i in range(nodes):
        plane.node(f"n{i}", {"aliyun.com/gpu-mem": str(GIB * GPUS), "aliyun.com/gpu-count": str(GPUS)})


def full(plane, nodes):
    """Whether the cluster is full, in GPUs of two halves."""
    held, _ = tally(plane)
    return sum(held.values()) == nodes * GPUS * GIB


def kills(binaries, program, count, policy, seed=1):
    """Halves of GPUs that just fill the cluster, in bursts, while the extender is killed."""
    rng, nodes = random.Random(seed), 4
    with ControlPlane(binaries) as plane:
        cluster(plane, nodes)
        extender = Extender(plane, program, "--system", "gpushare", "--policy", policy, "--hold-seconds", "2").ready()
        killer = Killer(extender, rng)
        plane.start_scheduler(gpushare.scheduler_config(killer.port, policy))
        number = 0
        while killer.kills < count:
            killer.left = min(5, count - killer.kills)
            names = [f"p{number + i}" for i in range(nodes * GPUS * 2)]
            number += len(names)
            for name in names:
                plane.api("POST", PODS, share_pod(name, GIB // 2))
            retry("a full cluster", lambda: full(plane, nodes))
            killer.left = 0
            for name in names:
                plane.remove_pod(name)
        assert extender.metric("over_full_gpus") == 0
        print(f"faults: {policy}: killed {killer.kills} times around bind, {number} pods bound, no GPU over-allocated", flush=True)


def api_server_restarts(binaries, program, times=2):
    nodes = 4
    with ControlPlane(binaries) as plane:
        cluster(plane, nodes)
        extender = Extender(plane, program, "--system", "gpushare", "--hold-seconds", "2").ready()
        plane.start_scheduler(gpushare.scheduler_config(extender.port, "gpushare"))
        for turn in range(times):
            names = [f"p{turn}-{i}" for i in range(nodes * GPUS * 2)]
            for i, name in enumerate(names):
                plane.api("POST", PODS, share_pod(name, GIB // 2))
                if i == len(names) // 2:
                    plane.stop("kube-apiserver", signal.SIGKILL)
                    plane.start_apiserver()
            retry("a full cluster", lambda: full(plane, nodes))
            for name in names:
                plane.remove_pod(name)
        assert extender.alive()
        print(f"faults: the API server was killed {times} times while pods were bound; the scheduler goes on, no GPU over-allocated", flush=True)


def malformed(binaries, program, seed=1):
    """Annotations that say something else or nothing, of pods that run and of pods that wait; amounts of nodes that are none."""
    rng, nodes = random.Random(seed), 3
    with ControlPlane(binaries) as plane:
        cluster(plane, nodes)
        certificate, key = plane.client_certificate("system:serviceaccount:kube-system:gpupack-extender", ["system:serviceaccounts"])
        subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
        import subprocess
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "tls.key", "-out", "tls.crt", "-days", "2", *subject],
                       check=True, capture_output=True, cwd=plane.folder)
        https = ssl.create_default_context(cafile=plane.path("tls.crt"))
        extender = Extender(plane, program, "--system", "gpushare", "--tls-cert", plane.path("tls.crt"), "--tls-key", plane.path("tls.key"),
                            user={"client-certificate": certificate, "client-key": key}, https=https).ready()
        config = gpushare.scheduler_config(extender.port, "gpushare")
        config["extenders"][0].update(urlPrefix=config["extenders"][0]["urlPrefix"].replace("http:", "https:"), enableHTTPS=True,
                                      tlsConfig={"caFile": plane.path("tls.crt")})
        plane.start_scheduler(config)
        states = PodStates(plane)
        true_gpu = {}
        bad = ["", "x", "-1", "7", "99999999999999999999", "1.5", "0x1", " 1", "\u0661", "1" * 3000]
        for i in range(10):
            plane.api("POST", PODS, share_pod(f"p{i}", 4))
            assert states.wait(f"p{i}"), "a pod that fits was not bound"
            marks = plane.api("GET", f"{PODS}/p{i}")["metadata"]["annotations"]
            true_gpu[f"p{i}"] = int(marks["ALIYUN_COM_GPU_MEM_IDX"])
            field = rng.choice(["IDX", "POD", "ASSUME_TIME", "DEV"])
            plane.api("PATCH", f"{PODS}/p{i}", {"metadata": {"annotations": {f"ALIYUN_COM_GPU_MEM_{field}": bad[i % len(bad)]}}}, kind=KIND)
        plane.api("PATCH", f"{PODS}/p0", {"metadata": {"annotations": {"ALIYUN_COM_GPU_MEM_IDX": "bad"}}}, kind=KIND)
        for i in range(3):  # that wait, with annotations of their own
            marks = {"ALIYUN_COM_GPU_MEM_IDX": rng.choice(bad), "ALIYUN_COM_GPU_MEM_POD": "1", "gpupack/assumed-node": rng.choice(["n0", "nowhere", ""])}
            plane.api("POST", PODS, share_pod(f"w{i}", 4, annotations=marks))
            assert states.wait(f"w{i}", also_false=False), "a pod that fits was not bound"
        for how in ("goes on", "starts again"):
            if how == "starts again":
                extender.kill()
                extender.start()
                extender.ready()
            for i in range(12):
                plane.api("POST", PODS, share_pod(f"{how[:4].strip()}{i}", 4))
                states.wait(f"{how[:4].strip()}{i}", 3)
            held = {}
            for one in plane.api("GET", PODS)["items"]:
                name, node = one["metadata"]["name"], one["spec"].get("nodeName")
                if not node:
                    continue
                gpu = true_gpu[name] if name in true_gpu else int(one["metadata"]["annotations"]["ALIYUN_COM_GPU_MEM_IDX"])
                held[node, gpu] = held.get((node, gpu), 0) + 4
            assert max(held.values()) <= GIB, held
            assert extender.metric("malformed_annotations_total") > 0
        assert extender.alive()
        try:
            extender.call("/gpushare-scheduler/bind", {"PodName": "../../nodes/n0", "PodNamespace": "default", "PodUID": "", "Node": "n0"})
            raise AssertionError("a path for a name was taken")
        except urllib.error.HTTPError as error:
            assert error.code == 500
        print("faults: malformed annotations: no GPU over-allocated, before and after a restart; HTTPS, client certificate", flush=True)


def least_rights(binaries, program):
    """The account may do what the extender does, and not one thing more that is tried here."""
    with ControlPlane(binaries) as plane:
        for file, allowed, denied in [
                ("extender.yaml", [("GET", "/api/v1/nodes"), ("GET", "/apis/resource.k8s.io/v1/resourceclaims")], [("GET", "/api/v1/pods"), ("GET", "/api/v1/secrets"), ("DELETE", "/apis/resource.k8s.io/v1/namespaces/default/resourceclaims/x")])]:
            grant(plane, file)
            for method, path in allowed:
                plane.api(method, path, token="extender-token")
            for method, path in denied:
                refused(plane, method, path)
        grant(plane, "gpushare.yaml")
        plane.api("GET", "/api/v1/pods", token="extender-token")
        for method, path in [("GET", "/api/v1/secrets"), ("DELETE", f"{PODS}/x"), ("POST", PODS), ("PATCH", "/api/v1/nodes/n0"), ("GET", "/api/v1/namespaces/default/configmaps")]:
            refused(plane, method, path)
        print("faults: the accounts of the deployments may do no more than they need", flush=True)


def refused(plane, method, path):
    try:
        plane.api(method, path, {} if method in ("POST", "PATCH") else None, kind=KIND if method == "PATCH" else "application/json", token="extender-token")
    except ApiError as error:
        assert error.status == 403, f"{method} {path}: {error}"
        return
    raise AssertionError(f"{method} {path} was allowed")


def run(binaries, program, count):
    least_rights(binaries, program)
    kills(binaries, program, count, "gpushare")
    kills(binaries, program, max(1, count // 5), "lookahead", seed=2)
    api_server_restarts(binaries, program)
    malformed(binaries, program)
