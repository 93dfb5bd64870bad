#pragma once

#include <gpupack/policy/fragmentation_table.hpp>
#include <gpupack/state/cluster.hpp>

#include <cstdint>

namespace gpupack::replay {

/// Part of whole in percent; 0 where the whole is.
[[nodiscard]] constexpr double percent(std::int64_t part, std::int64_t whole) noexcept {
    return whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

/// Compute in use, in percent of all GPUs.
[[nodiscard]] inline double allocated_percent(const cluster& on) noexcept {
    return percent((on.compute() - on.compute_free()).count(), on.compute().count());
}

/// Free compute that the expected tasks cannot use, on average over them, in percent of all GPUs: the fragmentation
/// of FGD, whatever policy placed the tasks.
[[nodiscard]] inline double fragmented_percent(const cluster& on,
                                               const policy::fragmentation_view& expected) noexcept {
    std::int64_t sum = 0;
    for (std::uint32_t i = 0; i < on.size(); ++i) sum += expected.fragmentation(on[node_id{i}]);
    return expected.total == 0 ? 0.0 : percent(sum, on.compute().count()) / static_cast<double>(expected.total);
}

} // namespace gpupack::replay
