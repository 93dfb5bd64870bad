// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/request/request.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace gpupack::inline GPUPACK_ABI::workload {

/// A task of a workload, or a class of equal tasks where tasks are drawn at random: one request, or a gang of equal
/// requests.
struct task {
    std::string name;                       ///< In messages and output files.
    gpupack::request request;               ///< Of each member.
    std::optional<std::int64_t> arrival{};  ///< When it arrived, in seconds; none where that was not recorded.
    std::optional<std::int64_t> duration{}; ///< How long it runs once placed, in seconds; none where it never leaves.
    std::string model_list{};               ///< The GPU models as a file spells them; request.models is their meaning.
    int members = 1;                        ///< More than 1: a gang of so many.
    std::int64_t priority = 0;              ///< Higher is more important.
    std::optional<std::int64_t> limit{};    ///< The longest that it may run, in seconds; none: no limit.
    std::string tenant{};                   ///< Whose it is; empty: nobody's in particular.
    int weight = 1;                         ///< How often it is drawn, relative to the others.
    std::int64_t size = 0; ///< What it takes of the cluster, in the unit of the workload; 0 where it has none.
};

} // namespace gpupack::workload
