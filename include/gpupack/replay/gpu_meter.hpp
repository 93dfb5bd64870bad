// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/gpu_part.hpp>
#include <gpupack/state/node_view.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay {

/// How much of the GPUs of a cluster is in use, in milli-GPUs, kept up to date while tasks come and go: of each GPU its
/// compute or its memory, whichever is used more. A pass over the cluster at every event would take too long.
///
/// A GPU that a request rule gave whole to a task that asked for a part of it counts for that part.
class gpu_meter {
  public:
    /// @param cluster  as it is; whatever is placed counts as it is booked
    explicit gpu_meter(const cluster& cluster) : used_(cluster.gpu_rows()) {
        for (std::uint32_t n = 0; n < cluster.size(); ++n)
            if (const node_view node = cluster.node_at(n); cluster.contains(node.id()))
                update(cluster, node.id(), gpu_set::first(node.gpu_count()));
    }

    /// Something has left GPUs of a node, or was placed on them as it was asked for.
    void update(const cluster& cluster, node_id id, gpu_set gpus) {
        const node_view node = cluster[id];
        set_each(cluster, id, gpus, [&](int i) { return used_part(node.gpu(i), node.capacity(i)); });
    }

    /// A request was placed on GPUs of a node, perhaps rounded up.
    void place(const cluster& cluster, node_id id, gpu_set gpus, const request& request) {
        if (gpus.empty()) return;
        const node_view node = cluster[id];
        const bool rounded_up =
            request.share.way() == sharing::slices && node.gpu(gpus.lowest()).way == sharing::exclusive;
        if (!rounded_up) return update(cluster, id, gpus);
        set_each(cluster, id, gpus, [&](int i) { return part_of(request.share, node.capacity(i)); });
    }

    /// What is in use on all GPUs, in milli-GPUs.
    [[nodiscard]] std::int64_t total() const noexcept { return total_; }

    /// What is in use of the GPUs of each node, in percent; 0 of a node without GPUs.
    ///
    /// Cost: linear in the GPUs.
    [[nodiscard]] std::vector<std::uint8_t> percent_by_node(const cluster& cluster) const {
        std::vector<std::uint8_t> percents;
        percents.reserve(cluster.size());
        for (std::uint32_t n = 0; n < cluster.size(); ++n) {
            const std::size_t first = cluster.row(cluster.id_at(n)).first_gpu;
            const auto gpus = static_cast<std::size_t>(cluster.node_at(n).gpu_count());
            std::int64_t used = 0;
            for (std::size_t i = first; i < first + gpus; ++i) used += used_[i];
            percents.push_back(gpus > 0 ? static_cast<std::uint8_t>(used / (10 * static_cast<std::int64_t>(gpus)))
                                        : std::uint8_t{0});
        }
        return percents;
    }

  private:
    template <class Used> void set_each(const cluster& cluster, node_id id, gpu_set gpus, Used&& used) {
        const std::size_t first = cluster.row(id).first_gpu;
        for_each_gpu(gpus, [&](int i) {
            std::int32_t& known = used_[first + static_cast<std::size_t>(i)];
            total_ -= known;
            known = used(i);
            total_ += known;
        });
    }

    std::vector<std::int32_t> used_; // [GPUs]
    std::int64_t total_ = 0;
};

} // namespace gpupack::replay
