// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/random.hpp>
#include <gpupack/request/request.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>

namespace gpupack::inline GPUPACK_ABI {

/// A number that equal requests share, and others hardly ever.
[[nodiscard]] constexpr std::uint64_t hash_of(const request& request) noexcept {
    std::uint64_t hash =
        static_cast<std::uint64_t>(request.cpu.count()) << 32 ^ static_cast<std::uint64_t>(request.memory.count());
    hash = mix_bits(hash ^ static_cast<std::uint64_t>(request.gpus) << 58);
    if (request.share.way() != sharing::exclusive)
        hash ^= static_cast<std::uint64_t>(request.share.memory().count()) << 16 ^
                static_cast<std::uint64_t>(request.share.compute().count() + 1) << 1 ^
                static_cast<std::uint64_t>(request.share.memory_part()) << 40 ^
                static_cast<std::uint64_t>(request.share.rule().bits()) << 35 ^
                mix_bits(request.share.profiles().bits() ^
                         static_cast<std::uint64_t>(request.share.total_memory().count()) << 20);
    if (request.selects())
        hash ^= mix_bits(request.ids.hash() ^ mix_bits(request.labels.all_of.bits()) ^ request.labels.none_of.bits());
    return mix_bits(hash ^ request.models.bits() ^ static_cast<std::uint64_t>(request.numa) << 61);
}

/// hash_of() for the unordered containers of the standard library.
struct request_hash {
    [[nodiscard]] std::size_t operator()(const request& request) const noexcept {
        return static_cast<std::size_t>(hash_of(request));
    }
};

} // namespace gpupack

/// For the unordered containers of the standard library.
template <> struct std::hash<gpupack::request> {
    [[nodiscard]] std::size_t operator()(const gpupack::request& request) const noexcept {
        return static_cast<std::size_t>(gpupack::hash_of(request));
    }
};
