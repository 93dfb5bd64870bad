// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run_record.hpp"
#include "summary.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace replay_program {

/// One policy over its seeds, on a workload whose tasks come and go.
struct churn_summary {
    std::string policy;
    std::size_t seeds = 0;
    seed_range accepted;              ///< Percent of tasks.
    seed_range accepted_size;         ///< The same, each task weighted by its size.
    seed_range active;                ///< GPUs in use, over time.
    double rate = 0;                  ///< Decisions a second, the median.
    seed_range rates;                 ///< Decisions a second.
    std::vector<seed_range> by_class; ///< [task classes]  Percent of tasks accepted.
    bool has_links = false;           ///< Whether tasks of several GPUs were placed where links are known.
    seed_range on_best;               ///< Percent of them on a set as good as the best of an empty node.
    seed_range link;                  ///< Their mean link score, in percent of that best.
    /// [levels of domains + 1]  Percent of gangs within one domain of that level or a narrower one; empty without gangs.
    std::vector<seed_range> within;
};

/// The policies, those that accept most by size first; ties in the order of the runs.
[[nodiscard]] std::vector<churn_summary> summarise_churn(const std::vector<run_record>& runs);

/// What could be accepted by size without fragmentation, in percent: the mean over the seeds.
[[nodiscard]] double bound_of(const std::vector<run_record>& runs);

} // namespace replay_program
