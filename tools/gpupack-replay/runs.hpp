// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inputs.hpp"
#include "options.hpp"
#include "run_record.hpp"

#include <functional>
#include <vector>

namespace replay_program {

/// Told now and then how far the runs are: the run that is on, and the part of it that is done, from 0 to 1.
using progress_listener = std::function<void(const run_record& running, double done)>;

/// Replays the workload under each policy and seed of the options, policies outermost.
///
/// errors  a cluster that cannot be built; the CUDA engine where there is none, or no GPU
[[nodiscard]] gpupack::expected<std::vector<run_record>, gpupack::input_error>
run_all(const options& chosen, const inputs& from, const progress_listener& progress);

} // namespace replay_program
