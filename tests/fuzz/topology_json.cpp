// SPDX-License-Identifier: Apache-2.0
// gpupack's own JSON, which must be read as it is written.
#include <gpupack/io/topology_json.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto topology = gpupack::io::parse_topology_json("fuzz", text);
    if (!topology) return 0;
    const auto again = gpupack::io::parse_topology_json("fuzz", gpupack::io::write_topology_json(*topology));
    if (!again || again->numa != topology->numa || again->nics != topology->nics) __builtin_trap();
    return 0;
}
