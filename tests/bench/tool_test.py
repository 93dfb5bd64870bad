# SPDX-License-Identifier: Apache-2.0
"""Listing, choosing and running benchmarks: with programs and a compiler that are scripts of a few lines."""
import contextlib
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
import bench_compare  # noqa: E402
import bench_compile  # noqa: E402
import bench_tool  # noqa: E402

# A program that behaves like one of Google Benchmark: takes its flags, and writes what it was called with.
PROGRAM = """#!{python}
import json, re, sys
flags = dict(a.lstrip("-").split("=", 1) for a in sys.argv[1:])
out = open(flags["benchmark_out"], "w")
if not re.search(flags.get("benchmark_filter", ""), "sum/8"): sys.exit(0)
times = range(int(flags["benchmark_repetitions"]))
entries = [dict(name="sum/8", run_name="sum/8", run_type="iteration", family_index=0, repetition_index=i,
                real_time=10.0 + i, time_unit="us") for i in times]
first = dict(name="later", run_name="later", run_type="iteration", family_index=1, real_time=1, time_unit="ns")
json.dump(dict(context=dict(flags=flags, host_name="here"), benchmarks=[first] + entries), out)
print("***WARNING*** of the program", file=sys.stderr)
"""

# A compiler that takes any source which does not include absent.hpp, and keeps the sources that it compiled.
COMPILER = """#!{python}
import pathlib, sys
arguments = sys.argv[1:]
if "--version" in arguments: print("compiler 1.0"); sys.exit(0)
text = pathlib.Path(next(a for a in arguments if a.endswith(".cpp"))).read_text()
if "absent.hpp" in text:
    print("absent.hpp:1:10: fatal error: tbb/tbb.h: No such file or directory"); sys.exit(1)
if "lost.hpp" in text:
    print("lost.hpp:1:10: fatal error: gpupack/fit/moved.hpp: No such file or directory"); sys.exit(1)
if "broken.hpp" in text: print("error: a mistake of our own"); sys.exit(1)
if "-c" in arguments:
    with open({log!r}, "a") as log: log.write(text + "--\\n")
"""


def called(*arguments):
    """Returns exit status, standard output and standard error of scripts/bench, in this process."""
    out, error = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        status = bench_tool.main(list(arguments))
    return status, out.getvalue(), error.getvalue()


class Tree(unittest.TestCase):
    """A tree with a few benchmarks and folders."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.write("benchmarks/decision/scan.cpp", "// SPDX-License-Id" "entifier: Apache-2.0\n// Decides by a scan.\n// More.\n#include <x>\n")
        self.write("benchmarks/decision/indexed.cpp", "\n#include <x>\nint x; // No line of its own.\n//   Indexed.\n")
        self.write("benchmarks/build/cluster.cpp", "int main() {}\n")
        self.write("benchmarks/support/main.cpp", "// A program.\n")
        patch = unittest.mock.patch.object(bench_tool, "ROOT", self.root)
        patch.start()
        self.addCleanup(patch.stop)

    def write(self, name, text, executable=False):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        if executable:
            path.chmod(0o755)
        return path

    def script(self, name, text, **values):
        return self.write(name, text.format(python=sys.executable, **values), executable=True)


class Names(Tree):
    def test_the_list(self):
        status, out, error = called()
        self.assertEqual((status, error), (0, ""))
        self.assertEqual(out.splitlines()[:3], ["build/cluster", "decision/indexed  Indexed.",
                                                "decision/scan     Decides by a scan."])
        self.assertRegex(out.splitlines()[3], "^compile           How long")
        self.assertEqual(called("--list"), (status, out, error))

    def test_what_names_stand_for(self):
        everything = ["build/cluster", "decision/indexed", "decision/scan", "compile"]
        self.assertEqual(bench_tool.chosen(["all"], self.root), everything)
        self.assertEqual(bench_tool.chosen(["decision"], self.root), everything[1:3])
        self.assertEqual(bench_tool.chosen(["compile", "decision/scan", "decision/scan"], self.root), everything[2:])
        self.assertEqual(bench_tool.target_of("decision/scan"), "gpupack_benchmark_decision_scan")

    def test_bad_arguments_get_one_line(self):
        cases = {("nothing",): 'no benchmark "nothing"; expected all, build, decision, build/cluster',
                 ("replay",): 'no benchmark "replay"', ("--bogus",): "--bogus", ("--lis",): "--lis",
                 ("all", "--repetitions", "0"): '"0" is not a whole number', ("all", "--repetitions"): "--repetitions",
                 ("all", "--repetitions", "x"): '"x" is not', ("all", "--filter", "["): "not a regular expression",
                 ("--compare", "a.json"): "expected 2", ("--out", "x.json"): "--out needs a NAME",
                 ("--list", "--filter", "x"): "--filter needs a NAME", ("all", "--list"): "exclude each other",
                 ("all", "--out", str(self.root)): "cannot be written", ("all", "--compare", "a", "b"): "exclude",
                 ("all", "--out", str(self.root / "benchmarks/build/cluster.cpp/x")): "--out"}
        for arguments, words in cases.items():
            with self.subTest(arguments=arguments):
                status, out, error = called(*arguments)
                self.assertEqual((status, out), (2, ""))
                self.assertEqual(error.count("\n"), 1, error)
                self.assertIn(words, error)

    def test_help(self):
        status, out, error = called("--help")
        self.assertEqual((status, error), (0, ""))
        self.assertTrue(out.startswith("usage: scripts/bench"))


class Runs(Tree):
    def setUp(self):
        super().setUp()
        # Everything is built and installed.
        self.write("scripts/packages.sh", "test_packages=(a)\ninstall_missing() { true; }\n")
        for patch in (unittest.mock.patch.object(bench_tool, "build"),
                      unittest.mock.patch.dict(os.environ, {"CXX": str(self.root / "c++")})):
            patch.start()
            self.addCleanup(patch.stop)
        self.log = self.root / "compiled"
        self.script("c++", COMPILER, log=str(self.log))
        self.program("decision/scan", PROGRAM)
        self.write("include/gpupack/gpupack.hpp", "")
        for header in ("core/ids.hpp", "core/fwd.hpp", "core/detail/help.hpp", "fit/fits.hpp", "fit/absent.hpp",
                       "parallel/absent.hpp", "fit/table.inc"):
            self.write(f"include/gpupack/{header}", "")

    def program(self, name, text):
        self.script(f"build/release/benchmarks/{bench_tool.target_of(name)}", text)

    def results(self, *arguments):
        """Returns the results that are written, and standard output."""
        out = self.root / "new" / "out.json"
        status, text, error = called(*arguments, "--out", str(out))
        self.assertEqual(status, 0, error)
        return bench_compare.read_results(out), text

    def test_a_program(self):
        results, text = self.results("decision/scan", "--repetitions", "3")
        self.assertEqual([e["name"] for e in results["benchmarks"]], 3 * ["decision/scan/sum/8"]
                         + ["decision/scan/later"])
        self.assertEqual(results["benchmarks"][0]["run_name"], "decision/scan/sum/8")
        flags = results["context"]["flags"]
        self.assertEqual(flags["benchmark_enable_random_interleaving"], "true")
        self.assertEqual(flags["benchmark_out_format"], "json")
        self.assertNotIn("benchmark_filter", flags)
        self.assertEqual(results["context"]["host_name"], "here")
        self.assertRegex(text, r"(?m)^decision/scan/sum/8 +11\.00 us +10\.00 us +12\.00 us +3$")
        bench_tool.build.assert_called_once_with(["decision/scan"], self.root)

    def test_five_repetitions_and_a_dated_file_are_the_default(self):
        status, _, _ = called("decision/scan", "--filter", "sum")
        self.assertEqual(status, 0)
        [out] = (self.root / "build" / "bench").glob("*.json")
        self.assertRegex(out.name, r"^\d{4}-\d\d-\d\d-\d{6}\.json$")
        results = json.loads(out.read_text(encoding="utf-8"))
        self.assertEqual(results["context"]["flags"]["benchmark_repetitions"], "5")
        self.assertEqual(results["context"]["flags"]["benchmark_filter"], "sum")

    def test_a_filter_that_matches_nothing(self):
        status, out, error = called("decision/scan", "--filter", "product")
        self.assertEqual((status, out), (2, ""))
        self.assertIn('--filter "product": no benchmark of decision/scan matches', error)

    def test_a_program_that_fails(self):
        self.program("decision/scan", "#!/bin/sh\necho no such GPU >&2\nexit 3\n")
        status, out, error = called("decision/scan")
        self.assertEqual((status, out), (1, ""))
        self.assertIn("no such GPU\ndecision/scan failed with exit status 3\n", error)

    def test_a_benchmark_that_fails(self):
        entry = '{"name": "a", "run_type": "iteration", "error_occurred": true, "error_message": "wrong sum"}'
        self.program("decision/scan", "#!/bin/sh\necho '{{\"benchmarks\": [" + entry.replace("{", "{{").replace(
            "}", "}}") + "]}}' >\"${{1#*=}}\"\n")
        status, out, _ = called("decision/scan")
        self.assertEqual(status, 1)
        self.assertRegex(out, r"(?m)^decision/scan/a .* 0  failed: wrong sum$")

    def test_compile(self):
        results, text = self.results("compile", "--repetitions", "2")
        entries = results["benchmarks"]
        self.assertEqual([e["name"] for e in entries], ["compile/umbrella"] * 2 + ["compile/core"] * 2
                         + ["compile/fit"] * 2)
        for entry in entries:
            self.assertEqual((entry["time_unit"], entry["run_type"]), ("ms", "iteration"))
            self.assertGreater(entry["real_time"], 0)
        self.assertEqual([e["repetition_index"] for e in entries], [0, 1] * 3)
        self.assertEqual(entries[4]["label"], "without fit/absent.hpp")
        self.assertNotIn("label", entries[0])
        self.assertEqual(results["context"]["compile_with"], "compiler 1.0 -std=c++20 -O0")
        self.assertEqual(sorted(self.log.read_text(encoding="utf-8").split("--\n")[:-1]), sorted(2 * [
            "#include <gpupack/gpupack.hpp>\n", "#include <gpupack/fit/fits.hpp>\n",
            "#include <gpupack/core/fwd.hpp>\n#include <gpupack/core/ids.hpp>\n"]))
        self.assertIn("compile/umbrella", text)

    def test_compile_takes_the_filter_as_the_programs_do(self):
        names = {pattern: {e["name"] for e in self.results("compile", f"--filter={pattern}")[0]["benchmarks"]}
                 for pattern in ("^core", "-^core")}
        self.assertEqual(names, {"^core": {"compile/core"}, "-^core": {"compile/umbrella", "compile/fit"}})

    def test_a_header_with_a_mistake_is_not_left_out(self):
        for name, words in (("broken", "a mistake of our own"), ("lost", "gpupack/fit/moved.hpp")):
            header = self.write(f"include/gpupack/core/{name}.hpp", "")
            status, out, error = called("compile")
            header.unlink()
            self.assertEqual((status, out), (1, ""))
            self.assertIn(words, error)

    def test_no_compiler(self):
        with unittest.mock.patch.dict(os.environ, {"CXX": "no-such-compiler"}):
            status, _, error = called("compile")
        self.assertEqual(status, 2)
        self.assertIn('CXX is "no-such-compiler"', error)

    def test_programs_and_compile_in_one_file(self):
        for name in ("decision/indexed", "build/cluster"):
            self.program(name, PROGRAM)
        results, _ = self.results("all", "--filter", "sum|core", "--repetitions", "4")
        self.assertEqual({e["name"].partition("/")[0] for e in results["benchmarks"]}, {"decision", "build", "compile"})
        self.assertEqual(results["context"]["host_name"], "here")
        self.assertIn("compile_with", results["context"])

    def test_what_was_written_can_be_compared(self):
        out = self.root / "new" / "out.json"
        self.results("decision/scan")
        status, text, _ = called("--compare", str(out), str(out))
        self.assertEqual(status, 0)
        self.assertRegex(text, r"decision/scan/sum/8 .* 1\.000 .*cannot tell \(p = 1\.00\)")


class Script(unittest.TestCase):
    def test_the_entry_point(self):
        done = subprocess.run([str(ROOT / "scripts" / "bench"), "--compare", "no", "no"], capture_output=True,
                              text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertEqual(done.stderr.count("\n"), 1)

    def test_folders_of_the_library(self):
        folders = bench_compile.folders(ROOT)
        self.assertIn("core/ids.hpp", folders["core"])
        self.assertIn("fit", folders)
        self.assertFalse([h for headers in folders.values() for h in headers if "/detail/" in h])


if __name__ == "__main__":
    unittest.main()
