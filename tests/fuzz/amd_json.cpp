// SPDX-License-Identifier: Apache-2.0
// The JSON of amd-smi and rocm-smi.
#include <gpupack/io/read_amd_json.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto machine = gpupack::io::describe_amd_json("fuzz", {reinterpret_cast<const char*>(data), size});
    if (machine && machine->links.size() != machine->gpus.size()) __builtin_trap();
    return 0;
}
