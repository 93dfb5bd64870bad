// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inputs.hpp"
#include "options.hpp"

#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/workload/arrival.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace replay_program {

/// What one seed draws; the same for every policy.
struct seed_draw {
    std::uint64_t seed = 0;
    std::vector<std::size_t> node_order{}; ///< Empty: as listed.
    std::vector<gpupack::workload::arrival> arrivals{};
    std::optional<std::int64_t> bound{}; ///< hindsight_bound of the arrivals, in milli-GPUs; none where tasks leave.
    /// [points]  Arrived, and the hindsight_bound of that, in percent of the GPUs; only for a report, of the first seed.
    std::vector<std::pair<double, double>> bound_curve{};
    double bound_size_percent = 0; ///< What could be accepted by size where tasks come and go.
    /// What could be in use over time, in percent of the GPUs, where tasks come and go; none where that is not known.
    std::optional<double> bound_allocated_percent{};
};

/// Draws what the options want.
///
/// @return what is drawn, or an error where the cluster cannot be built
[[nodiscard]] gpupack::expected<seed_draw, gpupack::input_error> draw(const options& chosen, const inputs& input,
                                                                      std::uint64_t seed);

} // namespace replay_program
