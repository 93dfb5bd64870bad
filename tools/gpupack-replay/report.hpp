// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options.hpp"
#include "run_record.hpp"

#include <string>
#include <vector>

namespace replay_program {

/// The one self-contained HTML page that shows the runs: report/page.html with its script and style sheet, filled with
/// the JSON of the runs and with what only the page needs. It loads nothing from anywhere.
/// @param runs of one workload; policies in any order, several seeds a policy
/// @param chosen the command line, for the reader who wants to repeat the runs
/// @return the same bytes for the same arguments
[[nodiscard]] std::string report_html(const std::vector<run_record>& runs, const options& chosen);

} // namespace replay_program
