// SPDX-License-Identifier: Apache-2.0
// Delimited text: the domains of a cluster.
#include <gpupack/io/read_domains.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    (void)gpupack::io::parse_domains("fuzz", text);
    return 0;
}
