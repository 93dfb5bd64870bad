// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/replay/class_counts.hpp>
#include <gpupack/replay/idle_causes.hpp>
#include <gpupack/replay/result.hpp>
#include <gpupack/replay/size_classes.hpp>
#include <gpupack/replay/wait_measures.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace replay_program {

/// The GPUs of one node at the end of a run.
struct node_use {
    std::string name;
    std::string model;          ///< Of its GPUs; joined by "+" where they differ.
    std::vector<int> allocated; ///< [GPUs]  Compute in use, in percent.
};

/// What is told where tasks come and go, once the cluster is full.
struct churn_record {
    gpupack::replay::class_counts counts;
    std::string unit;               ///< Of sizes.
    std::vector<std::string> names; ///< [task classes]  None of recorded workloads, whose tasks are told by size alone.
    std::vector<std::string> levels; ///< [levels of domains + 1]  The last is "node"; empty without domains.
    double accepted_size_percent = 0;
    double bound_size_percent = 0;                 ///< What could be accepted by size without fragmentation.
    std::optional<double> bound_allocated_percent; ///< What could be in use over time, in percent of the GPUs.
    double mean_wait = 0;                          ///< Of the tasks placed, in mean stays; 0 where none waits.
};

/// One run: what was requested, and what came of it.
struct run_record {
    std::string workload;
    std::string policy;
    std::uint64_t seed = 0;
    std::string engine;
    double load = 0;                ///< GPUs requested, as a part of the cluster's; 0 where the arrivals are given.
    std::size_t nodes = 0;          ///< Of the cluster.
    std::size_t gpus = 0;           ///< Of the cluster.
    std::int64_t compute = 0;       ///< Of the cluster, in milli-GPUs.
    std::size_t tasks = 0;          ///< That arrived; where they come and go, once the cluster was full.
    std::size_t placed = 0;         ///< Of those.
    std::size_t failed = 0;         ///< Of those.
    std::size_t decisions = 0;      ///< That were made.
    gpupack::replay::result result; ///< With its outcomes only where --decisions needs them.
    gpupack::replay::size_counts sizes;
    std::optional<std::int64_t> bound; ///< hindsight_bound of what arrived, in milli-GPUs; none where tasks leave.
    /// [points]  Arrived, and the hindsight_bound of that, in percent of the GPUs; only for a report, of the first seed.
    std::vector<std::pair<double, double>> bound_curve;
    std::optional<gpupack::replay::idle_causes> idle; ///< At the end; none where tasks leave.
    std::vector<node_use> end; ///< [nodes]  In the order of numbering; only of the first seed of a policy.
    std::optional<gpupack::replay::waits> waits;   ///< Only with --timeline.
    gpupack::replay::wait_measures measured_waits; ///< Only with --timeline.
    std::optional<churn_record> churn;             ///< Only where tasks come and go.
};

/// Called now and then with the run that is on, and the part of it that is done, from 0 to 1.
using progress_listener = std::function<void(const run_record& running, double done)>;

} // namespace replay_program
