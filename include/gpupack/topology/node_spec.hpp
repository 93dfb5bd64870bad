// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/topology/gpu_model.hpp>
#include <gpupack/topology/gpu_setup.hpp>
#include <gpupack/topology/node_topology.hpp>

#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// Some GPUs of one model and set up alike, next to each other in the numbering of their node.
struct gpu_group {
    int count = 0;     ///< Number of GPUs.
    gpu_model model;   ///< The model of each.
    gpu_setup setup{}; ///< How each is set up.

    friend bool operator==(const gpu_group&, const gpu_group&) = default;
};

/// The GPUs of a node: one group {8, models::t4}, or several {{4, models::t4}, {2, models::a10}}.
class gpu_list {
  public:
    gpu_list() = default;
    /// One group.
    gpu_list(int count, const gpu_model& model, const gpu_setup& setup = {}) : groups_{{count, model, setup}} {}
    /// Several groups, numbered one after the other.
    gpu_list(std::initializer_list<gpu_group> groups) : groups_{groups} {}
    /// Several groups, numbered one after the other.
    explicit gpu_list(std::vector<gpu_group> groups) : groups_{std::move(groups)} {}

    /// The groups, in the order of the numbers of their GPUs.
    [[nodiscard]] const std::vector<gpu_group>& groups() const noexcept { return groups_; }

    friend bool operator==(const gpu_list&, const gpu_list&) = default;

  private:
    std::vector<gpu_group> groups_;
};

/// What a node has, as its owner describes it. cluster_builder checks it.
struct node_spec {
    milli_cpu cpu{};                   ///< Of the host, that tasks may use.
    mebibytes memory{};                ///< Of the host, that tasks may use.
    gpu_list gpus{};                   ///< Numbered from 0 in the order given; at most 32.
    std::vector<std::string> labels{}; ///< What requests may choose it and its GPUs by.
    /// What connects its GPUs, for as many as there are; its NUMA nodes count, not those of the setups. None:
    /// nothing is known, and all GPUs are as good as each other.
    std::optional<node_topology> topology{};

    friend bool operator==(const node_spec&, const node_spec&) = default;
};

} // namespace gpupack
