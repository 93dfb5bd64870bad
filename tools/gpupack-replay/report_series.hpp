// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "report_plots.hpp"
#include "summary.hpp"

#include <vector>

namespace replay_program {

/// Allocated and fragmented against what has arrived; none where no run has a curve.
[[nodiscard]] std::vector<plot> curve_plots(const std::vector<policy_summary>& policies);

/// Allocated and waiting against time; none where no run has a timeline.
[[nodiscard]] std::vector<plot> timeline_plots(const std::vector<policy_summary>& policies);

} // namespace replay_program
