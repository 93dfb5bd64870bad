// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run_record.hpp"
#include "summary.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace replay_program {

/// Something that is told of each run as a number.
struct measure {
    std::string name;
    std::function<double(const run_record&)> of;
};

/// The name of the cause that few policies have.
inline constexpr const char* rounded_up = "rounded up";

/// The compute that is idle at the end by cause, in percent of the cluster's; without rounded_up where no run has it.
/// None where tasks leave.
[[nodiscard]] std::vector<measure> idle_measures(const std::vector<run_record>& runs);

/// Of the sizes of which any task arrived: those that failed, in percent of those that arrived.
[[nodiscard]] std::vector<measure> failed_measures(const std::vector<run_record>& runs);

/// The same as numbers of tasks.
[[nodiscard]] std::vector<measure> failed_counts(const std::vector<run_record>& runs);

/// The same of the tasks that were placed later than they arrived, in percent; none without a timeline.
[[nodiscard]] std::vector<measure> waited_measures(const std::vector<run_record>& runs);

/// Tasks that arrived, of the sizes of failed_measures.
[[nodiscard]] std::vector<measure> arrived_counts(const std::vector<run_record>& runs);

/// The measure over a policy's seeds.
[[nodiscard]] seed_range over_seeds(const policy_summary& of, const measure& what);

/// A policy's measure less another's of the same seed, over the seeds that both have.
[[nodiscard]] seed_range paired(const policy_summary& of, const policy_summary& against, const measure& what);

/// The policy against which others are told seed by seed: fgd, where it was run with several seeds; else null.
[[nodiscard]] const policy_summary* paired_with(const std::vector<policy_summary>& policies);

/// The policy from which the gap to the bound is counted: fgd, where it was run, else the one that allocates least;
/// null where one policy was run, or where there is no bound.
[[nodiscard]] const policy_summary* gap_from(const std::vector<policy_summary>& policies);

/// The bound in percent of the GPUs, over the seeds; none where there is none.
[[nodiscard]] std::optional<seed_range> bound_over_seeds(const policy_summary& of);

/// How much of the gap between another policy and the bound a policy closes, in percent, over the seeds where there is
/// a gap; none where there is no such seed.
[[nodiscard]] std::optional<seed_range> gap_closed(const policy_summary& of, const policy_summary& from);

} // namespace replay_program
