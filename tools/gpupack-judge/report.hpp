// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tally.hpp"

#include <string>
#include <string_view>

namespace judge_program {

/// The rows as a table, and the first differences.
[[nodiscard]] std::string table_text(std::string_view system, const tally& counts);

/// The same as one JSON object.
[[nodiscard]] std::string json_text(std::string_view system, const tally& counts);

/// Every comparison of the case that was asked for.
[[nodiscard]] std::string case_text(const tally& counts);

} // namespace judge_program
