// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/node_id.hpp>
#include <gpupack/core/random.hpp>
#include <gpupack/request/gpu_choice.hpp>
#include <gpupack/request/label_terms.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/share.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace gpupack::inline GPUPACK_ABI {

// Orders for sorted containers. They have no meaning beside that; equal is what == calls equal.

/// An order of shares: by way, memory, compute and the rest.
[[nodiscard]] constexpr std::strong_ordering operator<=>(const share& a, const share& b) noexcept {
    if (a.way() != b.way()) return a.way() <=> b.way();
    if (a.memory() != b.memory()) return a.memory().count() <=> b.memory().count();
    if (a.memory_part() != b.memory_part()) return a.memory_part() <=> b.memory_part();
    if (a.compute() != b.compute()) return a.compute().count() <=> b.compute().count();
    if (a.total_memory() != b.total_memory()) return a.total_memory().count() <=> b.total_memory().count();
    if (a.profiles() != b.profiles()) return a.profiles().bits() <=> b.profiles().bits();
    return a.rule().bits() <=> b.rule().bits();
}

/// An order of label terms.
[[nodiscard]] constexpr std::strong_ordering operator<=>(const label_terms& a, const label_terms& b) noexcept {
    return a.all_of != b.all_of ? a.all_of.bits() <=> b.all_of.bits() : a.none_of.bits() <=> b.none_of.bits();
}

/// An order of choices of GPUs by id.
[[nodiscard]] constexpr std::strong_ordering operator<=>(const gpu_choice& a, const gpu_choice& b) noexcept {
    struct entries {
        explicit constexpr entries(const gpu_choice& choice) noexcept {
            choice.for_each(
                [&](node_id node, gpu_set gpus) { named[count++] = std::uint64_t{node.bits()} << 32 | gpus.bits(); });
        }
        std::uint64_t named[gpu_choice::max_nodes] = {};
        std::size_t count = 0;
    };
    if (a.is_only() != b.is_only()) return a.is_only() <=> b.is_only();
    const entries ours{a};
    const entries theirs{b};
    if (ours.count != theirs.count) return ours.count <=> theirs.count;
    for (std::size_t i = 0; i < ours.count; ++i)
        if (ours.named[i] != theirs.named[i]) return ours.named[i] <=> theirs.named[i];
    return std::strong_ordering::equal;
}

/// An order of requests: by GPUs, share, CPU, memory and the rest.
[[nodiscard]] constexpr std::strong_ordering operator<=>(const request& a, const request& b) noexcept {
    if (a.gpus != b.gpus) return a.gpus <=> b.gpus;
    if (!(a.share == b.share)) return a.share <=> b.share;
    if (a.cpu != b.cpu) return a.cpu.count() <=> b.cpu.count();
    if (a.memory != b.memory) return a.memory.count() <=> b.memory.count();
    if (a.models != b.models) return a.models.bits() <=> b.models.bits();
    if (!(a.labels == b.labels)) return a.labels <=> b.labels;
    if (!(a.ids == b.ids)) return a.ids <=> b.ids;
    return a.numa <=> b.numa;
}

} // namespace gpupack

/// For the unordered containers of the standard library.
template <> struct std::hash<gpupack::share> {
    [[nodiscard]] std::size_t operator()(const gpupack::share& share) const noexcept {
        std::uint64_t number = static_cast<std::uint64_t>(share.way()) << 8 ^ share.rule().bits();
        for (const std::int64_t each : {share.memory().count(), std::int64_t{share.memory_part()},
                                        share.compute().count(), share.total_memory().count()})
            number = gpupack::mix_bits(number ^ static_cast<std::uint64_t>(each));
        return static_cast<std::size_t>(gpupack::mix_bits(number ^ share.profiles().bits()));
    }
};
