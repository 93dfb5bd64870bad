# SPDX-License-Identifier: Apache-2.0
"""Holds sources to compiling, each alone and with warnings as errors, without making code of them.

Usage: compiles.py COMPILER [FLAG...] [-- SOURCE...], in the root of the repository; without sources, each header of the
library is compiled as the only one that a source includes.
"""
import concurrent.futures
import os
import pathlib
import subprocess
import sys

FLAGS = ["-std=c++20", "-fsyntax-only", "-Iinclude", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror",
         "-Wno-missing-field-initializers"]


def complaint(command, name):
    """Returns what the compiler says of a source, or of a source that includes this header alone; "" where it compiles."""
    header = name.endswith(".hpp")
    source = ["-x", "c++", "-"] if header else [name]
    done = subprocess.run([*command, *FLAGS, *source], input=f"#include <{name}>\n" if header else None,
                          capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else f"{name}:\n{done.stderr}"


def main(arguments):
    split = arguments.index("--") if "--" in arguments else len(arguments)
    command, sources = arguments[:split], arguments[split + 1:]
    if not sources:
        sources = sorted(path.relative_to("include").as_posix() for path in pathlib.Path("include").rglob("*.hpp"))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        complaints = [text for text in pool.map(lambda name: complaint(command, name), sources) if text]
    print("\n".join(complaints) or f"{len(sources)} sources compile")
    return 1 if complaints or not sources else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
