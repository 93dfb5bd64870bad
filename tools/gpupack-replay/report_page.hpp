// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace replay_program {

/// report/page.html with its script and style sheet inside. The build makes the source file that defines it
/// (report/embed.cmake).
extern const std::string_view report_page;

/// Where the page wants the JSON of what only it needs, and after that, the JSON of the runs.
inline constexpr std::string_view report_meta_mark = "{{meta}}";
inline constexpr std::string_view report_runs_mark = "{{runs}}";

} // namespace replay_program
