// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "capacity_options.hpp"
#include "inputs.hpp"

#include <gpupack/any_scheduler.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/plan/room_left.hpp>
#include <gpupack/replay/idle_causes.hpp>
#include <gpupack/request/request.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace replay_program {

/// How many more of a request fit.
struct request_room {
    std::string text;              ///< The request, as --request takes it.
    gpupack::request request;      ///< Of each member.
    int members = 1;               ///< More than 1: of a gang.
    gpupack::plan::room_left room; ///< At least and at most; of a gang, whole gangs.
    std::int64_t placed = 0;       ///< What the policy placed one after the other.
    bool stopped = false;          ///< Whether it could have gone on.
    int largest_gpus =
        0; ///< The most GPUs that fit a node in the request's proportions; 0: none, or a request without GPUs.
    std::string largest_node; ///< A node where they do.
};

/// The largest requests that fit on GPUs of a model.
struct model_room {
    std::string model;
    std::int64_t gpus = 0;       ///< Of the cluster.
    std::int64_t idle = 0;       ///< Of those.
    int largest_gpus = 0;        ///< Whole GPUs on a node.
    std::int64_t compute = 0;    ///< Milli-GPUs of a slice.
    std::int64_t gpu_memory = 0; ///< MiB of a slice.
    std::string profile;         ///< The MIG profile of the most memory.
};

/// What a cluster has room for as it is.
struct capacity_room {
    std::size_t nodes = 0;
    std::size_t gpus = 0;
    std::size_t running = 0;           ///< Placements.
    std::int64_t compute = 0;          ///< Milli-GPUs.
    std::vector<request_room> rooms;   ///< By request.
    std::vector<model_room> models;    ///< By model.
    gpupack::replay::idle_causes idle; ///< By which no typical task, or none that was asked for, takes what is free.
};

/// Says what there is room for.
///
/// @return the answers, or the first request that is wrong
[[nodiscard]] gpupack::expected<capacity_room, gpupack::input_error>
find_room(const capacity_options& chosen, const inputs& input, const gpupack::any_scheduler& scheduler);

} // namespace replay_program
