// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run_record.hpp"

#include <string>
#include <vector>

namespace replay_program {

/// Mean, least and most over the seeds.
struct seed_range {
    double mean = 0;
    double least = 0;
    double most = 0;
};

/// One policy over its seeds.
struct policy_summary {
    std::string name;
    std::vector<const run_record*> runs;
    seed_range allocated;    ///< Percent of GPUs: at the end, or in a timeline the mean over time.
    seed_range fragmented;   ///< Percent of GPUs.
    double unallocated = 0;  ///< GPUs, as `allocated`.
    double failed = 0;       ///< Tasks.
    double rate = 0;         ///< Decisions a second, the median.
    double waited = 0;       ///< Tasks.
    double mean_wait = 0;    ///< Seconds, over all tasks placed.
    double longest_wait = 0; ///< Seconds, over all seeds.
};

/// Mean, least and most; zeros where there are none.
[[nodiscard]] seed_range range_of(const std::vector<double>& values);

/// The middle one, or the mean of the middle two; 0 where there are none.
[[nodiscard]] double median(std::vector<double> values);

/// The policies, most allocated first; ties in the order of the runs.
///
/// @param runs  outlives what is returned
[[nodiscard]] std::vector<policy_summary> summarise(const std::vector<run_record>& runs);

} // namespace replay_program
