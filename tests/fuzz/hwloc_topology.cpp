// SPDX-License-Identifier: Apache-2.0
// hwloc's XML, of all versions.
#include <gpupack/io/read_hwloc.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto machine = gpupack::io::describe_hwloc("fuzz", text);
    if (machine && gpupack::topology_error(machine->topology)) __builtin_trap();
    return 0;
}
