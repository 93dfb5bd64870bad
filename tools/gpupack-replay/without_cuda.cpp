// SPDX-License-Identifier: Apache-2.0
#include "run_one.hpp"

namespace replay_program {

void run_with_cuda(run_plan) {}

std::optional<std::string> why_not_cuda(const std::vector<std::string>&) {
    return "indexed, scan or parallel: this program was built without the component cuda";
}

} // namespace replay_program
