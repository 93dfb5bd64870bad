# SPDX-License-Identifier: Apache-2.0
"""A real Kubernetes control plane on loopback: etcd, kube-apiserver and, if wanted, kube-scheduler. No kubelet, no controllers.

    with ControlPlane("build/kubernetes") as plane:
        plane.start_scheduler({...}); plane.node("n1", {...}); plane.api("POST", "/api/v1/namespaces/default/pods", {...})

Nodes are objects that we post: their status is written by hand and the not-ready taint removed, as no controller does it. Pods stay
bound and never run. Deleting a pod with gracePeriodSeconds=0 frees its place at once. Nobody releases the claim of a deleted pod:
its status is emptied and its finalizer dropped here.
"""
import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time

BASE = {"apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "KubeSchedulerConfiguration", "leaderElection": {"leaderElect": False},
        "podInitialBackoffSeconds": 1, "podMaxBackoffSeconds": 2}
PODS, CLAIMS = "/api/v1/namespaces/default/pods", "/apis/resource.k8s.io/v1/namespaces/default/resourceclaims"


class ApiError(Exception):
    def __init__(self, status, text):
        super().__init__(f"{status}: {text}")
        self.status = status


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def retry(what, ask, seconds=300):
    """What ask() returns, as soon as that is true and no error."""
    end, last = time.time() + seconds, None
    while time.time() < end:
        try:
            made = ask()
            if made:
                return made
        except (OSError, http.client.HTTPException, ApiError) as error:
            last = error
        time.sleep(.1)
    raise RuntimeError(f"{what}: not in {seconds} s ({last})")


class ControlPlane:
    def __init__(self, binaries):
        self.binaries, self.processes, self.local = os.path.abspath(binaries), {}, threading.local()
        self.port, self.etcd_port, self.peer_port = free_port(), free_port(), free_port()

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, name, *command, program=None):
        with open(self.path(name + ".log"), "ab") as log:
            self.processes[name] = subprocess.Popen([program or os.path.join(self.binaries, name), *command], stdout=log, stderr=log)
        return self.processes[name]

    def stop(self, name, how=signal.SIGTERM):
        process = self.processes.pop(name)
        process.send_signal(how)
        process.wait()

    def log(self, name):
        with open(self.path(name + ".log"), errors="replace") as file:
            return file.read()

    def start_apiserver(self):
        self.start("kube-apiserver", f"--etcd-servers=http://127.0.0.1:{self.etcd_port}", f"--secure-port={self.port}", "--bind-address=127.0.0.1",
                   "--endpoint-reconciler-type=none", f"--cert-dir={self.path('certs')}", "--service-account-issuer=https://localhost",
                   f"--service-account-key-file={self.path('sa.key')}", f"--service-account-signing-key-file={self.path('sa.key')}",
                   f"--token-auth-file={self.path('tokens.csv')}", f"--client-ca-file={self.path('ca.crt')}", "--authorization-mode=RBAC",
                   "--disable-admission-plugins=ServiceAccount", "--service-cluster-ip-range=10.0.0.0/24",
                   "--max-requests-inflight=2000", "--max-mutating-requests-inflight=1000")
        try:
            retry("kube-apiserver", self.ready)
        except RuntimeError as error:
            raise RuntimeError(f"{error}; its log ends so:\n{self.log('kube-apiserver')[-2000:]}") from None

    def ready(self):
        """Whether the API server is; on a machine with much else to do it gives up by itself, and is started again."""
        if self.processes["kube-apiserver"].poll() is not None:
            self.start("kube-apiserver", *self.processes["kube-apiserver"].args[1:])
        return self.api("GET", "/readyz", raw=True) == b"ok"

    def start_scheduler(self, config=None):
        made = {**BASE, "clientConnection": {"kubeconfig": self.kubeconfig, "qps": 5000, "burst": 5000}, **(config or {})}
        with open(self.path("scheduler.json"), "w") as file:
            json.dump(made, file)
        self.scheduler_port = free_port()
        self.start("kube-scheduler", f"--config={self.path('scheduler.json')}", "--bind-address=127.0.0.1", f"--secure-port={self.scheduler_port}",
                   "--leader-elect=false", f"--cert-dir={self.path('scheduler-certs')}")

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="control-plane-")
        run = lambda *command: subprocess.run(command, check=True, capture_output=True, cwd=self.folder)
        run("openssl", "genrsa", "-out", "sa.key", "2048")
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.crt", "-days", "2", "-subj", "/CN=tests")
        with open(self.path("tokens.csv"), "w") as file:
            file.write('admin-token,admin,admin,"system:masters"\nextender-token,system:serviceaccount:kube-system:gpupack-extender,extender,'
                       '"system:serviceaccounts,system:serviceaccounts:kube-system"\n')
        self.kubeconfig = self.write_kubeconfig("admin.json", {"token": "admin-token"})
        try:
            self.start("etcd", "--data-dir", self.path("etcd"), "--unsafe-no-fsync", "--listen-client-urls", f"http://127.0.0.1:{self.etcd_port}",
                       "--advertise-client-urls", f"http://127.0.0.1:{self.etcd_port}", "--listen-peer-urls", f"http://127.0.0.1:{self.peer_port}",
                       "--initial-advertise-peer-urls", f"http://127.0.0.1:{self.peer_port}", "--initial-cluster", f"default=http://127.0.0.1:{self.peer_port}")
            self.start_apiserver()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for name in list(self.processes):
            if name not in ("etcd", "kube-apiserver"):
                self.stop(name, signal.SIGKILL)
        for name in ("kube-apiserver", "etcd"):
            if name in self.processes:
                self.stop(name)
        if not os.environ.get("KEEP"):
            shutil.rmtree(self.folder, ignore_errors=True)

    def write_kubeconfig(self, name, user):
        with open(self.path(name), "w") as file:
            json.dump({"apiVersion": "v1", "kind": "Config", "current-context": "local", "users": [{"name": "user", "user": user}],
                       "clusters": [{"name": "local", "cluster": {"server": f"https://127.0.0.1:{self.port}", "insecure-skip-tls-verify": True}}],
                       "contexts": [{"name": "local", "context": {"cluster": "local", "user": "user"}}]}, file)
        return self.path(name)

    def client_certificate(self, user, groups):
        """Makes a certificate of a user; certificate and key in PEM."""
        run = lambda *command: subprocess.run(command, check=True, capture_output=True, cwd=self.folder)
        run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-keyout", "user.key", "-out", "user.csr", "-subj", "".join(f"/O={g}" for g in groups) + f"/CN={user}")
        run("openssl", "x509", "-req", "-in", "user.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-out", "user.crt", "-days", "2")
        return self.path("user.crt"), self.path("user.key")

    def api(self, method, path, body=None, raw=False, kind="application/json", token="admin-token"):
        for attempt in (True, False):
            if getattr(self.local, "connection", None) is None:
                self.local.connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=ssl._create_unverified_context(), timeout=60)
            try:
                self.local.connection.request(method, path, None if body is None else json.dumps(body), {"Authorization": f"Bearer {token}", "Content-Type": kind})
                response = self.local.connection.getresponse()
                data = response.read()
                break
            except (OSError, http.client.HTTPException):
                self.local.connection = None
                if not attempt or method != "GET":
                    raise
        if response.status >= 300:
            raise ApiError(response.status, data[:600].decode(errors="replace"))
        return data if raw else json.loads(data)

    def node(self, name, amounts, labels=None):
        created = self.api("POST", "/api/v1/nodes", {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels or {}}})
        if created["spec"].pop("taints", None):
            created = self.api("PUT", f"/api/v1/nodes/{name}", created)
        amounts = {"cpu": "96", "memory": "1Ti", "pods": "500", **amounts}
        created["status"] = {"capacity": amounts, "allocatable": amounts, "conditions": [{"type": "Ready", "status": "True"}]}
        return self.api("PUT", f"/api/v1/nodes/{name}/status", created)

    def remove_pod(self, name, claim=None, found=None):
        """Removes a pod, and its claim; found: the claim as it is, where that is known."""
        try:
            self.api("DELETE", f"{PODS}/{name}?gracePeriodSeconds=0")
        except ApiError as error:
            if error.status != 404:
                raise
        if not claim:
            return
        found = found or self.api("GET", f"{CLAIMS}/{claim}")
        if found.get("status"):
            found["status"] = {}
            found = self.api("PUT", f"{CLAIMS}/{claim}/status", found)
        if found["metadata"].pop("finalizers", None):
            self.api("PUT", f"{CLAIMS}/{claim}", found)
        self.api("DELETE", f"{CLAIMS}/{claim}")


class PodStates:
    """Follows the pods of the default namespace: the node of each, False where kube-scheduler says that it fits nowhere."""

    def __init__(self, plane):
        self.plane, self.states, self.changed, self.stopped = plane, {}, threading.Condition(), False
        threading.Thread(target=self.follow, daemon=True).start()

    def follow(self):
        while not self.stopped:
            connection = http.client.HTTPSConnection("127.0.0.1", self.plane.port, context=ssl._create_unverified_context())
            try:
                connection.request("GET", PODS + "?watch=1", headers={"Authorization": "Bearer admin-token"})
                for line in connection.getresponse():
                    event = json.loads(line)
                    if event["type"] in ("ADDED", "MODIFIED"):
                        self.note(event["object"])
            except (OSError, http.client.HTTPException, ValueError):
                pass
            time.sleep(.2)

    def note(self, pod):
        condition = next((c for c in pod["status"].get("conditions", []) if c["type"] == "PodScheduled"), {})
        state = pod["spec"].get("nodeName") or (False if condition.get("reason") == "Unschedulable" else None)
        with self.changed:
            if state is not None and not self.states.get(pod["metadata"]["name"]):
                self.states[pod["metadata"]["name"]] = state
                self.changed.notify_all()

    def wait(self, name, seconds=60, also_false=True):
        """Its node, False, or None where nothing was heard in time."""
        end = time.time() + seconds
        with self.changed:
            while time.time() < end:
                state = self.states.get(name)
                if state or (state is False and also_false):
                    return state
                self.changed.wait(.2)
            return self.states.get(name)
