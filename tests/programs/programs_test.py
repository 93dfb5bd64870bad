#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What all programs have in common on a command line and on a terminal.

usage: programs_test.py FOLDER    the folder with the programs
"""
import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest

FOLDER = ""
NAMES = ["audit", "dra", "extender", "judge", "replay", "topo"]
COMMANDS = ["capacity", "import", "study", "merge"]


def program(name):
    return os.path.join(FOLDER, "gpupack-" + name)


def run(*arguments, **variables):
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR")}
    return subprocess.run(
        arguments, capture_output=True, text=True, env={**environment, **variables}, check=False, timeout=120)


def on_terminal(arguments, columns=80, **variables):
    """What a program writes to a terminal of so many columns."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR", "TERM")}
    with subprocess.Popen(arguments, stdout=slave, stderr=slave, env={**environment, "TERM": "xterm", **variables}) as process:
        os.close(slave)
        text = b""
        try:
            while block := os.read(master, 65536):
                text += block
        except OSError:  # the other end is closed
            pass
        os.close(master)
        process.wait()
    return text.decode().replace("\r\n", "\n")


class Programs(unittest.TestCase):
    def built(self):
        return [name for name in NAMES if os.path.exists(program(name))]

    def test_help_has_examples_and_80_columns(self):
        calls = [[program(name)] for name in self.built()] + [[program("replay"), command] for command in COMMANDS]
        for call in calls:
            for columns in ["80", "60"]:
                result = run(*call, "--help", COLUMNS=columns)
                self.assertEqual(result.returncode, 0, call)
                self.assertRegex(result.stdout, r"(?m)^Examples?:$", call)
                prose = result.stdout.split("Example")[0] if columns == "60" else result.stdout  # commands stay whole
                for line in prose.split("\n"):
                    self.assertLessEqual(len(line), int(columns), (call, line))

    def test_a_misspelt_name_is_answered_with_the_one_that_was_meant(self):
        for wrong, right in {
            "audit --jso": "--json", "dra alocate": "allocate", "dra allocate --nod n -": "--node",
            "dra allocate --node n --features tants -": "taints",
            "extender --sytem gpushare": "--system", "extender --system gpushar": "gpushare",
            "extender --server https://h:1 --policy most-usd": "most-used",
            "extender --system gpushare --server https://h:1 --policy gpushar": "gpushare",
            "judge hmi x": "hami", "judge --jsn x": "--json",
            "replay studi": "study", "replay --polcy fgd": "--policy", "replay --policy bestfit": "best-fit",
            "replay --workload opnb": "openb", "replay --engine indxed": "indexed", "replay --queue strct": "strict",
            "replay --arrivals poison": "poisson", "replay --stays lognormall": "lognormal", "replay --no-fit rejct": "reject",
            "replay --queue strict --timeline --preempt newst": "newest", "replay --evicted resme": "resume",
            "replay import --failed kep x": "keep", "replay import --layout phily " + __file__: "philly",
            "replay import --gpu-only x": "--gpus-only", "replay capacity --fil 0.9": "--fill",
            "replay study --out /dev/null --shrd 1/2": "--shard", "replay merge --ot x": "--out",
            "topo --jsn -": "--json", "topo --topolgy x -": "--topology",
        }.items():
            name, *arguments = wrong.split()
            if name not in self.built():
                continue
            with self.subTest(wrong):
                result = run(program(name), *arguments)
                self.assertEqual(result.returncode, 2)
                self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
                self.assertIn(f"did you mean {right}?", result.stderr)

    def test_a_dumb_terminal_gets_no_escapes(self):
        call = [program("replay"), "--policy", "fgd,best-fit", "--seed", "42"]
        self.assertIn("\033[K", on_terminal(call))  # the line of progress
        for variables in ({"TERM": "dumb"}, {"NO_COLOR": "1"}):
            self.assertNotIn("\033", on_terminal(call, **variables), variables)

    def test_tables_fit_the_terminal(self):
        for columns in (80, 120):
            for call in ([program("replay"), "--policy", "fgd,best-fit", "--causes"], [program("replay"), "--list-policies"],
                         [program("replay"), "capacity", "--fill", "0.9"]):
                text = re.sub(r"\r\x1b\[K[^\r\n]*(?=\r)|\r\x1b\[K", "", on_terminal(call, columns))
                for line in text.split("\n"):
                    self.assertLessEqual(len(line), columns, (call, line))

    def test_machines_read_csv_and_json(self):
        call = [program("replay"), "--policy", "fgd,best-fit", "--seed", "42:43"]
        rows = run(*call, "--csv", "-").stdout.strip().split("\n")
        self.assertEqual(len(rows), 5)
        self.assertEqual(len({row.count(",") for row in rows}), 1)
        objects = [json.loads(line) for line in run(*call, "--ndjson", "-").stdout.strip().split("\n")]
        self.assertEqual([each["policy"] for each in objects], ["fgd", "fgd", "best-fit", "best-fit"])
        for each in objects + json.loads(run(*call, "--json", "-").stdout):
            self.assertGreaterEqual(each["schema"], 1)

    def test_an_interrupt_keeps_what_is_finished(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "runs.ndjson")
            call = [program("replay"), "--policy", "fgd", "--seed", "1:500", "--ndjson", path]
            with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
                time.sleep(2)
                process.send_signal(signal.SIGINT)
                _, errors = process.communicate(timeout=120)
            self.assertEqual(process.returncode, 0, errors)
            self.assertRegex(errors, r"interrupted; \d+ runs are finished and kept")
            with open(path, encoding="utf-8") as file:
                self.assertGreaterEqual(len([json.loads(line) for line in file]), 1)

    def test_an_interrupted_study_goes_on_where_it_stopped(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "study.ndjson")
            call = [program("replay"), "study", "--policy", "fgd", "--seed", "1:40", "--out", path]
            with subprocess.Popen(call, stderr=subprocess.DEVNULL) as process:
                for _ in range(600):
                    time.sleep(0.05)
                    if os.path.exists(path) and os.path.getsize(path) > 0:
                        break
                process.send_signal(signal.SIGINT)
                process.wait(timeout=60)
            with open(path, encoding="utf-8") as file:
                kept = [line for line in file if line.endswith("\n")]
            self.assertGreaterEqual(len(kept), 1)
            self.assertLess(len(kept), 40)
            self.assertEqual(subprocess.run(call, stderr=subprocess.DEVNULL, check=False).returncode, 0)
            with open(path, encoding="utf-8") as file:
                lines = file.readlines()
            self.assertEqual(lines[: len(kept)], kept)
            self.assertEqual(len({json.loads(line)["cell"] for line in lines}), 40)


if __name__ == "__main__":
    FOLDER = sys.argv.pop(1)
    unittest.main()
