# SPDX-License-Identifier: Apache-2.0
"""gpupack-extender under its own account, with the rights of examples/kubernetes/ and no others."""
import json
import os
import re
import signal
import subprocess
import urllib.error
import urllib.request

from control_plane import ApiError, free_port, retry

EXAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../examples/kubernetes")


def documents(file):
    """The documents of a YAML file in which every rule is one line of flow style, as these are; only what RBAC needs."""
    with open(os.path.join(EXAMPLES, file)) as opened:
        return opened.read().split("\n---\n")


def flow(text):
    """{a: [b, c/d], e: ""} as a value."""
    quoted = re.sub(r'([\[{,:]\s*)([A-Za-z][\w./-]*)', r'\1"\2"', text)
    return json.loads(quoted)


def grant(plane, file):
    """Creates the roles and bindings of a deployment file."""
    for one in documents(file):
        kind = re.search(r"^kind: (\w+)", one, re.M).group(1)
        if kind not in ("ClusterRole", "Role", "ClusterRoleBinding", "RoleBinding"):
            continue
        made = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": flow(re.search(r"^metadata: (.*)$", one, re.M).group(1))}
        if kind.endswith("Binding"):
            made["roleRef"] = flow(re.search(r"^roleRef: (.*)$", one, re.M).group(1))
            made["subjects"] = [flow(line[2:]) for line in one.split("subjects:\n")[1].splitlines() if line.startswith("- ")]
        else:
            made["rules"] = [flow(line[2:]) for line in one.split("rules:\n")[1].splitlines() if line.startswith("- ")]
        name_space = made["metadata"].get("namespace")
        path = f"/namespaces/{name_space}" if name_space else ""
        if name_space:
            try:
                plane.api("POST", "/api/v1/namespaces", {"metadata": {"name": name_space}})
            except ApiError:
                pass
        try:
            plane.api("POST", f"/apis/rbac.authorization.k8s.io/v1{path}/{kind.lower()}s", made)
        except ApiError as error:
            if error.status != 409:
                raise


class Extender:
    def __init__(self, plane, program, *options, user=None, https=None):
        self.plane, self.program, self.port, self.https = plane, program, free_port(), https
        kubeconfig = plane.write_kubeconfig("extender.json", user or {"token": "extender-token"})
        self.command = ["--kubeconfig", kubeconfig, "--port", str(self.port), *options]
        self.start()

    def start(self):
        self.process = self.plane.start("gpupack-extender", *self.command, program=self.program)

    def ready(self):
        retry("gpupack-extender", lambda: self.call("/healthz") == b"ok\n")
        return self

    def kill(self):
        self.plane.stop("gpupack-extender", signal.SIGKILL)

    def alive(self):
        return self.process.poll() is None

    def call(self, path, body=None, timeout=30):
        url = f"http{'s' if self.https else ''}://127.0.0.1:{self.port}{path}"
        request = urllib.request.Request(url, None if body is None else json.dumps(body).encode(), {"Content-Type": "application/json"})
        return urllib.request.urlopen(request, timeout=timeout, context=self.https).read()

    def metric(self, name):
        found = re.search(rf"^gpupack_extender_{name} (\d+)$", self.call("/metrics").decode(), re.M)
        return int(found.group(1))

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mib(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) // 1024
