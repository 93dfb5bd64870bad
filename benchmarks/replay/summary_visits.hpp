#pragma once

#include "run_record.hpp"
#include "summary.hpp"

#include <string>
#include <vector>

namespace replay_program {

/// One policy over its seeds, on a workload whose tasks come and go.
///
/// accepted       percent of tasks
/// accepted_size  the same, each task weighted by its size
/// active         GPUs with something on them, over time
/// rate           decisions a second, the median
/// by_kind        [kinds]  percent of tasks accepted, the mean
struct visits_summary {
    std::string policy;
    seed_range accepted;
    seed_range accepted_size;
    seed_range active;
    double rate = 0;
    std::vector<double> by_kind;
};

/// The policies, those that accept most by size first; ties in the order of the runs.
[[nodiscard]] std::vector<visits_summary> summarise_visits(const std::vector<run_record>& runs);

/// What could be accepted by size without fragmentation, in percent: the mean over the seeds.
[[nodiscard]] double bound_of(const std::vector<run_record>& runs);

} // namespace replay_program
