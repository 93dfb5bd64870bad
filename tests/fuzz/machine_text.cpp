// SPDX-License-Identifier: Apache-2.0
// What machines print, as text: nvidia-smi, rocm-smi, amd-smi.
#include <gpupack/io/describe_machine.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto machine = gpupack::io::describe_machine("fuzz", text);
    if (machine && gpupack::topology_error(machine->topology)) __builtin_trap();
    if (!machine && machine.error().expected.empty()) __builtin_trap();
    return 0;
}
