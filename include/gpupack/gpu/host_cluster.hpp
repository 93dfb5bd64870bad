// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/gpu/cluster_view.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/state/node_row.hpp>
#include <gpupack/state/node_state.hpp>
#include <gpupack/topology/node_type.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::gpu {

/// The flat arrays of a cluster in host memory: what is uploaded, and what host loops run the kernels' bodies over.
///
/// The cluster that it was made from, or a copy of it, must live on: it owns the tables that the kinds point to.
///
/// Memory: 28 bytes a node, 16 a GPU, and the kinds.
class host_cluster {
  public:
    /// Cost: a pass over the cluster.
    explicit host_cluster(const cluster& source) : types_{source.types()} {
        nodes_.reserve(source.size());
        type_of_.reserve(source.size());
        first_gpu_.reserve(source.size());
        gpus_.resize(source.gpu_rows());
        for (std::uint32_t n = 0; n < source.size(); ++n) {
            const node_row row = source.row(node_id{n});
            nodes_.push_back(row.state);
            type_of_.push_back(row.type);
            first_gpu_.push_back(row.first_gpu);
            copy_gpus(source, node_id{n});
        }
    }

    /// The number of nodes.
    [[nodiscard]] std::size_t size() const noexcept { return nodes_.size(); }
    /// The number of GPUs.
    [[nodiscard]] std::size_t gpu_count() const noexcept { return gpus_.size(); }

    /// The types of its nodes.
    [[nodiscard]] const std::vector<node_type>& types() const noexcept { return types_; }

    /// Valid while this lives, moved or not.
    [[nodiscard]] cluster_view view() const noexcept {
        return {nodes_.data(), type_of_.data(), first_gpu_.data(), gpus_.data(),
                types_.data(), count(nodes_),   count(types_)};
    }
    /// The same, to be changed.
    [[nodiscard]] writable_cluster_view view() noexcept {
        return {nodes_.data(), type_of_.data(), first_gpu_.data(), gpus_.data(),
                types_.data(), count(nodes_),   count(types_)};
    }

    /// Makes one node what it is in the cluster now.
    void copy_node(const cluster& source, node_id id) {
        GPUPACK_EXPECTS(id.number() < size(), "a node of the cluster that this was made from");
        nodes_[id.number()] = source.row(id).state;
        copy_gpus(source, id);
    }

    /// Whether the cluster is in the same state, node by node and GPU by GPU.
    [[nodiscard]] bool same_state(const cluster& other) const noexcept {
        if (other.size() != size()) return false;
        for (std::uint32_t n = 0; n < other.size(); ++n) {
            if (!(other.row(node_id{n}).state == nodes_[n])) return false;
            const node_view node = other.node_at(n);
            for (int i = 0; i < node.gpu_count(); ++i)
                if (!(node.gpu(i) == gpus_[first_gpu_[n] + static_cast<std::uint32_t>(i)])) return false;
        }
        return true;
    }

  private:
    template <class Type> [[nodiscard]] static std::uint32_t count(const std::vector<Type>& source) noexcept {
        return static_cast<std::uint32_t>(source.size());
    }

    void copy_gpus(const cluster& source, node_id id) noexcept {
        const node_view node = source.node_at(id.number());
        for (int i = 0; i < node.gpu_count(); ++i)
            gpus_[first_gpu_[id.number()] + static_cast<std::uint32_t>(i)] = node.gpu(i);
    }

    std::vector<node_state> nodes_;
    std::vector<std::uint32_t> type_of_;
    std::vector<std::uint32_t> first_gpu_;
    std::vector<gpu_state> gpus_;
    std::vector<node_type> types_;
};

} // namespace gpupack::gpu
