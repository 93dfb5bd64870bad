// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/gpu/cluster_view.hpp>
#include <gpupack/gpu/detail/sum_columns.hpp>
#include <gpupack/gpu/host_cluster.hpp>
#include <gpupack/gpu/table_block.hpp>
#include <gpupack/state/cluster.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
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

    GPUPACK_HD void operator()(std::uint64_t index) const noexcept {
        const node_update& update = updates[index];
        cluster.nodes[update.node] = update.state;
        const int count = cluster.types[cluster.type_of[update.node]].gpu_count;
        gpu_state* const target = cluster.gpus + cluster.first_gpu[update.node];
        for (int i = 0; i < count; ++i) target[i] = gpus[update.first_gpu + static_cast<std::uint32_t>(i)];
        cluster.note(update.node);
    }
};

} // namespace detail

/// A cluster in the memory of a space: uploaded once, then only the nodes that changed.
///
/// A space is where arrays stand and bodies run: device_space is a GPU; the tests have one of host memory. It must outlive
/// what lives in it.
///
/// Memory: in the space 52 bytes a node, 16 a GPU, the types and their tables; and twice, there and pinned here,
/// room for 8,192 changed nodes.
template <class Space> class resident_cluster {
  public:
    /// Copies all of the cluster. A failure shows in the space's take_problem().
    resident_cluster(Space& space, const cluster& cluster)
        : in_{&space}, type_tables_{space}, shape_version_{cluster.shape_version()} {
        const host_cluster flat{cluster};
        const cluster_view source = flat.view();
        nodes_ = copied(source.nodes, flat.size());
        const std::size_t room = detail::sum_columns::room(flat.size());
        type_of_ = copied(source.type_of, flat.size());
        first_gpu_ = copied(source.first_gpu, flat.size());
        gpus_ = copied(source.gpus, flat.gpu_count());
        types_ = space.template allocate<node_type>(cluster.types().size());
        sizes_ = {source.size, source.type_count};
        for (auto* const each : {&cpu_, &memory_, &part_, &slice_memory_})
            *each = space.template allocate<std::int32_t>(room);
        glance_ = space.template allocate<std::uint32_t>(room);
        space.run(room, detail::fill_columns{columns(), nodes_.data(), type_of_.data(), source.size});
        is_changed_.resize(flat.size());
        move_types(cluster);
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
    /// @param source  the cluster that this was made from
    ///
    /// Cost: 32 bytes a changed node and 16 a GPU of it; no allocation.
    void update(const cluster& source) {
        GPUPACK_EXPECTS(source.size() == is_changed_.size() && source.shape_version() == shape_version_,
                        "the cluster that this was made from, with the nodes that it had");
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

    /// Copies the node types with all that they point to, where anything is new: link-aware policies add packings up when
    /// they prepare.
    ///
    /// Cost: a pass over the types.
    void move_types(const cluster& cluster) {
        block_.clear();
        std::vector<node_type> types;
        types.reserve(cluster.types().size());
        for (const node_type& type : cluster.types()) types.push_back(block_.pack(type));
        if (has_types_ && type_tables_.holds(block_)) return;
        const unsigned char* const address = type_tables_.update(block_);
        for (node_type& type : types) type = table_block::placed(type, address);
        in_->write(types_, types.data(), types.size());
        has_types_ = true;
    }

    /// What bodies read.
    [[nodiscard]] cluster_view view() noexcept { return writable().view(); }
    /// The same for bodies that change it.
    [[nodiscard]] writable_cluster_view writable() noexcept {
        return {nodes_.data(), type_of_.data(), first_gpu_.data(), gpus_.data(),
                types_.data(), sizes_.nodes,    sizes_.types,      columns()};
    }
    /// The space that it lives in.
    [[nodiscard]] Space& in() const noexcept { return *in_; }

  private:
    static constexpr std::size_t batch = 8192;

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

    [[nodiscard]] detail::sum_columns columns() noexcept {
        return {cpu_.data(), memory_.data(), part_.data(), glance_.data(), slice_memory_.data()};
    }

    template <class Entry> [[nodiscard]] auto copied(const Entry* source, std::size_t entries) {
        auto array = in_->template allocate<Entry>(entries);
        in_->write(array, source, entries);
        return array;
    }

    /// Writes some of the changed nodes down; returns how many GPUs they have.
    std::uint32_t write_down(const cluster& source, std::size_t first, std::size_t count, detail::node_update* updates,
                             gpu_state* gpus) const {
        std::uint32_t written = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const std::uint32_t number = changed_[first + i];
            const node_view node = source.node_at(number);
            updates[i] = {number, written, source.row(node.id()).state};
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
        if (target.pinned_updates.data() == nullptr || target.pinned_gpus.data() == nullptr)
            return; // no memory: see above
        const std::uint32_t gpus =
            write_down(source, first, count, target.pinned_updates.data(), target.pinned_gpus.data());
        in_->write_soon(target.updates, target.pinned_updates, count);
        in_->write_soon(target.gpus, target.pinned_gpus, gpus);
        in_->run(count, detail::apply_updates{writable(), target.updates.data(), target.gpus.data()});
        in_->mark(target.done);
    }

    Space* in_;
    typename Space::template array<node_state> nodes_;
    typename Space::template array<std::uint32_t> type_of_;
    typename Space::template array<std::uint32_t> first_gpu_;
    typename Space::template array<gpu_state> gpus_;
    typename Space::template array<node_type> types_;
    typename Space::template array<std::int32_t> cpu_; // and the other columns
    typename Space::template array<std::int32_t> memory_;
    typename Space::template array<std::int32_t> part_;
    typename Space::template array<std::uint32_t> glance_;
    typename Space::template array<std::int32_t> slice_memory_;
    sizes sizes_;
    table_block block_; // of the types, to be filled again and again
    uploaded_tables<Space> type_tables_;
    bool has_types_ = false;
    std::array<slot, 2> slots_;
    std::size_t turn_ = 0;
    std::vector<bool> is_changed_;
    std::uint64_t shape_version_;
    std::vector<std::uint32_t> changed_;
};

} // namespace gpupack::gpu
