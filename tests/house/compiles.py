# SPDX-License-Identifier: Apache-2.0
"""Holds sources to compiling, each alone and with warnings as errors, without making code of them.

Usage: compiles.py COMPILER [FLAG...] [-- SOURCE...], in the root of the repository; without sources, each header of the
library is compiled as the only one that a source includes.

Most of the time goes into headers that many others include. clang++ reads those from precompiled ones: a source is given
one that it includes anyway, so that nothing is there that it does not ask for. Other compilers read everything.
"""
import collections
import concurrent.futures
import functools
import os
import pathlib
import re
import subprocess
import sys
import tempfile

FLAGS = ["-std=c++20", "-Iinclude", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror",
         "-Wno-missing-field-initializers"]
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)
LARGE = re.compile(r"#include <(nlohmann|Eigen|tbb)/")  # of others, as long to compile as some thousand lines
LINES_OF_LARGE = 6000
BASES = 16  # precompiled headers; more gain little


@functools.lru_cache(maxsize=None)
def named(path):
    """Returns the headers of the library that a file names in its includes."""
    return [name for name in INCLUDE.findall(pathlib.Path(path).read_text(encoding="utf-8"))
            if pathlib.Path("include", name).is_file()]


@functools.lru_cache(maxsize=None)
def included(path):
    """Returns the headers of the library that a file includes, itself or through others."""
    found = set()
    waiting = named(path)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting = waiting + named(f"include/{name}")
    return frozenset(found)


def path_of(name):
    """Returns the file of a source, or of a header of the library."""
    return f"include/{name}" if pathlib.Path("include", name).is_file() else name


def best_bases(names):
    """Returns, by source, the header to precompile for it: few in all, each included by many."""
    lines = {}
    for path in pathlib.Path("include").rglob("*.hpp"):
        text = path.read_text(encoding="utf-8")
        lines[path.relative_to("include").as_posix()] = text.count("\n") + LINES_OF_LARGE * len(LARGE.findall(text))
    weight = {base: lines[base] + sum(lines.get(name, 0) for name in included(path_of(base))) for base in lines}
    usable = {name: [base for base in included(path_of(name)) if base in lines and name not in included(path_of(base))]
              for name in names}
    spared = collections.Counter()  # lines, by source
    chosen = {}
    for _ in range(BASES):
        gains = collections.Counter()
        for name in names:
            for base in usable[name]:
                gains[base] += max(0, weight[base] - spared[name])
        base, gain = max(gains.items(), key=lambda item: (item[1] - weight[item[0]], item[0]), default=("", 0))
        if gain <= weight.get(base, 0):
            break
        for name in names:
            if base in usable[name] and weight[base] > spared[name]:
                spared[name] = weight[base]
                chosen[name] = base
    return chosen


def run(command, text=None):
    """Runs a compiler; returns what it complains of, "" where it is content."""
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stderr or "the compiler failed in silence"


def precompiled(command, base, folder):
    """Precompiles a header; returns its file, or none where it does not compile, which its own check will say."""
    file = pathlib.Path(folder, base.replace("/", "_") + ".pch")
    source = file.with_suffix(".hpp")
    source.write_text(f"#include <{base}>\n", encoding="utf-8")
    failed = run([*command, *FLAGS, "-x", "c++-header", "-fpch-instantiate-templates", str(source), "-o", str(file)])
    return None if failed else str(file)


def complaint(command, name, base):
    """Returns what the compiler says of a source, or of a source that includes this header alone; "" where it compiles."""
    header = name.endswith(".hpp")
    source = ["-x", "c++", "-"] if header else [name]
    with_base = ["-include-pch", base] if base else []
    text = run([*command, *FLAGS, "-fsyntax-only", *with_base, *source], f"#include <{name}>\n" if header else None)
    return f"{name}:\n{text}" if text else ""


def main(arguments):
    split = arguments.index("--") if "--" in arguments else len(arguments)
    command, sources = arguments[:split], arguments[split + 1:]
    if not sources:
        sources = sorted(path.relative_to("include").as_posix() for path in pathlib.Path("include").rglob("*.hpp"))
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        chosen = best_bases(sources) if "clang" in pathlib.Path(command[0]).name else {}
        bases = sorted(set(chosen.values()))
        files = dict(zip(bases, pool.map(lambda base: precompiled(command, base, folder), bases)))
        complaints = [text for text in pool.map(lambda name: complaint(command, name, files.get(chosen.get(name))), sources)
                      if text]
    print("\n".join(complaints) or f"{len(sources)} sources compile")
    return 1 if complaints or not sources else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
