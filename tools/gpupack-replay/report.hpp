// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run_record.hpp"

#include <string>
#include <vector>

namespace replay_program {

/// The one self-contained HTML page that shows what came of the runs: a headline, plots over the replay, a
/// table, and the GPUs of every node at the end.
///
/// runs          of one workload; policies in any order, several seeds a policy
/// command_line  shown as it is
/// returns       the same bytes for the same arguments; no network, fonts or scripts from elsewhere
[[nodiscard]] std::string report_html(const std::vector<run_record>& runs, const std::string& command_line);

} // namespace replay_program
