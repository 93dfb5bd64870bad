// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "summary.hpp"

#include <string>
#include <vector>

namespace replay_program {

/// The GPUs at the end, a map a policy; empty where no run kept its end.
[[nodiscard]] std::string heat_html(const std::vector<policy_summary>& policies);

} // namespace replay_program
