// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run_record.hpp"

#include <string>
#include <vector>

namespace replay_program {

/// The body of the page for a workload whose tasks come and go: a headline, what was accepted against the bound,
/// active GPUs, a table, and acceptance by kind of task.
///
/// runs     of one such workload, at least one
/// command  HTML
[[nodiscard]] std::string visits_html(const std::vector<run_record>& runs, const std::string& command);

} // namespace replay_program
