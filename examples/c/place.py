# SPDX-License-Identifier: Apache-2.0
"""Places tasks from Python with ctypes alone: place.py LIBRARY"""
import ctypes
import sys

OK, NO_FIT, BAD_INPUT, UNKNOWN, CONFLICT = range(5)
text, number = ctypes.c_char_p, ctypes.c_int64


class Node(ctypes.Structure):
    _fields_ = [("size", ctypes.c_uint32), ("gpu_id_count", ctypes.c_uint32), ("name", text), ("gpus", text), ("labels", text),
                ("gpu_ids", ctypes.POINTER(text)), ("cpu_milli", number), ("memory_mib", number)]


class Request(ctypes.Structure):
    _fields_ = [("size", ctypes.c_uint32), ("gpus", ctypes.c_int32), ("task", text), ("policy", text), ("share", text),
                ("models", text), ("labels", text), ("gpu_ids", text), ("numa", text), ("cpu_milli", number), ("memory_mib", number)]


class Gpu(ctypes.Structure):
    _fields_ = [("gpu", ctypes.c_int32), ("start", ctypes.c_int32), ("id", text), ("profile", text), ("memory_mib", number)]


class Placement(ctypes.Structure):
    _fields_ = [("size", ctypes.c_uint32), ("gpu_count", ctypes.c_uint32), ("node", text), ("record", text), ("gpus", Gpu * 32)]


def sized(kind, **values):
    return kind(size=ctypes.sizeof(kind), **values)


def main(library):
    lib = ctypes.CDLL(library)
    lib.gpupack_last_error.restype = text
    lib.gpupack_version.restype = text

    def expect(status, expected=OK):
        if status != expected:
            sys.exit(f"status {status} and not {expected}: {lib.gpupack_last_error().decode()}")

    fleet = ctypes.c_void_p()
    expect(lib.gpupack_fleet_new(b"best-fit", ctypes.byref(fleet)))
    for name in (b"n1", b"n2"):
        node = sized(Node, name=name, gpus=b"8xH100-80GB", cpu_milli=96000, memory_mib=1 << 20, labels=b"zone=a")
        expect(lib.gpupack_node_put(fleet, ctypes.byref(node)))
    place = sized(Placement)
    request = sized(Request, task=b"a", gpus=2, cpu_milli=8000, labels=b"zone=a")
    expect(lib.gpupack_place(fleet, ctypes.byref(request), ctypes.byref(place)))
    print(place.node.decode(), [place.gpus[i].gpu for i in range(place.gpu_count)], place.record.decode())
    expect(lib.gpupack_place(fleet, ctypes.byref(request), None), CONFLICT)
    expect(lib.gpupack_node_close(fleet, b"n1", None, 1))
    request = sized(Request, task=b"b", gpus=1, share=b"slice:306%")
    expect(lib.gpupack_place(fleet, ctypes.byref(request), None), BAD_INPUT)
    print(lib.gpupack_last_error().decode())
    expect(lib.gpupack_release(fleet, b"a"))
    expect(lib.gpupack_release(fleet, b"a"), UNKNOWN)
    length = ctypes.c_size_t(0)
    lib.gpupack_metrics(fleet, None, ctypes.byref(length))
    buffer = ctypes.create_string_buffer(length.value + 1)
    length.value += 1
    expect(lib.gpupack_metrics(fleet, buffer, ctypes.byref(length)))
    print(buffer.value.decode().splitlines()[-1])
    lib.gpupack_fleet_free(fleet)


main(sys.argv[1])
