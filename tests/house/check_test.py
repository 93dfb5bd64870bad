# SPDX-License-Identifier: Apache-2.0
"""Tries the rules of check.py on made-up files: what each must refuse and what it must allow."""
import shutil
import unittest

import check


def complaints(rule, path, text, *others):
    return list(check.RULES[rule]([(path, text), *others]))


class Rules(unittest.TestCase):
    def refuse(self, rule, path, text, *others):
        self.assertEqual(len(complaints(rule, path, text, *others)), 1, f"{rule} {path}: {text}")

    def allow(self, rule, path, text, *others):
        self.assertEqual(complaints(rule, path, text, *others), [], f"{rule} {path}: {text}")

    def test_includes(self):
        header = "include/gpupack/{}".format
        include = "#include <{}>\n".format
        for path, name in [("policy/a.hpp", "gpupack/core/units.hpp"), ("policy/a.hpp", "gpupack/policy/detail/a.inc"),
                           ("plan/a.hpp", "Eigen/Core"), ("replay/a.hpp", "gpupack/scheduler.hpp"), ("gpu/a.hpp", "gpupack/replay/run.hpp"),
                           ("io/a.hpp", "nlohmann/json.hpp"), ("gpupack.hpp", "gpupack/scheduler.hpp"), ("presets.hpp", "gpupack/dialect/kai/kai.hpp")]:
            self.allow("includes", header(path), include(name))
        for path, name in [("core/a.hpp", "gpupack/state/cluster.hpp"), ("scheduler.hpp", "gpupack/plan/gang.hpp"),
                           ("scheduler.hpp", "gpupack/attic/old.hpp"), ("attic/a.hpp", "gpupack/core/units.hpp"),
                           ("replay/a.hpp", "gpupack/gpupack.hpp"), ("gpupack.hpp", "gpupack/plan/gang.hpp"), ("io/a.hpp", "gpupack/gpu/a.hpp"),
                           ("policy/a.hpp", "gpupack/fit/detail/a.hpp"), ("replay/a.hpp", "nlohmann/json_fwd.hpp"), ("state/a.hpp", "Eigen/Core"),
                           ("search/a.hpp", "cuda/std/span"), ("core/a.hpp", "fmt/core.h"), ("plan/a.hpp", "gpupack/dialect/kai/kai.hpp")]:
            self.refuse("includes", header(path), include(name))
        self.refuse("includes", header("replay/a.hpp"), '#include "run.hpp"\n')
        self.refuse("includes", header("search/a.hpp"), "#include <Eigen/Core>\nGPUPACK_HD int f();\n")

    def test_detail(self):
        owner = ("include/gpupack/fit/b.hpp", "namespace gpupack::fit {\nnamespace detail {\nint grown(int x);\n}\n}\n")
        self.allow("detail", "include/gpupack/fit/a.hpp", "int y = detail::grown(1);\n", owner)
        self.refuse("detail", "include/gpupack/policy/a.hpp", "int y = fit::detail::grown(1);\n", owner)
        self.refuse("detail", "include/gpupack/policy/a.hpp", "int y = detail::grown(1);\n", owner)
        self.refuse("detail", "include/gpupack/fit/detail/a.hpp", "namespace gpupack::inline GPUPACK_ABI::fit {\n")
        self.allow("detail", "include/gpupack/fit/detail/a.hpp", "namespace gpupack::inline GPUPACK_ABI::fit::detail {\n")

    def test_names(self):
        path = "include/gpupack/fit/a.hpp"
        for text in ["void f(const node& of);", "int f(int a, std::uint32_t from);", "f(gpu_set taken, int b)", "int f(int to = 3)"]:
            self.refuse("names", path, text + "\n")
        for text in ["void f(const node& node);", "// a node of, at", "return of(on);", "model_set::of(a)"]:
            self.allow("names", path, text + "\n")

    def test_layout(self):
        core = "include/gpupack/core/"
        self.allow("layout", core + "a.hpp", "#pragma once\n")
        self.refuse("layout", core + "a.hpp", "int x;\n")
        self.refuse("layout", core + "a.hpp", "#pragma once\n__device__ int f();\n")
        self.refuse("layout", core + "a.inc", "1, 2\n")
        self.refuse("layout", core + "a.hpp", "#pragma once\n" + 400 * "\n")

    def test_mirror(self):
        self.refuse("mirror", "include/gpupack/fit/slice.hpp", "")
        self.allow("mirror", "include/gpupack/fit/slice.hpp", "", ("tests/fit/slice_test.cpp", ""))
        self.allow("mirror", "include/gpupack/fit/detail/help.hpp", "")

    def test_umbrella(self):
        umbrella = "include/gpupack/gpupack.hpp"
        self.allow("umbrella", umbrella, "#pragma once\n// all\n#include <gpupack/scheduler.hpp>\n")
        self.refuse("umbrella", umbrella, "inline int x = 1;\n")
        self.refuse("umbrella", "include/gpupack/fit/a.hpp", "", (umbrella, "#pragma once\n"))
        self.allow("umbrella", "include/gpupack/plan/a.hpp", "", (umbrella, "#pragma once\n"))
        self.refuse("umbrella", "tests/fit/a_test.cpp", "#include <gpupack/gpupack.hpp>\n")

    def test_machine(self):
        home = "/home"
        self.refuse("machine", "a.md", f"see {home}/someone/file\n")
        self.allow("machine", "a.md", f"see docs{home}/page.md\n")

    def test_properties(self):
        self.refuse("properties", "tests/a_test.cpp", "rc::" + "check([] {});\n")

    def test_licence(self):
        self.allow("licence", "a.hpp", f"// {check.TAG}: Apache-2.0\n")
        self.refuse("licence", "a.hpp", "#pragma once\n")
        self.allow("licence", "data/a.json", "{}\n", ("REUSE.toml", f'# {check.TAG}: x\n[[annotations]]\npath = ["data/**"]\n{check.TAG} = "x"\n'))

    def test_documents(self):
        example = ("examples/a.cpp", "int main() {\n    if (true) {\n        return 1;\n    }\n}\n")
        self.allow("documents", "a.md", "text\n```cpp\nif (true) {\n    return 1;\n}\n```\n", example)
        self.allow("documents", "a.md", "```sh\nls\n```\n", example)
        self.refuse("documents", "a.md", "```cpp\nif (true) {\n    return 2;\n}\n```\n", example)
        self.refuse("documents", "a.md", "```cpp\nif (true) {\n}\n```\n", example)

    @unittest.skipUnless(shutil.which("clang-format-14"), "there is no clang-format-14")
    def test_format(self):
        self.allow("format", "tools/a.cpp", "int f(int a) {\n    return a;\n}\n")
        self.refuse("format", "tools/a.cpp", "int f(int a) {\n  return a;\n}\n")
        self.allow("format", "examples/a.cpp", "int f(int a) {\n  return a;\n}\n")

    def test_shadows(self):
        public = ("include/gpupack/io/b.hpp", "namespace gpupack::io {\n[[nodiscard]] inline int parts(int x) {\n}\n}\n")
        hidden = "namespace gpupack::io::detail {{\n[[nodiscard]] inline int {}(int x) {{\n}}\n}}\n".format
        self.allow("shadows", "include/gpupack/io/detail/a.hpp", hidden("fields"), public)
        self.refuse("shadows", "include/gpupack/io/detail/a.hpp", hidden("parts"), public)
        self.allow("shadows", "include/gpupack/plan/detail/a.hpp", hidden("parts").replace("io", "plan"), public)

    def test_assertions(self):
        self.allow("assertions", "tests/a_test.cpp", 'RC_ASSERT((a == 0 || b[a - 1]));\nRC_ASSERT(f(a && b) == "||");\nif (a && b) {}\n')
        self.refuse("assertions", "tests/a_test.cpp", "RC_ASSERT(a == 0 ||\n    b[a - 1]);\n")

    def test_sources(self):
        header = "// source  the study (docs/sources.md#fgd)\n"
        self.allow("sources", "include/gpupack/policy/a.hpp", header, ("docs/sources.md", "# Sources\n## fgd\n"))
        self.refuse("sources", "include/gpupack/policy/a.hpp", header, ("docs/sources.md", "# Sources\n"))


if __name__ == "__main__":
    unittest.main()
