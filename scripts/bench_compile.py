# SPDX-License-Identifier: Apache-2.0
"""Measures how long the headers take to compile, in Google Benchmark's form. Part of scripts/bench."""
import datetime
import os
import pathlib
import platform
import random
import re
import resource
import shlex
import shutil
import subprocess
import tempfile
import time

from bench_compare import BadInput, Failed, note

NAME = "compile"
DESCRIPTION = "How long a source takes to compile that includes the umbrella, or every header of one folder."
FLAGS = ("-std=c++20", "-O0")


def compiler(root):
    """Returns the start of the command that compiles a source against the headers."""
    command = shlex.split(os.environ.get("CXX", "")) or ["g++"]
    if shutil.which(command[0]) is None:
        raise BadInput(f'CXX is "{command[0]}", which is no program here; expected a C++20 compiler')
    eigen = pathlib.Path("/usr/include/eigen3")
    system = ["-isystem", str(eigen)] if eigen.is_dir() else []
    return [*command, *FLAGS, f"-I{root / 'include'}", *system]


def compile_source(command, text, folder):
    """Compiles the text of a source, or does with it what else the command says; returns the finished process."""
    source = pathlib.Path(folder, "source.cpp")
    source.write_text(text, encoding="utf-8")
    # English messages, which missing_library reads, and no cache in between.
    environment = {**os.environ, "LC_ALL": "C", "CCACHE_DISABLE": "1"}
    return subprocess.run([*command, str(source), "-o", str(pathlib.Path(folder, "out"))], env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def missing_library(command, text, folder):
    """Returns the header of another library that the source needs and that is not there, or ""."""
    done = compile_source([*command, "-M"], text, folder)
    if done.returncode == 0:
        return ""
    missing = re.search(r"fatal error: '?([^':]+)'?(?:: No such file| file not found)", done.stdout)
    if missing is None or missing[1].startswith("gpupack/"):
        raise Failed(done.stdout.rstrip())
    return missing[1]


def includes(headers):
    """Returns the text of a source that includes these headers of the library."""
    return "".join(f"#include <gpupack/{header}>\n" for header in headers)


def folders(root):
    """Returns the headers of each folder, as they are included after gpupack/, without those of detail/ folders."""
    library = root / "include" / "gpupack"
    found = {}
    for header in sorted(library.glob("*/**/*.hpp")):
        inside = header.relative_to(library)
        if "detail" not in inside.parts:
            found.setdefault(inside.parts[0], []).append(inside.as_posix())
    return found


def sources_to_compile(command, root, folder):
    """Returns, by name, the text of each source to be timed and a label that says which headers it lacks, or ""."""
    sources = {"umbrella": (includes(["gpupack.hpp"]), "")}
    for name, headers in folders(root).items():
        lacking = []
        # Headers are tried one by one only where a folder has one that lacks its library.
        if missing_library(command, includes(headers), folder):
            lacking = [h for h in headers if missing_library(command, includes([h]), folder)]
        kept = [h for h in headers if h not in lacking]
        label = f"without {', '.join(lacking)}" if lacking else ""
        if lacking:
            note(f"{NAME}/{name}: left out, for want of a library: {', '.join(lacking)}")
        if kept:
            sources[name] = (includes(kept), label)
    return sources


def time_one(name, source, command, folder):
    """Compiles once; returns real and CPU time in milliseconds."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = compile_source([*command, "-c"], source, folder)
    real, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise Failed(f"{done.stdout.rstrip()}\n{NAME}/{name} does not compile")
    return 1e3 * real, 1e3 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def first_line(command, root):
    """Returns the first line that a command prints, or "" where it fails or is not there."""
    try:
        done = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                              check=False)
    except OSError:
        return ""
    return done.stdout.partition("\n")[0] if done.returncode == 0 else ""


def own_context(command, root):
    """Returns what Google Benchmark says about the machine, for times that it did not take."""
    version = first_line([*command, "--version"], root)
    return {"date": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
            "host_name": platform.node(), "num_cpus": os.cpu_count(), "load_avg": list(os.getloadavg()),
            "compile_with": " ".join([version, *FLAGS])}


def run(root, repetitions, pattern):
    """Times the compiler; returns the results in Google Benchmark's form, or None where nothing matches."""
    command = compiler(root)
    inverted = bool(pattern) and pattern.startswith("-")
    wanted = re.compile((pattern or "")[1 if inverted else 0:])
    entries = []
    with tempfile.TemporaryDirectory() as folder:
        sources = sources_to_compile(command, root, folder)
        names = [name for name in sources if bool(wanted.search(name)) != inverted]
        # Always the same order, which is as good as any other.
        order = random.Random(1)
        for index in range(repetitions):
            for name in order.sample(names, len(names)):
                text, label = sources[name]
                real, cpu = time_one(name, text, command, folder)
                full = f"{NAME}/{name}"
                entries.append({"name": full, "run_name": full, "run_type": "iteration", "repetitions": repetitions,
                                "repetition_index": index, "threads": 1, "iterations": 1, "real_time": real,
                                "cpu_time": cpu, "time_unit": "ms", **({"label": label} if label else {})})
    entries.sort(key=lambda entry: names.index(entry["name"].partition("/")[2]))
    return {"context": own_context(command, root), "benchmarks": entries} if entries else None
