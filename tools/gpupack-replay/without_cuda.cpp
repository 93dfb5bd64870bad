// SPDX-License-Identifier: Apache-2.0
#include "policies.hpp"

namespace replay_program {

gpupack::expected<gpupack::any_policy, gpupack::input_error>
make_policy_with_cuda(const std::string&, const gpupack::dialect::preset_inputs&) {
    return gpupack::bad_input("--engine", "cuda", *why_not_cuda({}));
}

std::optional<std::string> why_not_cuda(const std::vector<std::string>&) {
    return "indexed, scan or parallel: this program was built without the component cuda";
}

void warn_of_cuda_problem() {}

} // namespace replay_program
