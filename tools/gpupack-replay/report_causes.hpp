// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run_record.hpp"
#include "summary.hpp"

#include <string>
#include <vector>

namespace replay_program {

/// What is allocated at the end, what any policy could have allocated, and how much of the gap each closes; nothing
/// where there is no bound.
[[nodiscard]] std::string bound_html(const std::vector<policy_summary>& policies);

/// Idle compute by cause, a bar a policy; nothing where tasks leave.
[[nodiscard]] std::string idle_html(const std::vector<run_record>& runs,
                                    const std::vector<policy_summary>& policies);

/// Each policy less fgd, seed by seed; nothing without fgd or with one seed.
[[nodiscard]] std::string paired_html(const std::vector<run_record>& runs,
                                      const std::vector<policy_summary>& policies);

/// Tasks that failed by size, and in a timeline those that waited.
[[nodiscard]] std::string sizes_html(const std::vector<run_record>& runs,
                                     const std::vector<policy_summary>& policies);

} // namespace replay_program
