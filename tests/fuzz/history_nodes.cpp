// SPDX-License-Identifier: Apache-2.0
// The machines of a history: Slurm, Kubernetes, delimited.
#include <gpupack/io/read_history_nodes.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    (void)gpupack::io::parse_history_nodes("fuzz", text);
    return 0;
}
