// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run_record.hpp"

#include <string>
#include <utility>
#include <vector>

namespace replay_program {

/// A whole page with that body: self-contained, its style and script inside.
[[nodiscard]] std::string page(const std::string& title, const std::string& body);

/// What was run, as a list of names and values: workload, sizes, how tasks arrive, engine, seeds.
///
/// load  the name and the value of how tasks arrive; left out where the value is empty
[[nodiscard]] std::string facts(const std::vector<run_record>& runs,
                                const std::pair<const char*, std::string>& load);

} // namespace replay_program
