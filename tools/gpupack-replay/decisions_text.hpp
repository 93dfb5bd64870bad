// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inputs.hpp"
#include "run_record.hpp"

#include <string>

namespace replay_program {

/// task,node,gpus of one run, in order of decision; where tasks leave also arrived,started,ended,wait,evictions: in recorded time in
/// seconds, where tasks come and go in mean stays.
[[nodiscard]] std::string decisions_text(const inputs& from, const run_record& run);

} // namespace replay_program
