// SPDX-License-Identifier: Apache-2.0
#pragma once

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

} // namespace replay_program
