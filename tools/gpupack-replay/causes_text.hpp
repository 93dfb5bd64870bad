// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run_record.hpp"
#include "summary.hpp"

#include <string>
#include <vector>

namespace replay_program {

/// What --causes adds to the table: idle compute by cause, tasks that failed and waited by size, and where there are
/// several seeds the differences to fgd.
///
/// policies  of the runs
[[nodiscard]] std::string causes_text(const std::vector<run_record>& runs, const std::vector<policy_summary>& policies);

} // namespace replay_program
