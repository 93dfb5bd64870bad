#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How gpupack-extender reaches an API server, and how it is reached, over TLS: kubeconfig_test.py PROGRAM

The API server is a program that asks for a certificate or a token, and lists nothing. Certificates are made with openssl.
"""
import base64
import http.server
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

from harness import free_port

TOKEN = "a-token"


class Handler(http.server.BaseHTTPRequestHandler):
    """Empty lists and quiet watches for a client that has a certificate of the authority, or the token."""
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        known = self.headers.get("Authorization") == f"Bearer {TOKEN}" or bool(self.connection.getpeercert())
        self.server.refused += not known
        body = b'{"metadata": {"resourceVersion": "1"}, "items": []}' if known else b'{"message": "Unauthorized"}'
        if known and "watch=1" in self.path:
            time.sleep(1)
            body = b""
        self.send_response(200 if known else 401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads, refused = True, 0

    def handle_error(self, *_):
        pass


def openssl(*command):
    subprocess.run(["openssl", *command], check=True, capture_output=True)


def authority(name):
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.crt", "-days", "2", "-subj", f"/CN={name}")


def certificate(name, signer, address=None):
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/O=tests/CN={name}")
    with open(f"{name}.ext", "w") as file:
        file.write(f"subjectAltName=IP:{address}\n" if address else "basicConstraints=CA:FALSE\n")
    openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{signer}.crt", "-CAkey", f"{signer}.key", "-CAcreateserial", "-out", f"{name}.crt", "-days", "2",
            "-extfile", f"{name}.ext")


def data(name):
    with open(name, "rb") as file:
        return base64.b64encode(file.read()).decode()


def kubeconfig(port, cluster, user):
    """A kubeconfig in YAML as kubectl writes it, with a context that is not the wanted one before it."""
    with open("config/kubeconfig", "w") as file:
        file.write(f"""apiVersion: v1
kind: Config
current-context: chosen
contexts:
- {{name: elsewhere, context: {{cluster: elsewhere, user: somebody}}}}
- name: chosen
  context:
    cluster: chosen
    user: extender
clusters:
- {{name: elsewhere, cluster: {{server: "https://127.0.0.1:1"}}}}
- name: chosen
  cluster:
    server: https://127.0.0.1:{port}
    {cluster}
users:
- name: somebody
  user: {{token: no}}
- name: extender
  user:
    {user}
""")
    return ["--kubeconfig", "config/kubeconfig"]


class Extender:
    def __init__(self, program, *options, context=None):
        self.port, self.context = free_port(), context
        self.process = subprocess.Popen([program, *options, "--port", str(self.port)], stderr=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def health(self, scheme="http", context=None):
        """Status of /healthz, or 0 where there is no answer."""
        try:
            return urllib.request.urlopen(f"{scheme}://127.0.0.1:{self.port}/healthz", timeout=5, context=context).status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def becomes(self, status, seconds, **how):
        end = time.time() + seconds
        while time.time() < end:
            if self.health(**how) == status:
                return True
            time.sleep(.05)
        return False


def tries(program, server):
    """Ways to the API server that must work, and ways that must not."""
    port = server.server_port
    good = {
        "certificate and authority in files": ("certificate-authority: ../ca.crt", "client-certificate: ../user.crt\n    client-key: ../user.key"),
        "certificate and authority inside": (f"certificate-authority-data: {data('ca.crt')}", f"client-certificate-data: {data('user.crt')}\n    client-key-data: {data('user.key')}"),
        "token inside": ("certificate-authority: ../ca.crt", f"token: {TOKEN}"),
        "token in a file": ("certificate-authority: ../ca.crt", "tokenFile: token"),
        "server not checked": ("insecure-skip-tls-verify: true", f"token: {TOKEN}"),
    }
    for name, (cluster, user) in good.items():
        with Extender(program, *kubeconfig(port, cluster, user)) as one:
            assert one.becomes(200, 20), f"{name}: not ready"
    with Extender(program, "--server", f"https://127.0.0.1:{port}", "--token-file", "config/token", "--ca-file", "ca.crt") as one:
        assert one.becomes(200, 20), "--server: not ready"
    bad = {
        "another authority": ("certificate-authority: ../other.crt", f"token: {TOKEN}"),
        "no authority": ("{}", f"token: {TOKEN}"),
        "no account": ("certificate-authority: ../ca.crt", "{}"),
        "a wrong token": ("certificate-authority: ../ca.crt", "token: wrong"),
    }
    for name, (cluster, user) in bad.items():
        before = server.refused
        with Extender(program, *kubeconfig(port, cluster if cluster != "{}" else "", user if user != "{}" else "")) as one:
            assert one.becomes(503, 20), f"{name}: no answer that says it is not ready"
            assert not one.becomes(200, 1.5), f"{name}: was taken"
        assert name.endswith("authority") == (server.refused == before), f"{name}: {server.refused - before} calls reached the server"


def refusals(program):
    """Kubeconfigs that end the program at once, in one line."""
    for name, cluster, user in [("exec", "certificate-authority: ../ca.crt", "exec: {command: aws}"), ("proxy-url", "proxy-url: http://127.0.0.1", f"token: {TOKEN}"),
                                ("certificate-authority-data", "certificate-authority-data: '???'", f"token: {TOKEN}"), ("kubeconfig", "]", "")]:
        done = subprocess.run([program, *kubeconfig(1, cluster, user)], capture_output=True, text=True, timeout=20)
        assert done.returncode == 2 and done.stderr.count("\n") == 1 and name in done.stderr, f"{name}: {done.returncode}, {done.stderr}"


def serves(program, server):
    """HTTPS with the extender's own certificate."""
    options = kubeconfig(server.server_port, "certificate-authority: ../ca.crt", f"token: {TOKEN}")
    with Extender(program, *options, "--tls-cert", "extender.crt", "--tls-key", "extender.key") as one:
        assert one.becomes(200, 20, scheme="https", context=ssl.create_default_context(cafile="ca.crt")), "no HTTPS"
        assert one.health("https", ssl.create_default_context(cafile="other.crt")) == 0 and one.health("http") == 0, "another authority, or no TLS, was answered"


def main():
    program, folder = os.path.abspath(sys.argv[1]), tempfile.mkdtemp(prefix="kubeconfig-test-")
    try:
        os.chdir(folder)
        os.mkdir("config")
        with open("config/token", "w") as file:
            file.write(TOKEN + "\n")
        for name in ("ca", "other"):
            authority(name)
        for name, address in (("server", "127.0.0.1"), ("extender", "127.0.0.1"), ("user", None)):
            certificate(name, "ca", address)
        server = Server(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain("server.crt", "server.key")
        context.load_verify_locations("ca.crt")
        context.verify_mode = ssl.CERT_OPTIONAL
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        tries(program, server)
        refusals(program)
        serves(program, server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("ok: six ways to the API server work, four do not; four kubeconfigs are refused; HTTPS")


main()
