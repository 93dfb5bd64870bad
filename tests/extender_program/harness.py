# SPDX-License-Identifier: Apache-2.0
"""What the tests of gpupack-extender share."""
import random
import socket
import time


def free_port():
    """A port on this machine that nobody listens on, below those that connections are given: a server that is killed finds it free again."""
    while True:
        with socket.socket() as probe:
            port = random.randrange(10240, 32768)
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


def until(expected, ask, seconds=20):
    """Waits until an answer is the expected one."""
    end = time.time() + seconds
    while time.time() < end:
        got = ask()
        if got == expected:
            return
        time.sleep(.05)
    raise AssertionError(f"expected {expected}, got {got}")
