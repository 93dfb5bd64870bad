// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run_record.hpp"
#include "summary.hpp"
#include "summary_measures.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace replay_program {

/// One policy over its seeds, on a workload whose tasks come and go.
struct churn_summary {
    std::string policy;
    std::size_t seeds = 0;
    std::vector<const run_record*> runs;
    seed_range allocated;             ///< Percent of the GPUs, over time.
    seed_range refused_though_free;   ///< Percent of the tasks that were refused although enough was free in sum.
    seed_range mean_wait;             ///< Of the tasks placed, in mean stays.
    seed_range accepted;              ///< Percent of tasks.
    seed_range accepted_size;         ///< The same, each task weighted by its size.
    seed_range active;                ///< GPUs in use, over time.
    double rate = 0;                  ///< Decisions a second, the median.
    seed_range rates;                 ///< Decisions a second.
    std::vector<seed_range> by_class; ///< [accepted_measures]  Percent of tasks accepted.
    bool has_links = false;           ///< Whether tasks of several GPUs were placed where links are known.
    seed_range on_best;               ///< Percent of them on a set as good as the best of an empty node.
    seed_range link;                  ///< Their mean link score, in percent of that best.
    /// [levels of domains + 1]  Percent of gangs within one domain of that level or a narrower one; empty without gangs.
    std::vector<seed_range> within;
};

/// The policies, those that accept most by size first; ties in the order of the runs.
[[nodiscard]] std::vector<churn_summary> summarise_churn(const std::vector<run_record>& runs);

/// What was accepted, in percent of the tasks: by task class, or of a recorded workload by size.
[[nodiscard]] std::vector<measure> accepted_measures(const std::vector<run_record>& runs);

/// A mean over the seeds and its standard error.
struct mean_error {
    double mean = 0;
    double error = 0; ///< 0 for one seed.
};

/// A policy's measure less another's of the same seed.
[[nodiscard]] mean_error paired_error(const churn_summary& of, const churn_summary& against, const measure& what);

/// What could be in use over time, in percent of the GPUs: the mean over the seeds; none where that is not known.
[[nodiscard]] std::optional<double> allocated_bound_of(const std::vector<run_record>& runs);

/// What could be accepted by size without fragmentation, in percent: the mean over the seeds.
[[nodiscard]] double bound_of(const std::vector<run_record>& runs);

} // namespace replay_program
