// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inputs.hpp"
#include "run_record.hpp"

#include <string>
#include <vector>

namespace replay_program {

/// The comparison for a terminal: a line a policy, best first, which wastes least, and what no policy could exceed.
///
/// causes  also why GPUs are idle, and which sizes of tasks fail
[[nodiscard]] std::string table_text(const std::vector<run_record>& runs, bool causes = false);

/// How JSON is written: a value a line, without any space, or so with a run a line and no array around them.
enum class json_layout { readable, compact, lines };

/// An array of one object a run.
[[nodiscard]] std::string json_text(const std::vector<run_record>& runs, json_layout layout = json_layout::readable);

/// task,node,gpus of one run, in order of decision; of a timeline also arrived,started,ended,wait,evictions.
[[nodiscard]] std::string decisions_text(const inputs& from, const run_record& run);

} // namespace replay_program
