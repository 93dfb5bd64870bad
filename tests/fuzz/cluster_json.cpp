// SPDX-License-Identifier: Apache-2.0
// A cluster as gpupack saves it.
#include <gpupack/io/cluster_json.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    (void)gpupack::io::parse_cluster_json("fuzz", {reinterpret_cast<const char*>(data), size});
    return 0;
}
