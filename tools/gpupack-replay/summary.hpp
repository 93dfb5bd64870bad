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
///
/// allocated    percent of GPUs: at the end, or in a timeline the mean over time
/// unallocated  GPUs, by the same measure
/// rate         decisions a second, the median
/// mean_wait    seconds, over all tasks placed
/// longest_wait seconds, over all seeds
struct policy_summary {
    std::string name;
    std::vector<const run_record*> runs;
    seed_range allocated;
    seed_range fragmented;
    double unallocated = 0;
    double failed = 0;
    double rate = 0;
    double waited = 0;
    double mean_wait = 0;
    double longest_wait = 0;
};

/// Mean, least and most; zeros where there are none.
[[nodiscard]] seed_range range_of(const std::vector<double>& values);

/// The middle one, or the mean of the middle two; 0 where there are none.
[[nodiscard]] double median(std::vector<double> values);

/// The policies, most allocated first; ties in the order of the runs.
///
/// runs  outlives what is returned
[[nodiscard]] std::vector<policy_summary> summarise(const std::vector<run_record>& runs);

} // namespace replay_program
