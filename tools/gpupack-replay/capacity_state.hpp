// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "capacity_options.hpp"
#include "inputs.hpp"

#include <gpupack/any_scheduler.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>

namespace replay_program {

/// Reads what the questions are about.
///
/// @return the workload, without tasks where only nodes are named; or an error, as of read_inputs()
[[nodiscard]] gpupack::expected<inputs, gpupack::input_error> read_capacity_inputs(const capacity_options& chosen);

/// The cluster as it is: with the tasks of --running, or with those that --fill has placed, or with nothing on it.
///
/// @return a scheduler of the first policy; or an error: a cluster that cannot be built; a file that cannot be read; a task
///         or a node that is not there; a gang; GPUs that do not take the task
[[nodiscard]] gpupack::expected<gpupack::any_scheduler, gpupack::input_error> make_state(const capacity_options& chosen,
                                                                                         const inputs& input);

} // namespace replay_program
