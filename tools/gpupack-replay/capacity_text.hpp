// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "capacity_growth.hpp"
#include "capacity_options.hpp"
#include "capacity_room.hpp"

#include <optional>
#include <string>
#include <vector>

namespace replay_program {

/// All that `capacity` has found out.
struct capacity_answers {
    std::string workload;
    capacity_room room;
    std::optional<wait_answer> wait;
    std::vector<policy_saving> savings;
};

/// The answers for a terminal.
[[nodiscard]] std::string capacity_text(const capacity_options& chosen, const capacity_answers& answers);

/// The answers as one JSON object.
[[nodiscard]] std::string capacity_json(const capacity_options& chosen, const capacity_answers& answers);

} // namespace replay_program
