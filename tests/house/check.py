# SPDX-License-Identifier: Apache-2.0
"""Holds the source tree to the rules of CONTRIBUTING.md: wings, includes, names, layout, licences, documents.

Usage: check.py RULE... (or `all`), in the root of the repository. Prints one line a complaint; exits 1 if there is any.
A rule is a function of the files, each a pair of path and text, so that check_test.py can try it on made-up ones.
"""
import fnmatch
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# Top to bottom: a folder includes those before it, never those after it. The leaves include no other leaf.
DECIDE = ["core", "topology", "request", "state", "fit", "policy", "search", "scheduler", "any_policy", "any_scheduler", "fleet"]
ORDER = DECIDE + ["plan", "dialect", "presets", "workload", "replay"]
LEAVES = ["io", "nvml", "gpu", "c"]
FOLDERS = ORDER + LEAVES

# Headers of other libraries, and the only folders that may include them.
FOREIGN = [
    (("nlohmann/",), {"io"}),
    (("pugixml",), {"io"}),
    (("dlfcn",), {"nvml"}),
    (("thrust/", "cub/", "cuda", "nv/"), {"gpu"}),
    (("tbb/", "oneapi/"), {"search", "plan"}),
    (("Eigen/",), {"search", "plan"}),
    (("fmt/", "CLI/", "gtest/", "gmock/", "benchmark/", "rapidcheck"), set()),
]

# No name of a parameter: prepositions and participles say nothing about a value.
POOR_NAMES = "of on by in at to from with into asked wanted taken told made right given".split()

# In two pieces, so that no reader of licences takes this line for one.
TAG = "SPDX-License-" + "Identifier"

# Headers of the decide wing that the umbrella leaves out, and why.
NOT_IN_UMBRELLA = {
    "core/abi.hpp": "every header includes it",
    "fleet.hpp": "the front door of processes that run for months, which few programs need",
    "search/parallel.hpp": "needs oneTBB",
    "search/score_matrix.hpp": "needs Eigen",
    "search/column_scores.hpp": "needs Eigen",
    "search/node_columns.hpp": "needs Eigen",
    "topology/machines.hpp": "reference machines, which few programs need",
    "topology/amd_partitions.hpp": "partition modes, which few programs need",
    "topology/product_names.hpp": "names of products, which few programs need",
}

WITHOUT_TEST = {
    "core/abi.hpp": "one macro; the link tests are its test",
    "core/config.hpp": "macros alone; every other header is their test",
    "core/version.hpp": "three numbers, which CMake reads and the package tests check",
    "dialect/kubernetes/dra/dra_failure.hpp": "data alone; the tests of the allocator make each failure",
    "dialect/kubernetes/dra/pool_state.hpp": "one enumeration; the tests of node_devices make each state",
    "dialect/kubernetes/dra/quantity_style.hpp": "one enumeration; the tests of quantity read each style",
    "dialect/kubernetes/dra/resource_claim.hpp": "data alone; its reader and the allocator are its test",
    "io/kubernetes/gpu_inventory.hpp": "data alone; its reader is its test",
    "plan/room_plan.hpp": "data alone; the tests of make_room are its test",
    "replay/options.hpp": "data alone; the tests of run() set each member",
    "replay/what_if_scenario.hpp": "data alone; the tests of what-if replays set each member",
    "workload/arrival.hpp": "data alone; the tests of arrivals and run() are its test",
    "state/node_identity.hpp": "data alone; the tests of directories and live nodes are its test",
    "workload/task.hpp": "data alone; the tests of workloads are its test",
}


def is_header(path):
    return path.startswith("include/gpupack/") and path.endswith((".hpp", ".cuh", ".inc"))


def in_library(path):
    return path.removeprefix("include/gpupack/")


def folder_of(path):
    """"state" of gpupack/state/node_view.hpp, "scheduler" of gpupack/scheduler.hpp."""
    return re.split(r"[/.]", in_library(path))[0]


def headers(files):
    return [(path, text) for path, text in files if is_header(path)]


def code_lines(text):
    """The numbered lines of C++ code, without comments and strings."""
    for number, line in enumerate(text.split("\n"), 1):
        bare = re.sub(r'"(\\.|[^"\\])*"', '""', line)
        yield number, re.sub(r"//.*", "", bare)


def may_include(folder, target):
    if folder == target:
        return True
    if folder in LEAVES:
        return target in ORDER
    return folder in ORDER and target in ORDER and ORDER.index(target) < ORDER.index(folder)


def include_objection(path, text, name):
    folder = folder_of(path)
    if name.startswith('"'):
        return "write #include <gpupack/...>"
    name = name[1:]
    if not name.startswith("gpupack/"):
        for starts, allowed in FOREIGN:
            if name.startswith(starts) and folder not in allowed:
                return f"{name} does not belong into {folder}/"
        if name.startswith("Eigen/") and "GPUPACK_HD" in text:
            return "Eigen stays out of a file that names GPUPACK_HD"
        return ""
    if name == "gpupack/stop":  # there is no such file: see core/abi.hpp
        return ""
    target = folder_of(name.removeprefix("gpupack/"))
    if target == "gpupack":
        return "nothing includes the umbrella"
    if folder == "gpupack":
        return "" if target in DECIDE else f"the umbrella holds the decide wing, not {target}/"
    for known in (folder, target):
        if known not in FOLDERS:
            return f"folder {known} is not in the list of folders"
    if not may_include(folder, target):
        return f"{folder}/ may not include {target}/"
    if "/detail/" in name and target != folder:
        return f"{folder}/ reaches into {target}/detail/"
    return ""


def rule_includes(files):
    """Folders include only what stands above them, foreign headers stay where they belong."""
    for path, text in headers(files):
        for number, line in enumerate(text.split("\n"), 1):
            found = re.match(r'\s*#\s*include\s*([<"][^>"]+)', line)
            why = found and include_objection(path, text, found[1])
            if why:
                yield f"{path}:{number}: {why}"


def detail_blocks(text):
    """The text inside each `namespace ...detail {` of a header."""
    for start in re.finditer(r"namespace [\w:\s]*\bdetail \{", text):
        depth, end = 1, start.end()
        while depth and end < len(text):
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        yield text[start.end():end]


def rule_detail(files):
    """What stands in a folder's detail is used by that folder alone, and nothing public stands there."""
    owners = {}
    for path, text in headers(files):
        for block in detail_blocks(text):
            for name in re.findall(r"\b(?:struct|class|enum class|concept|using|inline constexpr \w+)\s+(\w+)|(\w+)\(", block):
                owners.setdefault(name[0] or name[1], set()).add(folder_of(path))
    for path, text in headers(files):
        folder = folder_of(path)
        for number, line in code_lines(text):
            for space, name in re.findall(r"(?:(\w+)::)?\bdetail::(\w+)", line):
                foreign = space in FOLDERS and space != folder
                known = owners.get(name, {folder})
                if foreign or folder not in known:
                    yield f"{path}:{number}: uses detail::{name} of {space if foreign else sorted(known)[0]}/"
        if "/detail/" in path and not path.endswith(".inc"):
            for number, line in code_lines(text):
                if re.match(r"namespace gpupack\b(?!.*\bdetail \{)", line):
                    yield f"{path}:{number}: a header in detail/ declares outside namespace detail"


def rule_names(files):
    """Parameters are nouns."""
    poor = re.compile(r"(?:[\w>\])]\s+|[&*]\s*)(" + "|".join(POOR_NAMES) + r")\s*(?=[,)]|= [^=].*[,)])")
    for path, text in headers(files):
        for number, line in code_lines(text):
            if re.match(r"\s*return\b", line):
                continue
            for name in poor.findall(line):
                yield f"{path}:{number}: a parameter named {name}"


def rule_layout(files):
    """Headers are guarded, short, and free of CUDA's keywords; tables of numbers stand in detail/."""
    for path, text in headers(files):
        table = path.endswith(".inc")
        if not table and text.count("\n") > 400:
            yield f"{path} has more than 400 lines"
        if not table and "#pragma once" not in text:
            yield f"{path} has no #pragma once"
        if table and "/detail/" not in path:
            yield f"{path}: tables stand in a detail/ folder"
        if in_library(path) != "core/config.hpp" and folder_of(path) != "gpu":
            for keyword in re.findall(r"__(?:host|device|global)__", text):
                yield f"{path} names {keyword}"


def test_of(path):
    return "tests/" + in_library(path).removesuffix(".hpp") + "_test.cpp"


def rule_mirror(files):
    """Each header has a test at the same place under tests/."""
    paths = {path for path, _ in files}
    for path, _ in headers(files):
        name = in_library(path)
        if not path.endswith(".hpp") or "/detail/" in path or name == "gpupack.hpp":
            continue
        if name in WITHOUT_TEST or re.fullmatch(r"dialect/\w+/presets\.hpp", name):
            continue
        if test_of(path) not in paths:
            yield f"{path} has no {test_of(path)}"


def rule_umbrella(files):
    """The umbrella includes all of the decide wing and nothing else, and no test includes it."""
    listed = dict(files).get("include/gpupack/gpupack.hpp", "")
    for path, _ in headers(files):
        name = in_library(path)
        wanted = name.endswith(".hpp") and folder_of(path) in DECIDE and "/detail/" not in name and "/" in name
        if listed and wanted and name not in NOT_IN_UMBRELLA and f"<gpupack/{name}>" not in listed:
            yield f"{path} is not in the umbrella"
    for path, text in files:
        if path == "include/gpupack/gpupack.hpp":
            for number, line in enumerate(text.split("\n"), 1):
                if not re.fullmatch(r"|//.*|#pragma once|#include <gpupack/[\w/.]+>", line.strip()):
                    yield f"{path}:{number}: the umbrella holds includes only"
        if path.startswith("tests/") and path.endswith("_test.cpp") and "#include <gpupack/gpupack.hpp>" in text:
            yield f"{path}: a test includes what it uses, not the umbrella"


def rule_machine(files):
    """No path of one machine."""
    folders = re.compile(r"(?<![\w\-.})])/(?:" + "|".join(["work", "home", "root", "tmp"]) + r")/")
    for path, text in files:
        if path.startswith("tests/house/"):
            continue
        for number, line in enumerate(text.split("\n"), 1):
            if folders.search(line):
                yield f"{path}:{number}: names a folder of one machine"


def rule_properties(files):
    """Properties are checked by for_all: rc::check prints what it found and lets the test pass."""
    for path, text in files:
        if path.startswith("tests/") and path.endswith((".cpp", ".hpp")) and path != "tests/support/for_all.hpp":
            if "rc::" + "check(" in text:
                yield f"{path}: use for_all"


def rule_licence(files):
    """Every file names its licence in its first lines, or is covered by REUSE.toml."""
    covered = []
    for path, text in files:
        if path == "REUSE.toml":
            for block in text.split("[[annotations]]"):
                if TAG + " =" in block:
                    covered += re.findall(r'"([^"]+)"', re.search(r"^path = \[(.*?)\]", block, re.M | re.S)[1])
    for path, text in files:
        named = any(TAG + ":" in line for line in text.split("\n")[:6])
        if not named and not any(fnmatch.fnmatch(path, pattern.replace("**", "*")) for pattern in covered):
            yield f"{path}: no {TAG}"


def dedented(lines):
    filled = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
    return [line[min(filled, default=0):].rstrip() for line in lines]


def cpp_blocks(text):
    """The line and the lines of each ```cpp block."""
    for block in re.finditer(r"^```(?:cpp|c\+\+)\n(.*?)^```", text, re.M | re.S):
        yield text.count("\n", 0, block.start()) + 1, block[1].rstrip("\n").split("\n")


def rule_documents(files):
    """C++ that a document shows is a piece of an example, at whatever depth it stands there."""
    examples = [text.split("\n") for path, text in files if path.startswith("examples/") and path.endswith((".cpp", ".cu"))]
    for path, text in files:
        if not path.endswith(".md"):
            continue
        for number, block in cpp_blocks(text):
            shown, size = dedented(block), len(block)
            runs = (dedented(lines[i:i + size]) for lines in examples for i in range(len(lines) - size + 1))
            if shown not in runs:
                yield f"{path}:{number}: this block is not part of any file in examples/"


def rule_format(files):
    """Sources are formatted as .clang-format says, by the version of Debian 12: others break some lines elsewhere."""
    program = shutil.which("clang-format-14")
    if program is None:
        print("format: not checked, there is no clang-format-14. On Debian: apt-get install clang-format-14", file=sys.stderr)
        return
    style = pathlib.Path(__file__).parents[2] / ".clang-format"
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(style, folder)
        copies = []
        for path, text in files:
            if not path.startswith(("include/", "tools/", "tests/", "benchmarks/")) or not path.endswith((".hpp", ".cpp", ".cuh", ".cu")):
                continue
            copies.append(pathlib.Path(folder) / path)
            copies[-1].parent.mkdir(parents=True, exist_ok=True)
            copies[-1].write_text(text, encoding="utf-8")
        done = subprocess.run([program, "--dry-run", *copies], capture_output=True, text=True, check=False)
        for line in done.stderr.splitlines():
            if ": warning: " in line:
                yield line.removeprefix(folder + "/").split(": warning: ")[0] + ": clang-format-14 would format this otherwise"


def rule_sources(files):
    """Each source that a header names is described in docs/sources.md."""
    described = {match for path, text in files if path == "docs/sources.md" for match in re.findall(r"^## ([a-z0-9-]+)$", text, re.M)}
    for path, text in headers(files):
        for name in re.findall(r"docs/sources\.md#([a-z0-9-]+)", text):
            if name not in described:
                yield f"{path}: docs/sources.md does not describe {name}"


def unguarded(text):
    """Whether an expression has && or || outside all parentheses and strings."""
    depth = 0
    for token in re.findall(r'"(?:\\.|[^"\\])*"|&&|\|\||[(\[{]|[)\]}]', text):
        depth += (token in "([{") - (token in ")]}")
        if depth < 0:
            return False  # the end of the macro
        if depth == 0 and token in ("&&", "||"):
            return True
    return False


def rule_assertions(files):
    """RC_ASSERT takes an expression apart at && and ||, which then look at both sides: with parentheses they do not."""
    for path, text in files:
        if not path.startswith("tests/") or not path.endswith((".hpp", ".cpp")):
            continue
        for macro in re.finditer(r"\bRC_(?:ASSERT|ASSERT_FALSE|PRE)\(", text):
            if unguarded(text[macro.end():]):
                yield f"{path}:{text.count(chr(10), 0, macro.start()) + 1}: && or || in RC_ASSERT needs parentheses around all of it"


FUNCTION = re.compile(r"^(?:template <.*> )?(?:\[\[nodiscard\]\] )?(?:GPUPACK_HD )?(?:inline|constexpr) [^(=]*?\b(\w+)\(", re.M)


def rule_shadows(files):
    """A function of a detail namespace is not called as one of the namespace around it: which is meant would depend on the includes."""
    public, hidden = {}, []
    for path, text in headers(files):
        blocks = list(detail_blocks(text))
        outside = text
        for block in blocks:
            outside = outside.replace(block, "")
            hidden += [(path, name) for name in FUNCTION.findall(block)]
        for name in FUNCTION.findall(outside):
            public.setdefault((folder_of(path).split("/")[0], name), path)
    for path, name in hidden:
        other = public.get((folder_of(path).split("/")[0], name))
        if other:
            yield f"{path}: detail::{name} has the name of a function in {other}"


RULES = {name.removeprefix("rule_"): rule for name, rule in globals().items() if name.startswith("rule_")}


def tracked_files():
    """The files of the repository as text; bytes that are no text are left out."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True, check=False)
    paths = listed.stdout.splitlines() if listed.returncode == 0 else \
        [str(path) for path in pathlib.Path(".").rglob("*") if path.is_file() and not str(path).startswith(("build", "."))]
    return [(path, pathlib.Path(path).read_text(encoding="utf-8", errors="ignore"))
            for path in sorted(paths) if pathlib.Path(path).is_file()]


def main(names):
    files = tracked_files()
    complaints = [f"{name}: {line}" for name in (RULES if names == ["all"] else names) for line in RULES[name](files)]
    print("\n".join(complaints) or f"{len(files)} files keep the rules")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["all"]))
