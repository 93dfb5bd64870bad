// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run_record.hpp"
#include "summary_visits.hpp"

#include <string>
#include <vector>

namespace replay_program {

/// What was accepted of every kind of task, as a table of policies by kinds: the stronger a cell's colour, the
/// further below the best policy for that kind.
///
/// runs      of one workload whose tasks come and go
/// policies  their summary
[[nodiscard]] std::string kinds_html(const std::vector<visits_summary>& policies,
                                     const std::vector<run_record>& runs);

} // namespace replay_program
