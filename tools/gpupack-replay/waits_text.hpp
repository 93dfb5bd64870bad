// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run_record.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace replay_program {

/// How long tasks waited, by policy and by size, for a terminal: means over the seeds of the means, medians, 95 % and
/// longest waits.
[[nodiscard]] std::string waits_text(const std::vector<run_record>& runs);

/// Adds to the JSON of a run what a timeline measures beyond its first version.
void add_waits(nlohmann::ordered_json& object, const run_record& run);

/// One line a run and size: policy, seed and what waits_text says, for spreadsheets.
[[nodiscard]] std::string waits_csv(const std::vector<run_record>& runs);

} // namespace replay_program
