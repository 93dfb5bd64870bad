// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inputs.hpp"
#include "options.hpp"
#include "run_record.hpp"

#include <functional>
#include <vector>

namespace replay_program {

/// Replays the workload under each policy and seed of the options, policies outermost.
///
/// @param chosen    the policies, seeds and engine
/// @param from      what is replayed
/// @param progress  called with each run now and then
/// @param is_interrupted  asked before each run but the first; where it says so, those that are finished are returned
/// @return a record a run, or an error: a cluster that cannot be built; the CUDA engine where there is none, or no GPU
[[nodiscard]] gpupack::expected<std::vector<run_record>, gpupack::input_error>
run_all(const options& chosen, const inputs& input, const progress_listener& progress,
        const std::function<bool()>& is_interrupted);

} // namespace replay_program
