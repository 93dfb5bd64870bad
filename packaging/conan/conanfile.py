# SPDX-License-Identifier: Apache-2.0
"""Conan 2 recipe. From the root of the tree: conan create packaging/conan --build=missing"""
import os

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMakeToolchain
from conan.tools.files import copy

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
# component of gpupack: packages of Conan
COMPONENTS = {
    "io": ["nlohmann_json::nlohmann_json", "zlib::zlib"],
    "io_xml": ["pugixml::pugixml", "zlib::zlib"],
    "parallel": ["onetbb::onetbb"],
    "nvml": [],
}


class Gpupack(ConanFile):
    name = "gpupack"
    version = "0.2.0"
    description = "Decides which GPU, slice of a GPU, or set of GPUs a request gets; header-only C++20"
    license = "Apache-2.0"
    topics = ("gpu", "scheduling", "bin-packing", "mig", "header-only")
    package_type = "header-library"
    settings = "os", "compiler", "build_type", "arch"
    options = {f"with_{name}": [True, False] for name in COMPONENTS if COMPONENTS[name]}
    default_options = {name: False for name in options}
    no_copy_source = True

    def export_sources(self):
        for pattern in ("CMakeLists.txt", "LICENSE", "cmake/*", "include/*"):
            copy(self, pattern, src=ROOT, dst=self.export_sources_folder)

    def requirements(self):
        self.requires("eigen/[>=3.4 <4]", transitive_headers=True)
        self.requires("tl-expected/[>=1]", transitive_headers=True)
        wanted = {package.split("::")[0] for name, packages in COMPONENTS.items() if packages and
                  self.options.get_safe(f"with_{name}") for package in packages}
        versions = {"nlohmann_json": "[>=3.11 <4]", "zlib": "[>=1.2.11 <2]",
                    "pugixml": "[>=1.13 <2]", "onetbb": "[>=2021]"}
        for package in sorted(wanted):
            self.requires(f"{package}/{versions[package]}", transitive_headers=True)

    def validate(self):
        check_min_cppstd(self, 20)

    def package_id(self):
        self.info.clear()

    def generate(self):
        toolchain = CMakeToolchain(self)
        for name in ("TESTS", "EXAMPLES", "TOOLS", "BENCHMARKS"):
            toolchain.variables[f"GPUPACK_BUILD_{name}"] = False
        toolchain.variables["GPUPACK_CUDA"] = "OFF"
        toolchain.generate()

    def package(self):
        copy(self, "LICENSE", src=self.source_folder, dst=os.path.join(self.package_folder, "licenses"))
        copy(self, "*", src=os.path.join(self.source_folder, "include"),
             dst=os.path.join(self.package_folder, "include"))

    def package_info(self):
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
        core = self.cpp_info.components["gpupack"]
        core.set_property("cmake_target_name", "gpupack::gpupack")
        core.set_property("pkg_config_name", "gpupack")
        core.requires = ["eigen::eigen", "tl-expected::tl-expected"]
        for name, packages in COMPONENTS.items():
            if packages and not self.options.get_safe(f"with_{name}"):
                continue
            component = self.cpp_info.components[name]
            component.set_property("cmake_target_name", f"gpupack::{name}")
            component.set_property("pkg_config_name", f"gpupack-{name}")
            component.requires = ["gpupack", *packages]
            component.bindirs = component.libdirs = []
            if name == "nvml":
                component.system_libs = ["dl"]
