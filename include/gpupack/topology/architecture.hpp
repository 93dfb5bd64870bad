// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <cstdint>
#include <string_view>

namespace gpupack::inline GPUPACK_ABI {

/// The generation of a GPU, older before newer, by compute capability: 6, 7.0, 7.5, 8.0, 8.9, 9, 10 and up.
enum class architecture : std::uint8_t { unknown, pascal, volta, turing, ampere, ada, hopper, blackwell };

/// "Ampere"; empty for unknown.
[[nodiscard]] constexpr std::string_view describe(architecture generation) noexcept {
    constexpr std::string_view names[] = {"", "Pascal", "Volta", "Turing", "Ampere", "Ada", "Hopper", "Blackwell"};
    return names[static_cast<int>(generation)];
}

} // namespace gpupack
