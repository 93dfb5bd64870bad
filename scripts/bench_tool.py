#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lists, builds and runs the benchmarks. Called by scripts/bench."""
import argparse
import datetime
import functools
import json
import os
import pathlib
import re
import shlex
import statistics
import subprocess
import sys
import tempfile
import warnings

import bench_compare
import bench_compile
from bench_compare import BadInput, Failed, note

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path("build", "release")

USAGE = """\
usage: scripts/bench [--list]
       scripts/bench NAME... [--out FILE.json] [--repetitions N] [--filter REGEX]
       scripts/bench --compare A.json B.json

Without a NAME: lists the benchmarks.
With one: builds what it needs, runs it, and prints the median real times. A NAME is one of the list, a folder, or all.
  --out FILE.json   where all repetitions go, in Google Benchmark's form; default build/bench/<date-time>.json
  --repetitions N   how often each benchmark is measured, in random order; default 5
  --filter REGEX    only the benchmarks of a program that match; -REGEX those that do not (--filter=-REGEX)
--compare: which benchmarks are faster or slower in B, and for which that cannot be told: fewer than 4 repetitions, a
  Mann-Whitney test with p >= 0.05, or medians less than 2 % apart.

The benchmark compile uses the compiler in $CXX, default g++.
Exit status: 0; 1 where something failed to build or to run; 2 where the arguments or a file are wrong."""


class Arguments(argparse.ArgumentParser):
    """argparse, with one line for what is wrong instead of the whole usage."""

    def error(self, message):
        """Raises BadInput."""
        raise BadInput(f"{message}; see scripts/bench --help")


def count(text):
    """Returns the text as a number of repetitions."""
    if not re.fullmatch("[0-9]{1,6}", text) or int(text) == 0:
        raise argparse.ArgumentTypeError(f'"{text}" is not a whole number from 1 to 999999')
    return int(text)


def regex(text):
    """Returns the text, if it is a regular expression."""
    try:
        with warnings.catch_warnings():
            # [[:digit:]] is right in Google Benchmark's syntax and looks odd in Python's.
            warnings.simplefilter("ignore")
            re.compile(text)
    except re.error as error:
        raise argparse.ArgumentTypeError(f'"{text}" is not a regular expression: {error}') from None
    return text


def parse(arguments):
    """Returns the arguments by name; raises BadInput where they are wrong."""
    parser = Arguments(prog="scripts/bench", add_help=False, allow_abbrev=False)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--help", "-h", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--compare", nargs=2, metavar=("A.json", "B.json"))
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--repetitions", type=count)
    parser.add_argument("--filter", type=regex)
    given = parser.parse_intermixed_args(arguments)
    options = [name for name in ("out", "repetitions", "filter") if getattr(given, name) is not None]
    if given.list + bool(given.compare) + bool(given.names) > 1:
        parser.error("NAME, --list and --compare exclude each other")
    if options and not given.names and not given.help:
        parser.error(f"--{options[0]} needs a NAME to run")
    return given


def programs(root):
    """Returns the source file of each Google Benchmark program, by name."""
    sources = sorted((root / "benchmarks").glob("*/*.cpp"))
    return {f"{source.parent.name}/{source.stem}": source for source in sources if source.parent.name not in ("support", "gpu")}


def description(source):
    """Returns the first comment line of a source file behind that of its licence, or ""."""
    lines = (line.strip() for line in source.read_text(encoding="utf-8").splitlines())
    comments = (line.lstrip("/").strip() for line in lines if line.startswith("//"))
    return next((line for line in comments if not line.startswith("SPDX-")), "")


def listing(root):
    """Returns one line for each benchmark."""
    rows = [[name, description(source)] for name, source in programs(root).items()]
    rows.append([bench_compile.NAME, bench_compile.DESCRIPTION])
    width = max(len(name) for name, _ in rows)
    return [f"{name:{width}}  {line}".rstrip() for name, line in rows]


def chosen(names, root):
    """Returns the benchmarks that the names stand for, each once, in the order of the list."""
    known = [*programs(root), bench_compile.NAME]
    found = set()
    for name in names:
        own = [k for k in known if name in ("all", k, k.partition("/")[0])]
        if not own:
            folders = sorted({k.partition("/")[0] for k in known if "/" in k})
            raise BadInput(f'no benchmark "{name}"; expected {", ".join(["all", *folders, *known])}')
        found.update(own)
    return [name for name in known if name in found]


def target_of(name):
    """Returns what CMake calls the program of a benchmark."""
    return "gpupack_benchmark_" + name.replace("/", "_")


def quietly(command, root):
    """Runs a command; raises Failed with all its output where it fails."""
    done = subprocess.run(command, cwd=root, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        raise Failed(f"{done.stdout.rstrip()}\nfailed: {shlex.join(command)}")


def build(names, root):
    """Builds the programs of these benchmarks, and no others."""
    configure = ["cmake", "--preset", "release"]
    if not (root / BUILD / "build.ninja").exists():
        note("configuring, once")
        quietly(configure, root)
    command = ["cmake", "--build", "--preset", "release", "--target", *map(target_of, names)]
    note(f"building {', '.join(names)}")
    try:
        quietly(command, root)
    except Failed as failure:
        if "unknown target" not in str(failure):
            raise
        # The tree was configured before Google Benchmark, or another library, was there.
        quietly(configure, root)
        quietly(command, root)


@functools.lru_cache(maxsize=None)
def note_once(text):
    """Says what every program says, the first time."""
    note(text)


def run_program(name, program, repetitions, pattern):
    """Runs a Google Benchmark program.

    Returns its results with the name put in front of each benchmark's, or None where nothing matches the pattern.
    """
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder, "out.json")
        command = [str(program), f"--benchmark_out={out}", "--benchmark_out_format=json",
                   f"--benchmark_repetitions={repetitions}", "--benchmark_enable_random_interleaving=true"]
        command += [f"--benchmark_filter={pattern}"] if pattern else []
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            raise Failed(f"{done.stderr.rstrip()}\n{name} failed with exit status {done.returncode}")
        for line in done.stderr.splitlines():
            if line.startswith("***WARNING***"):
                note_once(line)
        # It writes nothing at all where nothing matches.
        if not out.exists() or out.stat().st_size == 0:
            return None
        results = bench_compare.read_results(out)
    # They come in the random order in which they ran.
    results["benchmarks"].sort(key=lambda e: (e.get("family_index", 0), e.get("per_family_instance_index", 0)))
    for entry in results["benchmarks"]:
        for key in ("name", "run_name"):
            if key in entry:
                entry[key] = f"{name}/{entry[key]}"
    return results


def merged(parts, names, root):
    """Returns the results of several programs as one; the context is the first one's, with what all have in common."""
    context = {}
    for part in parts:
        context = {**part.get("context", {}), **context}
    context["executable"] = shlex.join(["scripts/bench", *names])
    revision = bench_compile.first_line(["git", "describe", "--always", "--dirty"], root)
    if revision:
        context["revision"] = revision
    return {"context": context, "benchmarks": [entry for part in parts for entry in part["benchmarks"]]}


def prepared(out, root):
    """Returns the file that is to be written, and makes its folder: better refused now than after an hour."""
    now = datetime.datetime.now().strftime("%Y-%m-%d-%H%M%S")
    out = out or root / "build" / "bench" / f"{now}.json"
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        if out.is_dir() or not os.access(out if out.exists() else out.parent, os.W_OK):
            raise OSError(0, "cannot be written")
    except OSError as error:
        raise BadInput(f"--out {out}: {error.strerror}; expected a file in a folder that can be written") from None
    return out


def run(given, root):
    """Builds, runs and writes what was asked for; returns the lines of the table and the exit status."""
    names = chosen(given.names, root)
    out = prepared(given.out, root)
    quantity = given.repetitions or 5
    packages = root / "scripts" / "packages.sh"
    script = 'source "$1" && install_missing "${test_packages[@]}"'
    if subprocess.run(["bash", "-c", script, "bash", str(packages)], check=False).returncode != 0:
        raise Failed("what is missing could not be installed")
    built = [name for name in names if name != bench_compile.NAME]
    if built:
        build(built, root)
    parts = []
    for number, name in enumerate(names, start=1):
        note(f"running {name}, {number} of {len(names)}")
        if name == bench_compile.NAME:
            parts.append(bench_compile.run(root, quantity, given.filter))
        else:
            program = root / BUILD / "benchmarks" / target_of(name)
            parts.append(run_program(name, program, quantity, given.filter))
    parts = [part for part in parts if part is not None]
    if not parts:
        raise BadInput(f'--filter "{given.filter}": no benchmark of {", ".join(names)} matches')
    results = merged(parts, names, root)
    out.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    note(f"written to {out}")
    return medians(results, out), 1 if bench_compare.errors(results) else 0


def medians(results, path):
    """Returns the lines of a table of the median, lowest and highest time of each benchmark."""
    failed = bench_compare.errors(results)
    rows = []
    for name, times in bench_compare.repetitions(results, path).items():
        shown = [bench_compare.time_text(f(times)) if times else "-" for f in (statistics.median, min, max)]
        rows.append([name, *shown, str(len(times)), f"failed: {failed[name]}" if name in failed else ""])
    return bench_compare.table(["benchmark", "median", "lowest", "highest", "repetitions", ""], rows)


def main(arguments):
    """Does what the arguments ask for; returns the exit status."""
    try:
        given = parse(arguments)
        status = 0
        if given.help:
            lines = [USAGE]
        elif given.compare:
            lines = bench_compare.comparison(*given.compare)
        elif given.names:
            lines, status = run(given, ROOT)
        else:
            lines = listing(ROOT)
        print("\n".join(lines))
        return status
    except BadInput as error:
        note(f"scripts/bench: {error}")
        return 2
    except Failed as error:
        note(str(error))
        return 1
    except OSError as error:
        # No cmake, a program that did not come out of the build, a full disk.
        note(f"scripts/bench: {error}")
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
