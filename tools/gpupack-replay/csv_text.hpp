// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run_record.hpp"

#include <string>
#include <vector>

namespace replay_program {

/// What the JSON of a run says in values, as comma-separated text, a row a run. The columns of what is in an object there, or in a
/// list of named ones, have both names, as waits_by_size.8 GPUs.mean_wait_seconds; curves are left out.
[[nodiscard]] std::string csv_text(const std::vector<run_record>& runs);

} // namespace replay_program
