// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inputs.hpp"
#include "options.hpp"
#include "run_record.hpp"
#include "runs.hpp"

#include <gpupack/any_policy.hpp>
#include <gpupack/policy/fragmentation_table.hpp>
#include <gpupack/state/cluster.hpp>

#include <cstddef>
#include <vector>

namespace replay_program {

/// All that one run needs.
struct run_plan {
    gpupack::cluster cluster;                                         ///< The cluster, with nothing placed.
    const gpupack::any_policy& policy;                                ///< The policy with its engine.
    const options& chosen;                                            ///< What the command line says.
    const inputs& from;                                               ///< What was read.
    const std::vector<std::size_t>& arrivals;                         ///< Indices of tasks.
    gpupack::policy::fragmentation_view expected;                     ///< What fragmentation is measured by.
    const std::vector<gpupack::request>& typical;                     ///< What idle compute is measured by.
    const progress_listener& progress;                                ///< Told how far the run is.
    run_record& record;                                               ///< Is filled in.
    const gpupack::workload::synthetic* synthetic = nullptr;          ///< A synthetic workload, instead of arrivals.
    const std::vector<gpupack::replay::visit>* visits = nullptr;      ///< Its visits.
};

/// Runs the plan; with --learn, the policy is made anew from what was learnt.
void run_one(run_plan plan);

} // namespace replay_program
