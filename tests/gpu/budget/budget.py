#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compiles kernels for one GPU and compares what they need with a table: registers, bytes of stack, instructions.

usage: budget.py TABLE ARCHITECTURE [--print] -- NVCC ARGUMENTS ... SOURCE

Registers and stack are what ptxas says. Instructions are counted in the code itself: 16 bytes each. Those that read or
write local memory (LDL, STL) are counted apart. A stack of 0 bytes means that there is no local memory.
"""
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

BYTES_OF_INSTRUCTION = 16
OPCODES_OF_LOCAL_MEMORY = {0x983, 0x387, 0x987}  # LDL, STL; the low 12 bits. Seen in nvdisasm -hex
COLUMNS = ["registers", "stack", "instructions", "local"]


def sections(cubin: bytes):
    """Names and contents of the sections of an ELF file of 64 bits."""
    table, = struct.unpack_from("<Q", cubin, 0x28)
    size, count, names_at = struct.unpack_from("<HHH", cubin, 0x3A)
    headers = [struct.unpack_from("<IIQQQQ", cubin, table + n * size) for n in range(count)]
    names = headers[names_at]
    for name, kind, _, _, offset, length in headers:
        start = names[4] + name
        text = cubin[start:cubin.index(b"\0", start)].decode()
        yield text, b"" if kind == 8 else cubin[offset:offset + length]


def short_name(mangled: str) -> str:
    """decide_kernel of the mangled name of gpupack::gpu::detail::decide_kernel<...>, with a number that it is made for."""
    found = re.search(r"3gpu6detail(\d+)(\w+)", mangled)
    if not found:
        return mangled
    number = re.search(r"ELi(\d+)E", found[2])
    return found[2][:int(found[1])] + (f".{number[1]}" if number else "")


def measure(command: list, architecture: str) -> dict:
    """What each kernel of a source needs, by its short name."""
    with tempfile.TemporaryDirectory() as folder:
        cubin = pathlib.Path(folder) / "kernels.cubin"
        run = subprocess.run(command + ["-cubin", f"-arch=sm_{architecture}", "-O3", "-Xptxas", "-v", "-o", str(cubin)],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if run.returncode != 0:
            sys.exit(run.stdout)
        kernels = {}
        for mangled, stack, registers in re.findall(
                r"Compiling entry function '(\w+)'.*?(\d+) bytes stack frame.*?Used (\d+) registers", run.stdout, re.S):
            kernels[mangled] = {"registers": int(registers), "stack": int(stack)}
        for name, content in sections(cubin.read_bytes()):
            if not name.startswith(".text.") or name[6:] not in kernels:
                continue
            words = [word for word, _ in struct.iter_unpack("<QQ", content)]
            kernels[name[6:]]["instructions"] = len(words)
            kernels[name[6:]]["local"] = sum(word & 0xFFF in OPCODES_OF_LOCAL_MEMORY for word in words)
        assert all(set(COLUMNS) == set(each) for each in kernels.values()) and kernels, run.stdout
        return {short_name(mangled): needs for mangled, needs in kernels.items()}


def read_table(path: str, source: str) -> dict:
    """The rows of a source, by kernel."""
    rows = {}
    for line in pathlib.Path(path).read_text().splitlines():
        words = line.split("#")[0].split()
        if words and words[0] == source:
            rows[words[1]] = dict(zip(COLUMNS, map(int, words[2:])))
    return rows


def main() -> int:
    """Prints the rows, and those that are beyond the table."""
    arguments, command = sys.argv[1:sys.argv.index("--")], sys.argv[sys.argv.index("--") + 1:]
    source = pathlib.Path(command[-1]).stem
    measured = measure(command, arguments[1])
    table = {} if "--print" in arguments else read_table(arguments[0], source)
    failed = False
    for kernel, needs in measured.items():
        print(f"{source:14} {kernel:16} " + " ".join(f"{needs[column]:8}" for column in COLUMNS))
        for column in COLUMNS if "--print" not in arguments else []:
            if kernel not in table:
                print(f"{kernel} of {source} is not in {arguments[0]}")
                failed = True
                break
            if needs[column] > table[kernel][column]:
                print(f"{kernel} of {source}: {needs[column]} {column}, but {table[kernel][column]} are allowed")
                failed = True
    for kernel in table.keys() - measured.keys():
        print(f"{kernel} of {source} is in {arguments[0]}, but no such kernel was compiled")
        failed = True
    return 1 if failed else 0


sys.exit(main())
