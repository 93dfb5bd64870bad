# SPDX-License-Identifier: Apache-2.0
"""Spack recipe, for Spack 1.0: copy it to packages/gpupack/package.py of a repository, and `spack develop gpupack@main` beside a
checkout: there is no public address to fetch from yet."""
from spack_repo.builtin.build_systems.cmake import CMakePackage

from spack.package import *


class Gpupack(CMakePackage):
    """Decides which GPU, slice of a GPU, or set of GPUs a request gets; header-only C++20."""

    license("Apache-2.0")

    version("main", branch="main")

    variant("tools", default=True, description="Build the programs")
    variant("xml", default=True, description="Read the XML of hwloc and NCCL")

    depends_on("cxx", type="build")
    depends_on("cmake@3.25:", type="build")
    depends_on("eigen@3.4:")
    depends_on("tl-expected")
    depends_on("intel-oneapi-tbb", when="+tools")
    depends_on("nlohmann-json@3.11:", when="+tools")
    depends_on("zlib-api", when="+tools")
    depends_on("pugixml", when="+xml")
    depends_on("pugixml", when="+tools")
    depends_on("cli11", when="+tools")
    depends_on("fmt", when="+tools")
    conflicts("%gcc@:11")
    conflicts("%clang@:13")

    def cmake_args(self):
        return [
            self.define("GPUPACK_BUILD_TESTS", self.run_tests),
            self.define("GPUPACK_BUILD_EXAMPLES", False),
            self.define("GPUPACK_BUILD_BENCHMARKS", False),
            self.define("GPUPACK_CUDA", "OFF"),
            self.define_from_variant("GPUPACK_BUILD_TOOLS", "tools"),
        ]
