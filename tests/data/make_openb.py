#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tests/data/openb from the recorded files; README.md beside it says from where they are.

    make_openb.py DIRECTORY   nodes.csv, pods_*.csv, published_allocation.csv and reference_fgd_* in it
"""
import collections
import csv
import pathlib
import re
import shutil
import sys

OUTPUT = pathlib.Path(__file__).resolve().parent / "openb"
TABLES = OUTPUT.parents[2] / "include/gpupack/workload/detail/openb_tables.inc"
CLASS_COLUMNS = ["cpu_milli", "memory_mib", "num_gpu", "gpu_milli", "gpu_spec"]
REFERENCES = {
    "default": ("reference_fgd_seed42.csv", "reference_node_order_seed42.txt"),
    "gpuspec10": ("reference_fgd_gpuspec10_seed44.csv", "reference_fgd_gpuspec10_seed44_nodes.txt"),
}


def rows_of(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def write_rows(name, header, rows):
    with open(OUTPUT / name, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def class_of(task):
    return tuple(task.get(column, "") for column in CLASS_COLUMNS)


def built_in_rows(table):
    text = TABLES.read_text().split(f"openb_{table}[]")[1].split("};")[0]
    return [[cell.strip(' "') for cell in row.split(",")] for row in re.findall(r"\{([^{}]*)\}", text)]


def request_classes(tasks):
    """The distinct requests, the most frequent first."""
    counts = collections.Counter(class_of(task) for task in tasks)
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def built_in_index(nodes):
    """For each recorded node the number of a node like it in the built-in workload."""
    free = {}
    first = 0
    for count, *shape in built_in_rows("nodes"):
        free[tuple(shape)] = iter(range(first, first + int(count)))
        first += int(count)
    return {n["sn"]: next(free[n["cpu_milli"], n["memory_mib"], n["gpu"], n["model"]]) for n in nodes}


def gpu_mask(gpus):
    return format(sum(1 << int(gpu) for gpu in gpus.split("-")), "x") if gpus else ""


def write_reference(source, name, nodes, tasks, classes):
    decisions, order = REFERENCES[name]
    names = (source / order).read_text().split()
    recorded = {node["sn"]: node for node in nodes}
    index = built_in_index([recorded[node] for node in names])
    write_rows(f"fgd_{name}_nodes.csv", ["node"], [[index[node]] for node in names])
    position = {node: number for number, node in enumerate(names)} | {"": ""}
    request = {task["name"]: classes[class_of(task)] for task in tasks}
    write_rows(f"fgd_{name}_decisions.csv", ["class", "node", "gpus"],
               [(request[row["task"]], position[row["node"]], gpu_mask(row["gpus"]))
                for row in rows_of(source / decisions)])


def main():
    source = pathlib.Path(sys.argv[1])
    OUTPUT.mkdir(exist_ok=True)
    shutil.copyfile(source / "published_allocation.csv", OUTPUT / "published_allocation.csv")
    nodes = rows_of(source / "nodes.csv")
    built_in = [tuple(row[1:]) + ("",) for row in built_in_rows("tasks")]
    for name in ["default", "cpu050", "gpushare40", "gpuspec10", "multigpu20"]:
        tasks = rows_of(source / f"pods_{name}.csv")
        counted = request_classes(tasks)
        if name != "default":
            write_rows(f"{name}_requests.csv", ["count", *CLASS_COLUMNS], [(count, *key) for key, count in counted])
        if name in REFERENCES:
            order = built_in if name == "default" else [key for key, _ in counted]
            write_reference(source, name, nodes, tasks, {key: number for number, key in enumerate(order)})


main()
