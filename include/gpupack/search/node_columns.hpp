// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/search/state_memo.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/topology/node_type.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::search {

/// What is free on the nodes of a cluster, one amount a column, so that a processor compares and scores several nodes at
/// a time. Nodes of one type in one state share a row.
///
/// Valid while the cluster does not change. Cost: one pass over the nodes; 100 bytes a row.
class node_columns {
  public:
    /// Integers, for comparisons.
    using integers = Eigen::Array<std::int32_t, Eigen::Dynamic, 1>;
    /// Integers as doubles, which hold them exactly, for scores.
    using numbers = Eigen::ArrayXd;
    /// Whether a request fits the nodes of each row, 0 or 1.
    using mask = Eigen::Array<std::uint8_t, Eigen::Dynamic, 1>;

    /// One resource of all rows.
    struct resource {
        numbers free;       ///< What is free.
        numbers exists;     ///< 1 where the node has any in all, else 0.
        numbers reciprocal; ///< 1 / what the node has in all; 0 where it has none.

        /// Makes room for that many rows.
        void resize(Eigen::Index rows) {
            for (numbers* each : {&free, &exists, &reciprocal}) each->resize(rows);
        }
        /// Sets one row.
        void set(Eigen::Index row, std::int64_t amount_free, std::int64_t capacity) noexcept {
            free[row] = static_cast<double>(amount_free);
            exists[row] = capacity > 0 ? 1.0 : 0.0;
            reciprocal[row] = capacity > 0 ? 1.0 / static_cast<double>(capacity) : 0.0;
        }
    };

    /// The columns of a cluster as it is.
    explicit node_columns(const cluster& cluster) : cluster_{cluster}, row_of_(cluster.size()) {
        std::vector<bucket> buckets(std::bit_ceil(2 * cluster.size() + 1));
        for (std::uint32_t n = 0; n < cluster.size(); ++n) row_of_[n] = row_for(cluster.node_at(n), buckets);
        for (integers* each : {&cpu_free_, &memory_free_, &idle_gpus_, &slice_compute_, &slice_memory_})
            each->resize(rows());
        for (resource* each : {&cpu_, &memory_, &compute_}) each->resize(rows());
        type_.resize(nodes_.size());
        for (std::size_t row = 0; row < nodes_.size(); ++row) fill_row(row);
    }

    /// How many states there are.
    [[nodiscard]] Eigen::Index rows() const noexcept { return static_cast<Eigen::Index>(nodes_.size()); }
    /// The row of each node, [nodes].
    [[nodiscard]] const std::vector<std::uint32_t>& row_of() const noexcept { return row_of_; }
    /// A node of each row, [rows].
    [[nodiscard]] const std::vector<node_id>& nodes() const noexcept { return nodes_; }

    /// CPU, in milli-cores.
    [[nodiscard]] const resource& cpu() const noexcept { return cpu_; }
    /// Host memory, in MiB.
    [[nodiscard]] const resource& memory() const noexcept { return memory_; }
    /// Compute of all GPUs of a node, in milli-GPUs.
    [[nodiscard]] const resource& compute() const noexcept { return compute_; }

    /// Finds the rows whose nodes a request fits: the same as fit::fits for each.
    ///
    /// @param request  a valid request that does not name GPUs of some nodes (request::ids)
    /// @param fits     is set, [rows]
    void find_fitting(const request& request, mask& fits) const {
        compare_amounts(request, fits);
        const std::vector<verdict> verdicts = judge_types(request);
        const auto amounts_decide = [](verdict each) { return each == verdict::amounts_decide; };
        if (std::all_of(verdicts.begin(), verdicts.end(), amounts_decide)) return;
        std::uint8_t* const result = fits.data();
        for (std::size_t n = 0; n < type_.size(); ++n) {
            if (result[n] == 0) continue;
            const verdict of_type = verdicts[type_[n]];
            if (of_type == verdict::amounts_decide) continue;
            if (of_type == verdict::idle_gpus_suffice && idle_gpus_[static_cast<Eigen::Index>(n)] >= request.gpus)
                continue;
            result[n] = of_type != verdict::never && fit::fits(cluster_.node_at(nodes_[n].number()), request) ? 1 : 0;
        }
    }

  private:
    /// What the comparison of amounts says of the nodes of a type that pass it.
    enum class verdict : std::uint8_t { never, look_at_gpus, idle_gpus_suffice, amounts_decide };

    /// A place of an open hash table: the row of a state.
    struct bucket {
        std::uint64_t hash = 0;
        std::uint32_t row = no_row;
    };
    static constexpr std::uint32_t no_row = 0xffffffffU;

    /// The row of a node's state, which is made where it is new.
    std::uint32_t row_for(const node_view& node, std::vector<bucket>& buckets) {
        const std::uint64_t hash = state_hash(node);
        std::size_t place = hash & (buckets.size() - 1);
        for (; buckets[place].row != no_row; place = (place + 1) & (buckets.size() - 1)) {
            if (buckets[place].hash != hash) continue;
            const node_view other = cluster_.node_at(nodes_[buckets[place].row].number());
            if (same_state(other, node) && other.closed() == node.closed()) return buckets[place].row;
        }
        buckets[place] = {hash, static_cast<std::uint32_t>(nodes_.size())};
        nodes_.push_back(node.id());
        return buckets[place].row;
    }

    void fill_row(std::size_t number) {
        const node_view node = cluster_.node_at(nodes_[number].number());
        const auto row = static_cast<Eigen::Index>(number);
        const node_type& type = node.type();
        cpu_free_[row] = node.closed() ? -1 : static_cast<std::int32_t>(node.cpu_free().count());
        memory_free_[row] = static_cast<std::int32_t>(node.memory_free().count());
        idle_gpus_[row] = node.idle_gpus();
        slice_compute_[row] = static_cast<std::int32_t>(node.slice_compute().count());
        slice_memory_[row] = static_cast<std::int32_t>(node.slice_memory().count());
        type_[number] = static_cast<std::uint32_t>(&type - cluster_.types().data());
        cpu_.set(row, node.cpu_free().count(), type.cpu.count());
        memory_.set(row, node.memory_free().count(), type.memory.count());
        compute_.set(row, node.part_free().count(), type.compute);
    }

    /// Sets the nodes that are open and have the amounts, as far as the sums of a node tell. One loop a way to share, each
    /// without a branch and over plain pointers, which a compiler turns into comparisons of several nodes at once.
    void compare_amounts(const request& request, mask& fits) const {
        fits.resize(rows());
        std::uint8_t* const result = fits.data();
        const std::int32_t* const cpu_free = cpu_free_.data();
        const std::int32_t* const memory_free = memory_free_.data();
        const auto cpu = static_cast<std::int32_t>(request.cpu.count());
        const auto memory = static_cast<std::int32_t>(request.memory.count());
        const Eigen::Index count = rows();
        if (request.gpus > 0 && request.share.way() == sharing::exclusive) {
            const std::int32_t* const idle_gpus = idle_gpus_.data();
            const std::int32_t gpus = request.gpus;
            for (Eigen::Index n = 0; n < count; ++n)
                result[n] = static_cast<std::uint8_t>((cpu_free[n] >= cpu) & (memory_free[n] >= memory) &
                                                      (idle_gpus[n] >= gpus));
        } else if (request.gpus > 0 && request.share.way() == sharing::slices) {
            const std::int32_t* const slice_compute = slice_compute_.data();
            const std::int32_t* const slice_memory = slice_memory_.data();
            const auto compute_wanted = static_cast<std::int32_t>(request.share.compute().count());
            const auto memory_wanted = static_cast<std::int32_t>(request.share.memory().count());
            for (Eigen::Index n = 0; n < count; ++n)
                result[n] = static_cast<std::uint8_t>((cpu_free[n] >= cpu) & (memory_free[n] >= memory) &
                                                      (slice_compute[n] >= compute_wanted) &
                                                      (slice_memory[n] >= memory_wanted));
        } else {
            for (Eigen::Index n = 0; n < count; ++n)
                result[n] = static_cast<std::uint8_t>((cpu_free[n] >= cpu) & (memory_free[n] >= memory));
        }
    }

    [[nodiscard]] std::vector<verdict> judge_types(const request& request) const {
        std::vector<verdict> verdicts;
        verdicts.reserve(cluster_.types().size());
        for (const node_type& type : cluster_.types()) verdicts.push_back(judge(type, request));
        return verdicts;
    }

    [[nodiscard]] static verdict judge(const node_type& type, const request& request) noexcept {
        if (request.gpus == 0) return request.labels.choose(type.labels) ? verdict::amounts_decide : verdict::never;
        if ((type.models & request.models).empty()) return verdict::never;
        const bool any_gpu = (type.models.bits() & ~request.models.bits()) == 0 && !request.selects() &&
                             request.numa <= numa_alignment::best_effort;
        if (!any_gpu || in_profiles(request.share.way())) return verdict::look_at_gpus;
        if (request.share.way() == sharing::exclusive) return verdict::amounts_decide;
        if (request.share.is_split()) return verdict::look_at_gpus;
        const bool one_amount = request.share.memory_part() == 0 && request.share.rule().is_plain() &&
                                (request.share.compute().count() == 0 || request.share.memory().count() == 0);
        if (request.gpus == 1 && one_amount) return verdict::amounts_decide;
        const std::int64_t least_memory = request.share.memory_part() > 0 ? 1 : request.share.memory().count();
        const bool idle_suffices = type.any_way && least_memory <= type.least_gpu_memory;
        return idle_suffices ? verdict::idle_gpus_suffice : verdict::look_at_gpus;
    }

    const cluster& cluster_;
    std::vector<std::uint32_t> row_of_; // [nodes]
    std::vector<node_id> nodes_;        // [rows], as are all that follow
    integers cpu_free_;                 // -1 on closed nodes
    integers memory_free_;
    integers idle_gpus_;
    integers slice_compute_;
    integers slice_memory_;
    std::vector<std::uint32_t> type_; // indices into the cluster's types
    resource cpu_;
    resource memory_;
    resource compute_;
};

} // namespace gpupack::search
