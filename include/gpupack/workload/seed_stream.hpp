// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/random.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::workload {

/// The independent random streams that are drawn from one seed.
enum class seed_stream : std::uint64_t {
    node_order = 1, ///< The order in which nodes are numbered.
    task_order = 2, ///< The order in which tasks arrive.
    resampling = 3, ///< Tasks drawn again once all have arrived.
    poisson = 4,    ///< Poisson arrivals: times, tasks and durations.
    steady = 5,     ///< The same from a cluster that is in its steady state.
    bursts = 6      ///< Bursts of large tasks beside those.
};

/// The generator of one of the streams of a seed.
[[nodiscard]] GPUPACK_HD constexpr random_stream stream_of(std::uint64_t seed, seed_stream stream) noexcept {
    return random_stream{mix_bits(seed ^ mix_bits(static_cast<std::uint64_t>(stream)))};
}

/// Writes 0 to count - 1 in an order drawn from the seed.
///
/// @param order   [count]
/// @param count   how many numbers
/// @param seed    what is drawn from
/// @param stream  which stream of the seed
template <class Index> GPUPACK_HD constexpr void draw_order(Index* order, std::uint64_t count, std::uint64_t seed,
                                                            seed_stream stream) noexcept {
    for (std::uint64_t i = 0; i < count; ++i) order[i] = static_cast<Index>(i);
    random_stream random = stream_of(seed, stream);
    for (std::uint64_t rest = count; rest > 1; --rest) {
        const std::uint64_t drawn = random.below(rest);
        const Index last = order[rest - 1];
        order[rest - 1] = order[drawn];
        order[drawn] = last;
    }
}

} // namespace gpupack::workload
