# SPDX-License-Identifier: Apache-2.0
"""Compiles each header of the library alone, warnings as errors. Usage: headers_alone.py COMPILER [FLAG...], in the root."""
import concurrent.futures
import os
import pathlib
import subprocess
import sys

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror", "-Wno-missing-field-initializers"]


def compiles(command, header):
    """Returns what the compiler says of a source that includes this header alone; "" where it compiles."""
    source = f"#include <{header}>\n"
    done = subprocess.run([*command, "-x", "c++", "-"], input=source, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else f"{header}:\n{done.stderr}"


def main(arguments):
    command = [*arguments, "-std=c++20", "-fsyntax-only", *WARNINGS, "-Iinclude"]
    headers = sorted(path.relative_to("include").as_posix() for path in pathlib.Path("include").rglob("*.hpp"))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        failures = [text for text in pool.map(lambda header: compiles(command, header), headers) if text]
    print("\n".join(failures) or f"{len(headers)} headers compile alone")
    return 1 if failures or not headers else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
