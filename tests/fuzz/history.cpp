// SPDX-License-Identifier: Apache-2.0
// Histories: Slurm, Kubernetes, public traces; delimited and JSON.
#include <gpupack/io/read_history.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    (void)gpupack::io::parse_history("fuzz", text);
    return 0;
}
