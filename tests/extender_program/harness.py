# SPDX-License-Identifier: Apache-2.0
"""What the tests of gpupack-extender share."""
import socket
import time


def free_port():
    """A port on this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(expected, ask, seconds=20):
    """Waits until an answer is the expected one."""
    end = time.time() + seconds
    while time.time() < end:
        got = ask()
        if got == expected:
            return
        time.sleep(.05)
    raise AssertionError(f"expected {expected}, got {got}")
