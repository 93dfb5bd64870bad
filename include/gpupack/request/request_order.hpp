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

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <tuple>
#include <utility>

namespace gpupack::inline GPUPACK_ABI {

// Orders for sorted containers. They have no meaning beside that; equal is what == calls equal.

/// An order of shares: by way, memory, compute and the rest.
[[nodiscard]] constexpr std::strong_ordering operator<=>(const share& a, const share& b) noexcept {
    const auto key = [](const share& each) {
        return std::tuple{each.way(), each.memory().count(), each.memory_part(), each.compute().count(), each.total_memory().count(),
                          each.profiles().bits(), each.rule().bits()};
    };
    return key(a) <=> key(b);
}

/// An order of label terms.
[[nodiscard]] constexpr std::strong_ordering operator<=>(const label_terms& a, const label_terms& b) noexcept {
    const auto key = [](const label_terms& each) { return std::pair{each.all_of.bits(), each.none_of.bits()}; };
    return key(a) <=> key(b);
}

/// An order of choices of GPUs by id.
[[nodiscard]] constexpr std::strong_ordering operator<=>(const gpu_choice& a, const gpu_choice& b) noexcept {
    using entries = std::array<std::pair<std::uint32_t, std::uint32_t>, gpu_choice::max_nodes>;
    const auto key = [](const gpu_choice& each) {
        entries named{};
        std::size_t count = 0;
        each.for_each([&](node_id node, gpu_set gpus) { named[count++] = {node.bits(), gpus.bits()}; });
        return std::tuple{each.is_only(), count, named};
    };
    return key(a) <=> key(b);
}

/// An order of requests: by GPUs, share, CPU, memory and the rest.
[[nodiscard]] constexpr std::strong_ordering operator<=>(const request& a, const request& b) noexcept {
    const auto key = [](const request& each) {
        return std::tuple{each.gpus, each.share, each.cpu.count(), each.memory.count(), each.models.bits(), each.labels, each.ids, each.numa};
    };
    return key(a) <=> key(b);
}

} // namespace gpupack

/// For the unordered containers of the standard library.
template <> struct std::hash<gpupack::share> {
    [[nodiscard]] std::size_t operator()(const gpupack::share& share) const noexcept {
        std::uint64_t number = static_cast<std::uint64_t>(share.way()) << 8 ^ share.rule().bits();
        for (const std::int64_t each : {share.memory().count(), std::int64_t{share.memory_part()}, share.compute().count(), share.total_memory().count()})
            number = gpupack::mix_bits(number ^ static_cast<std::uint64_t>(each));
        return static_cast<std::size_t>(gpupack::mix_bits(number ^ share.profiles().bits()));
    }
};
