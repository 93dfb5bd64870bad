# SPDX-License-Identifier: Apache-2.0
"""Compares two runs of benchmarks, each a JSON file of the form that Google Benchmark writes.

Times are kept in nanoseconds. A is the run before, B the run after: a ratio B/A below 1 is faster.
"""
import collections
import functools
import json
import math
import statistics
import sys

NANOSECONDS = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}
SIGNIFICANCE = 0.05
# The two-sided normal quantile that belongs to SIGNIFICANCE.
NORMAL_QUANTILE = statistics.NormalDist().inv_cdf(1 - SIGNIFICANCE / 2)
# The smallest difference of medians, as a part of A's, that is called one: below it, where code and data happen to
# lie in memory weighs as much as what was changed.
LEAST_DIFFERENCE = 0.02
# With 4 against 4 the smallest p is 2/70, with 3 against 3 it is 2/20: fewer can never be significant.
LEAST_REPETITIONS = 4
# Up to so many repetitions on each side p is exact. Beyond, the normal approximation is off by less than 0.003 where p
# is near SIGNIFICANCE, unless most of the times are equal.
MOST_EXACT = 20
# What must agree for two runs to be comparable.
CONTEXT_KEYS = ("host_name", "num_cpus", "library_build_type", "compile_with")


class BadInput(Exception):
    """What the caller gave is wrong. The message is one line; the exit status is 2."""


class Failed(Exception):
    """A build or a program failed. The message may have many lines; the exit status is 1."""


def note(text):
    """Says what goes on. Standard output belongs to the tables."""
    print(text, file=sys.stderr, flush=True)


def read_results(path):
    """Returns the object in the file, which has a list `benchmarks`; raises BadInput where it has none."""
    expected = "expected what scripts/bench or a Google Benchmark program writes"
    try:
        with open(path, encoding="utf-8") as file:
            results = json.load(file)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}; {expected}") from None
    except json.JSONDecodeError as error:
        raise BadInput(f"{path}: line {error.lineno}: not JSON ({error.msg}); {expected}") from None
    except (UnicodeDecodeError, RecursionError):
        raise BadInput(f"{path}: not JSON text; {expected}") from None
    if not isinstance(results, dict) or not isinstance(results.get("benchmarks"), list):
        raise BadInput(f'{path}: no list "benchmarks"; {expected}')
    if not isinstance(results.get("context", {}), dict):
        raise BadInput(f'{path}: "context" is not an object; {expected}')
    return results


def time_of(entry, where):
    """Returns the real time of one repetition in nanoseconds."""
    unit = entry.get("time_unit", "ns")
    if not isinstance(unit, str) or unit not in NANOSECONDS:
        raise BadInput(f'{where}: "time_unit" is {json.dumps(unit)}; expected {", ".join(NANOSECONDS)}')
    time = entry.get("real_time")
    is_number = isinstance(time, (int, float)) and not isinstance(time, bool)
    if not is_number or not math.isfinite(time) or time < 0:
        raise BadInput(f'{where}: "real_time" is {json.dumps(time)}; expected a number that is not negative')
    return time * NANOSECONDS[unit]


def repetitions(results, path):
    """Returns the times of all repetitions of each benchmark, in nanoseconds, by name and in the file's order.

    Means, medians and the like are left out. A benchmark that ended in an error has no times.
    """
    times = collections.defaultdict(list)
    for number, entry in enumerate(results["benchmarks"]):
        where = f"{path}: benchmarks[{number}]"
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            raise BadInput(f'{where}: no "name"; expected an object that has one')
        if entry.get("run_type", "iteration") != "iteration":
            continue
        own = times[entry["name"]]
        if not entry.get("error_occurred"):
            own.append(time_of(entry, where))
    return dict(times)


def errors(results):
    """Returns the message of each benchmark that ended in an error, by name."""
    return {entry["name"]: entry.get("error_message", "") for entry in results["benchmarks"]
            if entry.get("error_occurred")}


def doubled_ranks(values):
    """Returns twice the rank of each value; equal values share the mean of their ranks, which doubled is whole."""
    ordered = sorted(values)
    first, last = {}, {}
    for position, value in enumerate(ordered, start=1):
        first.setdefault(value, position)
        last[value] = position
    return [first[value] + last[value] for value in values]


@functools.lru_cache(maxsize=256)
def ways_to_sum(ranks, size):
    """Returns, by sum, in how many ways `size` of the ranks add up to it."""
    ways = [{} for _ in range(size + 1)]
    ways[0][0] = 1
    for rank in ranks:
        # The largest sets first, so that no rank is taken twice.
        for taken in range(size, 0, -1):
            for total, count in ways[taken - 1].items():
                ways[taken][total + rank] = ways[taken].get(total + rank, 0) + count
    return ways[size]


def standard_deviation_of_u(first, second, tied_groups):
    """Returns that of the Mann-Whitney U of samples of these sizes, given how many values are equal in each group."""
    both = first + second
    ties = sum(group**3 - group for group in tied_groups) / (both * (both - 1))
    return math.sqrt(first * second / 12 * (both + 1 - ties))


def mann_whitney_p(a, b):
    """Returns the two-sided p of the Mann-Whitney U test: how likely ranks that differ so much are by chance alone.

    Exact for up to MOST_EXACT values on each side, ties included; beyond, the normal approximation.
    """
    ranks = doubled_ranks(list(a) + list(b))
    expected = len(a) * (len(ranks) + 1)
    distance = abs(sum(ranks[:len(a)]) - expected)
    if max(len(a), len(b)) <= MOST_EXACT:
        ways = ways_to_sum(tuple(sorted(ranks)), len(a))
        extreme = sum(count for total, count in ways.items() if abs(total - expected) >= distance)
        return extreme / math.comb(len(ranks), len(a))
    deviation = standard_deviation_of_u(len(a), len(b), collections.Counter(ranks).values())
    if deviation == 0:
        return 1.0
    # A half is the correction for a whole number that is taken for a continuous one.
    return math.erfc(max(0.0, distance / 2 - 0.5) / deviation / math.sqrt(2))


def largest_significant_u(first, second):
    """Returns the largest U, counted from below, that is significant for samples of these sizes; -1 where none is."""
    if max(first, second) > MOST_EXACT:
        deviation = standard_deviation_of_u(first, second, [])
        return max(-1, math.ceil(first * second / 2 - 0.5 - NORMAL_QUANTILE * deviation) - 1)
    ways = ways_to_sum(tuple(range(1, first + second + 1)), first)
    below, largest = 0, -1
    for total in sorted(ways):
        below += ways[total]
        if 2 * below >= SIGNIFICANCE * math.comb(first + second, first):
            break
        largest = total - first * (first + 1) // 2
    return largest


def ratio_interval(a, b):
    """Returns the 95 % confidence interval of the ratio B/A, or None where there are too few values for one.

    It holds the ratios by which A could be multiplied without the Mann-Whitney test telling it from B, and so needs no
    assumption about how times are distributed. Its ends are order statistics of all ratios of one b to one a.
    """
    dropped = largest_significant_u(len(a), len(b))
    if dropped < 0 or min(a) <= 0:
        return None
    ratios = sorted(y / x for x in a for y in b)
    return ratios[dropped], ratios[-1 - dropped]


def verdict(a, b):
    """Returns "faster", "slower" or "cannot tell", and why it cannot be told (else "")."""
    for side, values in (("A", a), ("B", b)):
        if len(values) < LEAST_REPETITIONS:
            return "cannot tell", f"{side} has {len(values)} repetitions, {LEAST_REPETITIONS} are needed"
    before, after = statistics.median(a), statistics.median(b)
    if before <= 0:
        return "cannot tell", "the median of A is 0"
    p = mann_whitney_p(a, b)
    if p >= SIGNIFICANCE:
        return "cannot tell", f"p = {p:.2f}"
    difference = abs(after - before) / before
    if difference < LEAST_DIFFERENCE:
        return "cannot tell", f"{100 * difference:.1f} % apart, less than {100 * LEAST_DIFFERENCE:.0f} %"
    return ("faster" if after < before else "slower"), ""


def context_difference(a, b):
    """Returns one line that says in what the machines or builds of two runs differ, or ""."""
    before, after = a.get("context", {}), b.get("context", {})
    found = [f"{key} {before[key]} and {after[key]}" for key in CONTEXT_KEYS
             if key in before and key in after and before[key] != after[key]]
    return f"the runs differ in more than the code: {'; '.join(found)}" if found else ""


def time_text(nanoseconds):
    """Returns the time with four digits, in the largest unit in which it is at least 1."""
    unit = next((u for u in ("s", "ms", "us") if nanoseconds >= NANOSECONDS[u]), "ns")
    value = nanoseconds / NANOSECONDS[unit]
    decimals = 3 if value < 10 else 2 if value < 100 else 1
    return f"{value:.{decimals}f} {unit}"


def table(header, rows):
    """Returns the lines of a table: the first and the last column to the left, those between to the right."""
    widths = [max(map(len, column)) for column in zip(header, *rows)]
    lines = []
    for row in [header, *rows]:
        cells = [cell.rjust(width) for cell, width in zip(row, widths)]
        cells[0], cells[-1] = row[0].ljust(widths[0]), row[-1]
        lines.append("  ".join(cells).rstrip())
    return lines


def compared(name, a, b):
    """Returns the row of one benchmark in the table of a comparison."""
    word, why = verdict(a, b)
    said = f"{word} ({why})" if why else word
    if not a or not b:
        return [name, *(time_text(statistics.median(v)) if v else "-" for v in (a, b)), "-", "-", said]
    before, after = statistics.median(a), statistics.median(b)
    interval = ratio_interval(a, b)
    return [name, time_text(before), time_text(after), f"{after / before:.3f}" if before > 0 else "-",
            f"{interval[0]:.3f} to {interval[1]:.3f}" if interval else "-", said]


def comparison(path_a, path_b):
    """Returns the lines that compare the runs in two files; raises BadInput where one cannot be read."""
    results = [read_results(path) for path in (path_a, path_b)]
    a, b = (repetitions(result, path) for result, path in zip(results, (path_a, path_b)))
    lines = []
    for letter, path, result in zip("AB", (path_a, path_b), results):
        known = [str(result.get("context", {}).get(key, "")) for key in ("revision", "date")]
        lines.append(", ".join(filter(None, [f"{letter}: {path}", *known])))
    lines += filter(None, [context_difference(*results)])
    rows = [compared(name, a[name], b[name]) for name in a if name in b]
    if rows:
        lines += ["", *table(["benchmark", "A", "B", "B/A", "95 % interval", "verdict"], rows)]
    else:
        lines.append("no benchmark is in both files")
    lines += [f"only in A: {name}" for name in a if name not in b]
    lines += [f"only in B: {name}" for name in b if name not in a]
    return lines
