// SPDX-License-Identifier: Apache-2.0
#pragma once

// How a cluster keeps its sums, its nodes and its copies up to date. Included by state/cluster.hpp.

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/state/booking.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/domain_state.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/state/node_directory.hpp>
#include <gpupack/state/node_row.hpp>
#include <gpupack/state/node_state.hpp>
#include <gpupack/state/placed_resources.hpp>
#include <gpupack/state/placement.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

namespace detail {

/// GPUs that may be given whole now; none of a closed node.
[[nodiscard]] inline int open_idle_gpus(const node_state& node) noexcept {
    return node.closed ? 0 : node.idle_gpus;
}

/// Whether more runs on a node than it has.
[[nodiscard]] inline bool has_too_much(const node_state& node, const gpu_state* gpus, const node_type& type) noexcept {
    if (node.cpu_free < 0 || node.memory_free < 0) return true;
    for (int i = 0; i < type.gpu_count; ++i) {
        const gpu_state& gpu = gpus[i];
        // Instances are limited by their places; some systems count them for more memory than the GPU has.
        if (!in_profiles(gpu.way) && (gpu.memory_free < 0 || gpu.compute_free < 0)) return true;
        if (gpu.way == sharing::slices && gpu.sharers() > type.gpus[i].max_sharers) return true;
        if (gpu.way == sharing::exclusive && gpu.sharers() > 1) return true;
        const sharing only = type.gpus[i].only;
        if (only != sharing::idle && gpu.way != only) return true; // in a way that its owner does not allow any more
    }
    return false;
}

} // namespace detail

/// Tells the domains of a node that its idle GPUs, and its free compute, have changed.
inline void cluster::count_in_domains(node_id id, int idle_before, int idle_now, std::int32_t more_compute) noexcept {
    if (domain_free_.empty()) return;
    const domain_map& map = directory_->domains();
    for (domain_id domain = map.of(id);; domain = map.tree()[domain].parent) {
        domain_state& sums = domain_free_[domain.number()];
        sums.compute_free += more_compute;
        sums.idle_gpus += idle_now - idle_before;
        --sums.by_idle[static_cast<std::size_t>(idle_before)];
        ++sums.by_idle[static_cast<std::size_t>(idle_now)];
        if (domain == domain_id{}) return;
    }
}

/// Brings the sums of a node, of its domains and of the cluster up to date with its GPUs.
inline void cluster::sum_up(node_id id) noexcept {
    node_state& node = nodes_[id.number()];
    const int idle = detail::open_idle_gpus(node);
    const std::int32_t compute = node.compute_free;
    const node_type& type = types_[places_[id.number()].type];
    sum_up_gpus(node, gpus_of(id), type.gpus, type.gpu_count);
    compute_free_ += milli_gpu{node.compute_free - compute};
    count_in_domains(id, idle, detail::open_idle_gpus(node), node.compute_free - compute);
}

/// Counts a node in (sign 1) or out (sign -1) of what is free on its type.
inline void cluster::count_in_type(node_id id, int sign) noexcept {
    const std::uint32_t type = places_[id.number()].type;
    type_free_[type].count(nodes_[id.number()], types_[type], sign);
}

/// Adds (sign 1) or takes off (sign -1) the MIG places that are free on some GPUs of a node.
inline void cluster::count_mig_places(node_id id, gpu_set gpus, int sign) noexcept {
    if (mig_.empty()) return;
    const place_of_node location = places_[id.number()];
    for_each_gpu(gpus, [&](int i) {
        const gpu_capacity& capacity = types_[location.type].gpus[i];
        const gpu_state& gpu = gpus_[location.first_gpu + static_cast<std::uint32_t>(i)];
        if (capacity.mig == nullptr || gpu.closed || (gpu.way != sharing::idle && gpu.way != sharing::mig)) return;
        mig_places& places = mig_[capacity.mig_number];
        const placement_counts_view counts = places.counts->view();
        const std::uint64_t occupied = gpu.way == sharing::mig ? gpu.occupied() : 0;
        for (int p = 0; p < counts.profiles; ++p)
            places.open[static_cast<std::size_t>(p)] += sign * counts.places(occupied, p);
    });
}

/// Counts a whole node in (sign 1) or out (sign -1) of every sum.
inline void cluster::count_node(node_id id, int sign) noexcept {
    const node_state& node = nodes_[id.number()];
    const node_type& type = types_[places_[id.number()].type];
    node_type_state& of_type = type_free_[places_[id.number()].type];
    unused_types_ -= of_type.nodes == 0 ? 1 : 0;
    of_type.count(node, type, sign);
    unused_types_ += of_type.nodes == 0 ? 1 : 0;
    count_mig_places(id, gpu_set::first(type.gpu_count), sign);
    gpu_count_ += static_cast<std::size_t>(sign * type.gpu_count);
    cpu_ += milli_cpu{sign * type.cpu.count()};
    compute_ += milli_gpu{sign * type.compute};
    compute_free_ += milli_gpu{sign * node.compute_free};
    const int idle = detail::open_idle_gpus(node);
    const domain_map& map = directory_->domains();
    for (domain_id domain = map.of(id);; domain = map.tree()[domain].parent) {
        domain_state& sums = domain_free_[domain.number()];
        sums.compute_free += sign * node.compute_free;
        sums.idle_gpus += sign * idle;
        sums.by_idle[static_cast<std::size_t>(idle)] += static_cast<std::uint32_t>(sign);
        if (domain == domain_id{}) return;
    }
}

/// Books all that runs on a node anew, GPU by GPU. The node must be counted out.
inline void cluster::rebuild(node_id id) noexcept {
    const node_type& type = types_[places_[id.number()].type];
    gpu_state* const gpus = gpus_of(id);
    node_state& node = nodes_[id.number()];
    for (int i = 0; i < type.gpu_count; ++i) {
        const bool closed = gpus[i].closed;
        gpus[i] = idle_gpu(type.gpus[i]);
        gpus[i].closed = closed;
    }
    node = idle_state(type, gpus);
    ledger_.for_each_on(id.number(), [&](const placement& each) {
        const placed_resources held = ledger_.resources_of(each);
        book_pieces(node, gpus, type, held.cpu, held.memory, held.share, held.gpus, held.slots, held.pieces);
    });
    sum_up_gpus(node, gpus, type.gpus, type.gpu_count);
    judge(id);
}

/// Says whether a node is over-committed, and so closed. The node must be counted out.
inline void cluster::judge(node_id id) noexcept {
    detail::node_notes& notes = notes_[id.number()];
    node_state& node = nodes_[id.number()];
    notes.over_committed = notes.shrinks || detail::has_too_much(node, gpus_of(id), types_[places_[id.number()].type]);
    node.closed = notes.closed || notes.over_committed || !notes.present;
}

/// Numbers a change, and tells the observer.
inline void cluster::note(change_kind kind, node_id id, const placement* subject) {
    notes_[id.number()].version = ++version_;
    if (kind >= change_kind::node_added) ++shape_version_;
    if (observer_.value) observer_.value(*this, {kind, id, version_, subject});
}

inline void cluster::set_closed(node_id id, gpu_set gpus, bool closed) {
    GPUPACK_EXPECTS(contains(id), "the id of a node of this cluster");
    GPUPACK_EXPECTS(gpu_set::first(types_[places_[id.number()].type].gpu_count).contains(gpus), "GPUs of that node");
    count_in_type(id, -1);
    count_mig_places(id, gpus, -1);
    for_each_gpu(gpus, [&](int i) { gpus_of(id)[i].closed = closed; });
    count_mig_places(id, gpus, 1);
    sum_up(id);
    count_in_type(id, 1);
    note(change_kind::closed, id);
}

inline void cluster::set_closed(node_id id, bool closed) {
    GPUPACK_EXPECTS(contains(id), "the id of a node of this cluster");
    // What its GPUs have, and their MIG places, are counted whether the node is closed or not.
    const int idle = detail::open_idle_gpus(nodes_[id.number()]);
    count_in_type(id, -1);
    notes_[id.number()].closed = closed;
    judge(id);
    count_in_type(id, 1);
    count_in_domains(id, idle, detail::open_idle_gpus(nodes_[id.number()]), 0);
    note(change_kind::closed, id);
}

inline std::vector<placement> cluster::remove_node(node_id id) {
    std::vector<placement> ended = placements_on(id);
    for (const placement& each : ended) give_back(each);
    count_node(id, -1);
    place_of_node& location = places_[id.number()];
    const int gpus = types_[location.type].gpu_count;
    if (gpus > 0) {
        free_rows_.resize(max_gpus_per_node + 1);
        free_rows_[static_cast<std::size_t>(gpus)].push_back(location.first_gpu);
    }
    if (absent_type_ == no_type) {
        absent_type_ = static_cast<std::uint32_t>(types_.size());
        types_.emplace_back();
        type_free_.emplace_back();
        links_.emplace_back();
        ++types_version_;
    }
    location.type = absent_type_ & (~0U >> node_id::generation_bits);
    location.first_gpu = 0;
    notes_[id.number()] = {};
    nodes_[id.number()] = {};
    nodes_[id.number()].closed = true;
    const node_id following = edit_directory().strike(id);
    location.generation = following.generation() & node_id::max_generation;
    note(change_kind::node_removed, id);
    return ended;
}

/// The directory, which no copy shares from now on.
inline node_directory& cluster::edit_directory() {
    if (directory_.use_count() > 1) directory_ = std::make_shared<node_directory>(*directory_);
    return *directory_;
}

inline bool cluster::same_state(const cluster& other) const noexcept {
    if (!(domain_free_ == other.domain_free_) || !(compute_free_ == other.compute_free_) ||
        !(rounding_overhead_ == other.rounding_overhead_) || node_count() != other.node_count())
        return false;
    std::uint32_t theirs = 0; // the numbers of nodes may differ, their order may not
    for (std::uint32_t mine = 0; mine < size(); ++mine) {
        if (!notes_[mine].present) continue;
        while (!other.notes_[theirs].present) ++theirs;
        const node_view node = node_at(mine);
        if (!(nodes_[mine] == other.nodes_[theirs]) || !(notes_[mine] == other.notes_[theirs]) ||
            node.gpu_count() != other.node_at(theirs).gpu_count())
            return false;
        for (int i = 0; i < node.gpu_count(); ++i)
            if (!(node.gpu(i) == other.node_at(theirs).gpu(i))) return false;
        ++theirs;
    }
    return true;
}

/// A copy to look at: without placements that could be released, and with a directory of its own, so that it can follow.
inline cluster cluster::without_ledger() const {
    cluster copy = *this;
    copy.ledger_ = {};
    copy.leaving_ = 0;
    copy.origins_ = nullptr;
    copy.directory_ = std::make_shared<node_directory>(*directory_);
    return copy;
}

/// Makes room for all nodes of the cluster that this one was copied from, and takes its types over.
inline void cluster::copy_shape(const cluster& source) {
    places_.resize(source.size());
    nodes_.resize(source.size());
    notes_.resize(source.size());
    gpus_.resize(source.gpu_rows());
    if (types_version_ == source.types_version_) return;
    types_version_ = source.types_version_;
    models_ = source.models_;
    labels_ = source.labels_;
    partitions_ = source.partitions_;
    links_ = source.links_;
    types_ = source.types_;
    mig_ = source.mig_;
}

/// Makes one node what it is in the cluster that this one was copied from.
inline void cluster::copy_node(const cluster& source, const node_row& row) {
    const std::uint32_t number = row.id.number();
    const auto& identity = source.directory_->identity(number);
    const bool known = number < directory_->numbers() && directory_->identity(number) == identity &&
                       places_[number].generation == row.id.generation();
    if (!known) directory_->put(row.id, identity);
    places_[number] = source.places_[number];
    notes_[number] = source.notes_[number];
    nodes_[number] = row.state;
    const gpu_state* const gpus = source.gpus_.data() + row.first_gpu;
    std::copy(gpus, gpus + types_[row.type].gpu_count, gpus_.data() + row.first_gpu);
}

/// Makes what is counted over all nodes what it is in the cluster that this one was copied from.
inline void cluster::copy_totals(const cluster& source) {
    cpu_ = source.cpu_;
    compute_ = source.compute_;
    compute_free_ = source.compute_free_;
    rounding_overhead_ = source.rounding_overhead_;
    requestless_ = source.requestless_;
    gpu_count_ = source.gpu_count_;
    version_ = source.version_;
    shape_version_ = source.shape_version_;
    domain_free_ = source.domain_free_;
    type_free_ = source.type_free_;
    for (std::size_t t = 0; t < source.mig_.size(); ++t) mig_[t].open = source.mig_[t].open;
}

} // namespace gpupack
