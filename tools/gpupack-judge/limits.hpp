// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tally.hpp"

#include <nlohmann/json.hpp>

#include <string_view>

namespace judge_program {

/// Compares what a system and gpupack read in limits and annotations of pods.
///
/// @param system     its name
/// @param test_case  a case that holds "limits" in place of a cluster
/// @param counts     where comparisons are counted
/// @return false for a system whose limits are not judged
[[nodiscard]] bool judge_limits(std::string_view system, const nlohmann::json& test_case, tally& counts);

} // namespace judge_program
