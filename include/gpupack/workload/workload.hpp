// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/cluster.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::workload {

/// Tasks of a synthetic workload that are alike.
///
/// weight   how often they come, beside the others
/// size     what one of them takes, in the workload's unit
/// members  more than 1: a gang of so many, each of which asks for that
struct synthetic_kind {
    std::string name;
    gpupack::request request;
    int weight = 0;
    std::int64_t size = 0;
    int members = 1;
};

/// A workload whose tasks come at random and stay for a random time: a cluster, the kinds of tasks, and how many
/// there would have to be to fill it.
///
/// unit      of sizes: "compute slices", "MiB", "GB of frame buffer", "milli-GPUs"
/// capacity  of the whole cluster, in that unit
struct synthetic {
    std::string name;
    std::string unit;
    cluster on;
    std::vector<synthetic_kind> kinds;
    std::int64_t capacity = 0;

    /// The kinds as a mix, by weight; of a gang, each member.
    [[nodiscard]] task_mix mix() const {
        task_mix all;
        for (const synthetic_kind& kind : kinds) all.add(kind.request, std::int64_t{kind.weight} * kind.members);
        return all;
    }
};

} // namespace gpupack::workload
