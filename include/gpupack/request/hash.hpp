#pragma once

#include <gpupack/core/random.hpp>
#include <gpupack/request/request.hpp>

#include <cstdint>

namespace gpupack {

/// A number that equal requests share, and others hardly ever.
[[nodiscard]] constexpr std::uint64_t hash_of(const request& asked) noexcept {
    std::uint64_t hash =
        static_cast<std::uint64_t>(asked.cpu.count()) << 32 ^ static_cast<std::uint64_t>(asked.memory.count());
    hash = mix_bits(hash ^ static_cast<std::uint64_t>(asked.gpus) << 58);
    if (asked.share.way() != sharing::exclusive)
        hash ^= static_cast<std::uint64_t>(asked.share.memory().count()) << 16 ^
                static_cast<std::uint64_t>(asked.share.compute().count() + 1) << 1 ^
                static_cast<std::uint64_t>(asked.share.memory_percent()) << 56 ^
                mix_bits(asked.share.profiles().bits() ^
                         static_cast<std::uint64_t>(asked.share.total_memory().count()) << 20);
    if (asked.selects())
        hash ^= mix_bits(asked.ids.hash() ^ mix_bits(asked.labels.all_of.bits()) ^ asked.labels.none_of.bits());
    return mix_bits(hash ^ asked.models.bits() ^ static_cast<std::uint64_t>(asked.numa) << 61);
}

} // namespace gpupack
