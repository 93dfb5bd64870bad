// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/gpu/cluster_view.hpp>
#include <gpupack/gpu/host_cluster.hpp>
#include <gpupack/gpu/host_space.hpp>
#include <gpupack/gpu/table_uploader.hpp>
#include <gpupack/state/cluster.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::gpu {

namespace detail {

/// The state that one node has now; its GPUs stand in the update's own array.
struct node_update {
    std::uint32_t node = 0;
    std::uint32_t first_gpu = 0;
    node_state state{};
};

/// Writes changed nodes to where they belong: index = update.
struct apply_updates {
    writable_cluster_view cluster;
    const node_update* updates;
    const gpu_state* gpus;

    GPUPACK_HD void operator()(std::uint32_t index) const noexcept {
        const node_update& update = updates[index];
        cluster.nodes[update.node] = update.state;
        const int count = cluster.types[cluster.type_of[update.node]].gpu_count;
        gpu_state* const target = cluster.gpus + cluster.first_gpu[update.node];
        for (int i = 0; i < count; ++i) target[i] = gpus[update.first_gpu + static_cast<std::uint32_t>(i)];
    }
};

} // namespace detail

/// A cluster in the memory of a space: uploaded once, then only the nodes that changed.
///
/// The space must outlive it, and so must the cluster's tables: the cluster, or a copy of it.
///
/// Memory: in the space 28 bytes a node, 16 a GPU, the kinds and their tables; and twice, there and pinned here,
/// room for 8,192 changed nodes.
template <space Space> class resident_cluster {
  public:
    /// Copies all of the cluster. A failure shows in the space's take_problem().
    resident_cluster(Space& space, const cluster& cluster) : in_{&space}, tables_{memory{&space}} {
        const host_cluster flat{cluster};
        const cluster_view source = flat.view();
        nodes_ = copied(source.nodes, flat.size());
        type_of_ = copied(source.type_of, flat.size());
        first_gpu_ = copied(source.first_gpu, flat.size());
        gpus_ = copied(source.gpus, flat.gpu_count());
        types_ = space.template allocate<node_type>(cluster.types().size());
        sizes_ = {source.size, source.type_count};
        is_changed_.resize(flat.size());
        move_kinds(cluster);
        for (slot& each : slots_) {
            each.updates = space.template allocate<detail::node_update>(batch);
            each.gpus = space.template allocate<gpu_state>(batch * max_gpus_per_node);
            each.pinned_updates = space.template pinned<detail::node_update>(batch);
            each.pinned_gpus = space.template pinned<gpu_state>(batch * max_gpus_per_node);
        }
    }

    /// Notes that the node changed. Cost: constant.
    void changed(node_id node) {
        if (is_changed_[node.number()]) return;
        is_changed_[node.number()] = true;
        changed_.push_back(node.number());
    }
    /// How many nodes have changed and are not up to date here.
    [[nodiscard]] std::size_t stale() const noexcept { return changed_.size(); }

    /// Brings the nodes that changed up to date. The copies run beside what the host does next; bodies that are run
    /// later see them.
    ///
    /// from  the cluster that this was made from
    ///
    /// Cost: 28 bytes a changed node and 16 a GPU of it; no allocation.
    void update(const cluster& source) {
        GPUPACK_EXPECTS(source.size() == is_changed_.size(), "the cluster that this was made from");
        for (std::size_t first = 0; first < changed_.size(); first += batch)
            send(source, first, std::min(batch, changed_.size() - first));
        forget_changes();
    }

    /// Writes the nodes that changed down, for a caller that brings them up to date by detail::apply_updates itself. What
    /// has no room there is brought up to date here, first.
    ///
    /// - `updates`: [most].
    /// - `gpus`: [most_gpus].
    /// @return how many were written
    std::uint32_t write_updates(const cluster& source, detail::node_update* updates, std::uint32_t most,
                                gpu_state* gpus, std::uint32_t most_gpus) {
        std::size_t gpu_count = 0;
        for (const std::uint32_t node : changed_)
            gpu_count += static_cast<std::size_t>(source.node_at(node).gpu_count());
        if (changed_.size() > most || gpu_count > most_gpus) update(source);
        const auto count = static_cast<std::uint32_t>(changed_.size());
        write_down(source, 0, count, updates, gpus);
        forget_changes();
        return count;
    }

    /// Moves tables again that the kinds have got since: the packings that link-aware policies add up when they
    /// prepare.
    ///
    /// Cost: a pass over the kinds; a copy of them where anything is new.
    void move_kinds(const cluster& cluster) {
        std::vector<node_type> moved;
        moved.reserve(cluster.types().size());
        const std::size_t known = tables_.stored();
        for (const node_type& type : cluster.types()) {
            const auto copy = tables_.moved(type);
            if (!copy) return;
            moved.push_back(*copy);
        }
        if (tables_.stored() != known || !has_kinds_) {
            in_->write(types_, moved.data(), moved.size());
            has_kinds_ = true;
        }
    }

    /// What bodies read.
    [[nodiscard]] cluster_view view() const noexcept {
        return {nodes_.data(), type_of_.data(), first_gpu_.data(), gpus_.data(),
                types_.data(), sizes_.nodes,    sizes_.types};
    }
    /// The same for bodies that change it.
    [[nodiscard]] writable_cluster_view writable() noexcept {
        return {nodes_.data(), type_of_.data(), first_gpu_.data(), gpus_.data(),
                types_.data(), sizes_.nodes,    sizes_.types};
    }
    /// The space that it lives in.
    [[nodiscard]] Space& in() const noexcept { return *in_; }
    /// Moves scorers to where bodies read them.
    [[nodiscard]] auto& tables() noexcept { return tables_; }

  private:
    static constexpr std::size_t batch = 8192;

    /// The space as a table_uploader sees it.
    struct memory {
        Space* space;
        expected<const void*, gpu_error> store(const void* bytes, std::size_t size) const {
            const void* const stored_at = space->store(bytes, size);
            if (stored_at == nullptr) return unexpected<gpu_error>{{"moving tables", 0, "no memory for them"}};
            return stored_at;
        }
    };

    struct slot {
        typename Space::template array<detail::node_update> updates;
        typename Space::template array<gpu_state> gpus;
        decltype(std::declval<Space&>().template pinned<detail::node_update>(0)) pinned_updates;
        decltype(std::declval<Space&>().template pinned<gpu_state>(0)) pinned_gpus;
        typename Space::mark_type done;
    };

    struct sizes {
        std::uint32_t nodes = 0;
        std::uint32_t types = 0;
    };

    template <class Entry> [[nodiscard]] auto copied(const Entry* source, std::size_t entries) {
        auto array = in_->template allocate<Entry>(entries);
        in_->write(array, source, entries);
        return array;
    }

    /// Writes some of the changed nodes down; returns how many GPUs they have.
    std::uint32_t write_down(const cluster& source, std::size_t first, std::size_t count,
                             detail::node_update* updates, gpu_state* gpus) const {
        std::uint32_t written = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const node_id id{changed_[first + i]};
            const node_view node = source[id];
            updates[i] = {id.number(), written, source.row(id).state};
            for (int g = 0; g < node.gpu_count(); ++g) gpus[written++] = node.gpu(g);
        }
        return written;
    }

    void forget_changes() {
        for (const std::uint32_t node : changed_) is_changed_[node] = false;
        changed_.clear();
    }

    /// Fills one of two slots while the other one may still be under way.
    void send(const cluster& source, std::size_t first, std::size_t count) {
        turn_ = 1 - turn_;
        slot& target = slots_[turn_];
        in_->wait(target.done);
        if (target.pinned_updates.data() == nullptr || target.pinned_gpus.data() == nullptr) return; // no memory: see above
        const std::uint32_t gpus = write_down(source, first, count, target.pinned_updates.data(), target.pinned_gpus.data());
        in_->write_soon(target.updates, target.pinned_updates, count);
        in_->write_soon(target.gpus, target.pinned_gpus, gpus);
        in_->run(count, detail::apply_updates{writable(), target.updates.data(), target.gpus.data()});
        in_->mark(target.done);
    }

    Space* in_;
    table_uploader<memory> tables_;
    typename Space::template array<node_state> nodes_;
    typename Space::template array<std::uint32_t> type_of_;
    typename Space::template array<std::uint32_t> first_gpu_;
    typename Space::template array<gpu_state> gpus_;
    typename Space::template array<node_type> types_;
    sizes sizes_;
    bool has_kinds_ = false;
    std::array<slot, 2> slots_;
    std::size_t turn_ = 0;
    std::vector<bool> is_changed_;
    std::vector<std::uint32_t> changed_;
};

} // namespace gpupack::gpu
