#pragma once

#include <gpupack/core/bits.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/state/ledger.hpp>
#include <gpupack/state/node_row.hpp>
#include <gpupack/state/node_state.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/state/placement.hpp>
#include <gpupack/topology/model_table.hpp>
#include <gpupack/topology/node_kind.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace gpupack {

/// The nodes of a cluster, what is placed on them, and what is free.
///
/// Built by cluster_builder, so that it is valid from the start. A copy is an independent what-if: placements made
/// before the copy may be released in either, those made after it only where they were made.
/// memory  28 bytes a node and 12 a GPU, and 32 a live placement; kinds are shared
class cluster {
  public:
    [[nodiscard]] std::size_t size() const noexcept { return nodes_.size(); }
    [[nodiscard]] std::size_t gpu_count() const noexcept { return gpus_.size(); }
    [[nodiscard]] const model_table& models() const noexcept { return models_; }
    /// The distinct node shapes.
    [[nodiscard]] const std::vector<node_kind>& kinds() const noexcept { return kinds_; }

    /// A view of the node; valid until the cluster moves, goes, or changes that node.
    [[nodiscard]] node_view operator[](node_id id) const noexcept {
        GPUPACK_EXPECTS(id.number() < size(), "the id of a node of this cluster");
        const place_of_node at = places_[id.number()];
        return {id, kinds_[at.kind], nodes_[id.number()], gpus_.data() + at.first_gpu};
    }

    /// The node as a flat record.
    [[nodiscard]] node_row row(node_id id) const noexcept {
        GPUPACK_EXPECTS(id.number() < size(), "the id of a node of this cluster");
        const place_of_node at = places_[id.number()];
        return {id, at.kind, at.first_gpu, nodes_[id.number()]};
    }
    /// A view of a row of this cluster, or of one that this one was copied from; valid while the row is, too. The
    /// node must not have changed since the row was made.
    [[nodiscard]] node_view view(const node_row& row) const noexcept {
        return {row.id, kinds_[row.kind], row.state, gpus_.data() + row.first_gpu};
    }

    /// The name given to the node, or "node 17" where it has none.
    [[nodiscard]] std::string name(node_id id) const {
        GPUPACK_EXPECTS(id.number() < size(), "the id of a node of this cluster");
        const bool named = id.number() < names_.size() && !names_[id.number()].empty();
        return named ? names_[id.number()] : std::string{"node "}.append(std::to_string(id.number()));
    }

    /// Compute of all GPUs.
    [[nodiscard]] milli_gpu compute() const noexcept { return whole_gpu * static_cast<std::int64_t>(gpus_.size()); }
    /// Compute of all GPUs that is free now. Cost: constant.
    [[nodiscard]] milli_gpu compute_free() const noexcept { return compute_free_; }
    /// The number of placements that are live.
    [[nodiscard]] std::size_t live_placements() const noexcept { return ledger_.live(); }
    /// Makes room, so that no allocation happens while that many placements are live.
    void reserve(std::size_t placements) { ledger_.reserve(placements); }

    /// Takes the request's resources on that node and those GPUs, which must fit (fit::fits_on).
    placement take(node_id id, gpu_set gpus, const request& taken) {
        GPUPACK_EXPECTS(id.number() < size(), "the id of a node of this cluster");
        GPUPACK_EXPECTS(gpus.size() == taken.gpus, "as many GPUs as the request asks for");
        node_state& node = nodes_[id.number()];
        GPUPACK_EXPECTS(taken.cpu.count() <= node.cpu_free && taken.memory.count() <= node.memory_free,
                        "a request that fits the node");
        node.cpu_free -= static_cast<std::int32_t>(taken.cpu.count());
        node.memory_free -= static_cast<std::int32_t>(taken.memory.count());
        gpu_state* const states = gpus_.data() + places_[id.number()].first_gpu;
        for (std::uint32_t rest = gpus.bits(); rest != 0; rest &= rest - 1) {
            gpu_state& gpu = states[lowest_bit(rest)];
            gpu = after_taking(gpu, taken.share, taken.gpus);
        }
        if (taken.gpus > 0) sum_up_gpus(node, states, kinds_[places_[id.number()].kind].gpu_count);
        compute_free_ -= taken.total_compute();
        placement receipt = ledger_.enter(taken, id, gpus);
        receipt.cluster = identity_;
        return receipt;
    }

    /// Gives back exactly what the placement took. It must be live here: a second release, or a placement of
    /// another cluster, is a programming error.
    void give_back(const placement& receipt) {
        GPUPACK_EXPECTS(receipt.cluster == identity_, "a placement of this cluster, not of another");
        const ledger::entry entry = ledger_.strike(receipt);
        const place_of_node at = places_[entry.node.number()];
        node_state& node = nodes_[entry.node.number()];
        node.cpu_free += entry.cpu;
        node.memory_free += entry.memory;
        if (entry.gpus.empty()) return;
        gpu_state* const states = gpus_.data() + at.first_gpu;
        const share taken = entry.taken();
        for (std::uint32_t rest = entry.gpus.bits(); rest != 0; rest &= rest - 1) {
            const int i = lowest_bit(rest);
            states[i] = after_giving_back(states[i], taken, mebibytes{kinds_[at.kind].gpu_memory[i]});
        }
        sum_up_gpus(node, states, kinds_[at.kind].gpu_count);
        compute_free_ += taken.compute() * entry.gpus.size();
    }

    /// Whether two clusters have the same free resources on the same nodes.
    [[nodiscard]] bool same_state(const cluster& other) const noexcept {
        return nodes_ == other.nodes_ && gpus_ == other.gpus_ && compute_free_ == other.compute_free_;
    }

  private:
    friend class cluster_builder;
    friend class snapshot_feed;

    struct place_of_node {
        std::uint32_t kind;
        std::uint32_t first_gpu;
    };

    cluster() = default;

    /// A copy to look at: without placements that could be released.
    [[nodiscard]] cluster without_ledger() const {
        cluster copy;
        copy.models_ = models_;
        copy.kinds_ = kinds_;
        copy.places_ = places_;
        copy.nodes_ = nodes_;
        copy.gpus_ = gpus_;
        copy.names_ = names_;
        copy.compute_free_ = compute_free_;
        return copy;
    }

    /// Makes one node what it is in the cluster that this one was copied from.
    void copy_node(const cluster& from, const node_row& row) noexcept {
        nodes_[row.id.number()] = row.state;
        const gpu_state* const gpus = from.gpus_.data() + row.first_gpu;
        std::copy(gpus, gpus + kinds_[row.kind].gpu_count, gpus_.data() + row.first_gpu);
    }

    model_table models_;
    std::vector<node_kind> kinds_;
    std::vector<place_of_node> places_;
    std::vector<node_state> nodes_;
    std::vector<gpu_state> gpus_;
    std::vector<std::string> names_;
    ledger ledger_;
    milli_gpu compute_free_{};
    std::uint32_t identity_ = 0;
};

} // namespace gpupack
