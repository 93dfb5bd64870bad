// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run_record.hpp"
#include "summary.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace replay_program {

/// One policy over its seeds, on a workload whose tasks come and go.
///
/// seeds          how many there are
/// accepted       percent of tasks
/// accepted_size  the same, each task weighted by its size
/// active         GPUs with something on them, over time
/// rate           decisions a second, the median
/// rates          the same, mean and range
/// by_kind        [kinds]  percent of tasks accepted
/// has_links      whether tasks of several GPUs were placed where links are known; then
/// on_best        percent of them on a set as good as the best of an empty node
/// link           their mean link score, in percent of that best
/// within         [levels of domains + 1]  percent of gangs within one domain of that level, or narrower; empty where
///                there were none
struct visits_summary {
    std::string policy;
    std::size_t seeds = 0;
    seed_range accepted;
    seed_range accepted_size;
    seed_range active;
    double rate = 0;
    seed_range rates;
    std::vector<seed_range> by_kind;
    bool has_links = false;
    seed_range on_best;
    seed_range link;
    std::vector<seed_range> within;
};

/// The policies, those that accept most by size first; ties in the order of the runs.
[[nodiscard]] std::vector<visits_summary> summarise_visits(const std::vector<run_record>& runs);

/// What could be accepted by size without fragmentation, in percent: the mean over the seeds.
[[nodiscard]] double bound_of(const std::vector<run_record>& runs);

} // namespace replay_program
