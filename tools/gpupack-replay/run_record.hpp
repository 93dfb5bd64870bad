// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/replay/come_and_go.hpp>
#include <gpupack/replay/idle_causes.hpp>
#include <gpupack/replay/run.hpp>
#include <gpupack/replay/size_classes.hpp>
#include <gpupack/replay/timeline.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace replay_program {

/// The GPUs of one node at the end of a run.
///
/// model      of its GPUs; joined by "+" where they differ
/// allocated  [gpus]  compute in use, in percent
struct node_use {
    std::string name;
    std::string model;
    std::vector<int> allocated;
};

/// What came of a synthetic workload.
///
/// unit, names  of its kinds of tasks
/// levels       [levels of domains + 1]  their names, the last is "node"; empty where there is but the cluster
struct visits_record {
    gpupack::replay::visits_result result;
    std::string unit;
    std::vector<std::string> names;
    std::vector<std::string> levels;
    double accepted_size_percent = 0;
};

/// One run: what was asked, and what came of it.
///
/// load      GPUs asked for, as a part of the cluster's; 0 for a timeline
/// gpus      of the cluster
/// tasks     that arrived
/// sizes     what arrived, failed and waited by size; zeros of a synthetic workload
/// compute   of the cluster, in milli-GPUs
/// bound     hindsight_bound of what arrived, in milli-GPUs; none where tasks leave
/// most      [points]  arrived, and the hindsight_bound of that, in percent of the GPUs; only for a report, of the first
///           seed
/// idle      why compute is idle at the end; none where tasks leave
/// end       [nodes]  in the order of numbering; kept for the first seed of a policy, empty for the others
/// timeline  only with --timeline
/// visits    only of a synthetic workload, whose tasks come and go; result then holds the end and the totals
struct run_record {
    std::string workload;
    std::string policy;
    std::uint64_t seed = 0;
    std::string engine;
    double load = 0;
    std::size_t nodes = 0;
    std::size_t gpus = 0;
    std::size_t tasks = 0;
    gpupack::replay::result result;
    gpupack::replay::size_counts sizes;
    std::int64_t compute = 0;
    std::optional<std::int64_t> bound;
    std::vector<std::pair<double, double>> most;
    std::optional<gpupack::replay::idle_causes> idle;
    std::vector<node_use> end;
    std::optional<gpupack::replay::timeline_result> timeline;
    std::optional<visits_record> visits;
};

} // namespace replay_program
