// SPDX-License-Identifier: Apache-2.0
#pragma once

// How a cluster takes, restores and gives back. Included by state/cluster.hpp.

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/booking.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/state/ledger.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/state/placed_resources.hpp>
#include <gpupack/state/placement.hpp>
#include <gpupack/state/refusal.hpp>
#include <gpupack/state/split.hpp>
#include <gpupack/state/takeable.hpp>
#include <gpupack/topology/mig.hpp>
#include <gpupack/topology/mig_table.hpp>
#include <gpupack/topology/partition_table.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

namespace detail {

/// Whether an amount can be taken off and still be counted in 32 or 16 bits.
template <class Number> [[nodiscard]] constexpr bool can_take(Number free, std::int64_t amount) noexcept {
    return amount >= 0 && amount <= max_amount && std::int64_t{free} - amount >= std::numeric_limits<Number>::min();
}

/// Why a GPU cannot have one more share back; none where it can.
[[nodiscard]] inline refusal refusal_of_restoring(const gpu_state& gpu, const gpu_capacity& capacity, share part,
                                                  int slot, bool force) noexcept {
    if (gpu.closed && !force) return refusal::closed;
    if (in_profiles(part.way())) {
        const partition_table* const table = capacity.table(part.way());
        if (table == nullptr) return refusal::sharing;
        if (slot >= table->slot_count) return refusal::placement;
        part = instance{.way = part.way(), .profiles = profile_set::of(table->first_id + table->slots[slot].profile)};
    }
    const refusal why = refusal_of_gpu(gpu, capacity, part, slot);
    if (!force || why == refusal::none) return why;
    const bool idle = gpu.way == sharing::idle || gpu.sharers() == 0;
    const bool same_way = gpu.way == part.way();
    if (why == refusal::placement || (why == refusal::sharing && !idle && !same_way)) return why;
    const bool countable =
        gpu.sharers() < (part.way() == sharing::slices ? 65535 : 255) &&
        can_take(gpu.compute_free, part.way() == sharing::slices ? part.compute().count() : 0) &&
        can_take(gpu.memory_free, part.way() == sharing::slices ? part.memory_of(capacity.memory) : 0);
    return countable ? refusal::none : refusal::beyond_limits;
}

/// Why a node cannot have a placement back; none where it can.
[[nodiscard]] inline refusal refusal_of_restoring(const node_view& node, const placed_resources& held,
                                                  bool force) noexcept {
    if (!gpu_set::first(node.gpu_count()).contains(held.gpus)) return refusal::no_such_gpu;
    if (held.gpus.size() > max_instances && in_profiles(held.share.way())) return refusal::gpu_count;
    if (held.share.is_split() && held.gpus.size() > max_pieces) return refusal::gpu_count;
    std::int64_t together = 0;
    for (const std::int32_t piece : held.pieces.memory) together += piece;
    if (together != held.share.total_memory().count()) return refusal::invalid;
    if (held.share.way() == sharing::idle || held.rounding_overhead.count() < 0 || held.rounding_overhead > whole_gpu)
        return refusal::invalid;
    if (!force && node.closed()) return refusal::closed;
    if (held.cpu.count() < 0 || held.memory.count() < 0) return refusal::invalid;
    if (!force && held.cpu > node.cpu_free()) return refusal::cpu;
    if (!force && held.memory > node.memory_free()) return refusal::memory;
    const auto cpu_free = static_cast<std::int32_t>(node.cpu_free().count());
    const auto memory_free = static_cast<std::int32_t>(node.memory_free().count());
    if (!can_take(cpu_free, held.cpu.count()) || !can_take(memory_free, held.memory.count()))
        return refusal::beyond_limits;
    refusal found = refusal::none;
    for_each_gpu_indexed(held.gpus, [&](int nth, int i) {
        const share part = held.share_of(nth);
        const bool slice = part.way() == sharing::slices;
        const bool valid = !slice || (part.memory().count() >= 0 && part.memory().count() <= max_amount &&
                                      part.compute().count() >= 0 && part.compute() <= whole_gpu &&
                                      part.memory_part() >= 0 && part.memory_part() <= 1'000'000 && !part.is_split());
        const int slot = in_profiles(part.way()) ? held.slots[nth] : 0;
        const refusal why =
            valid ? refusal_of_restoring(node.gpu(i), node.capacity(i), part, slot, force) : refusal::invalid;
        if (found == refusal::none) found = why;
    });
    return found;
}

/// What a placement of a request holds, but for the pieces of a split slice.
[[nodiscard]] inline placed_resources held_by(const selection& choice, const request& request,
                                              milli_gpu rounding_overhead) noexcept {
    placed_resources held;
    static_cast<selection&>(held) = choice;
    held.cpu = request.cpu;
    held.memory = request.memory;
    held.share = request.share;
    held.rounding_overhead = rounding_overhead;
    return held;
}

} // namespace detail

/// Counts a placement in (sign 1) or out (sign -1) of those that hold nothing of a host.
inline void cluster::count_requestless(const placed_resources& held, int sign) noexcept {
    if (held.cpu.count() > 0 && held.memory.count() > 0) return;
    requestless_.count(held.cpu, held.memory, sign);
    notes_[held.node.number()].requestless.count(held.cpu, held.memory, sign);
}

/// Writes down what is booked already.
inline placement cluster::enter(const placed_resources& held, change_kind kind) {
    if (identity_.value == 0) {
        static std::atomic<std::uint32_t> owners{0};
        identity_.value = ++owners;
    }
    rounding_overhead_ += held.rounding_overhead * held.gpus.size();
    count_requestless(held, 1);
    if (held.leaving) {
        ++leaving_;
        ++notes_[held.node.number()].leaving;
    }
    const placement receipt = ledger_.enter(held, identity_.value);
    note(kind, held.node, &receipt);
    return receipt;
}

/// What cluster::take() would hold there, without taking anything.
///
/// @param cluster  where
/// @param choice   a node of it, GPUs and their slots, where the request fits (refusal_of)
/// @param request  the request, rounded up where a request rule does so
/// @param rounding_overhead  compute of each GPU that the request rule added
[[nodiscard]] inline placed_resources resources_for(const cluster& cluster, const selection& choice,
                                                    const request& request, milli_gpu rounding_overhead = {}) {
    const node_view node = cluster[choice.node];
    GPUPACK_EXPECTS(refusal_of(node, request, choice.gpus, choice.slots) == refusal::none, "a request that fits there");
    placed_resources held = detail::held_by(choice, request, rounding_overhead);
    if (request.share.way() == sharing::exclusive) held.share = exclusive{};
    if (in_profiles(held.share.way())) // the slots say which profiles
        held.share = instance{.way = request.share.way(), .rule = request.share.rule()};
    if (request.gpus > 0 && request.share.is_split())
        held.pieces = split_over(&node.gpu(0), choice.gpus, request.share);
    return held;
}

inline placement cluster::take(node_id id, gpu_set gpus, const request& request, slot_list slots,
                               milli_gpu rounding_overhead) {
    GPUPACK_EXPECTS(contains(id), "the id of a node of this cluster");
    GPUPACK_EXPECTS(refusal_of(node_at(id.number()), request, gpus, slots) == refusal::none,
                    "a request that fits there: try_take() says why it does not");
    count_in_type(id, -1);
    count_mig_places(id, gpus, -1);
    placed_resources held = detail::held_by({id, gpus, slots}, request, rounding_overhead);
    held.pieces = book(nodes_[id.number()], gpus_of(id), types_[places_[id.number()].type], request, gpus, slots);
    if (request.gpus > 0) {
        count_mig_places(id, gpus, 1);
        sum_up(id);
    }
    count_in_type(id, 1);
    return enter(held, change_kind::placed);
}

inline expected<placement, refusal> cluster::try_take(node_id id, gpu_set gpus, const request& request, slot_list slots,
                                                      milli_gpu rounding_overhead) {
    if (!is_valid(request)) return unexpected<refusal>{refusal::invalid};
    if (!contains(id)) return unexpected<refusal>{refusal::no_such_node};
    const refusal why = refusal_of(node_at(id.number()), request, gpus, slots);
    if (why == refusal::closed && is_over_committed(id)) return unexpected<refusal>{refusal::over_committed};
    if (why != refusal::none) return unexpected<refusal>{why};
    return take(id, gpus, request, slots, rounding_overhead);
}

inline expected<placement, refusal> cluster::restore(const placed_resources& held, bool force) {
    if (!contains(held.node)) return unexpected<refusal>{refusal::no_such_node};
    if (const refusal why = detail::refusal_of_restoring(node_at(held.node.number()), held, force);
        why != refusal::none)
        return unexpected<refusal>{why};
    const node_id id = held.node;
    count_node(id, -1);
    const node_type& type = types_[places_[id.number()].type];
    book_pieces(nodes_[id.number()], gpus_of(id), type, held.cpu, held.memory, held.share, held.gpus, held.slots,
                held.pieces);
    if (!held.gpus.empty()) sum_up_gpus(nodes_[id.number()], gpus_of(id), type.gpus, type.gpu_count);
    if (force) judge(id);
    count_node(id, 1);
    return enter(held, change_kind::restored);
}

inline void cluster::give_back(const placement& receipt) {
    GPUPACK_EXPECTS(is_live(receipt), "a placement that is live in this cluster, not released before, not of another");
    const placed_resources held = ledger_.resources_of(receipt);
    const node_id id = held.node;
    ledger_.strike(receipt);
    rounding_overhead_ -= held.rounding_overhead * held.gpus.size();
    count_requestless(held, -1);
    if (held.leaving) {
        --leaving_;
        --notes_[id.number()].leaving;
    }
    if (notes_[id.number()].over_committed) {
        count_node(id, -1);
        rebuild(id);
        count_node(id, 1);
        if (shrink_ != nullptr && notes_[id.number()].shrinks) shrink_(*this, id);
    } else {
        count_in_type(id, -1);
        count_mig_places(id, held.gpus, -1);
        unbook(nodes_[id.number()], gpus_of(id), types_[places_[id.number()].type], held.cpu, held.memory, held.share,
               held.gpus, held.slots, held.pieces);
        if (!held.gpus.empty()) {
            count_mig_places(id, held.gpus, 1);
            sum_up(id);
        }
        count_in_type(id, 1);
    }
    note(change_kind::released, id, &receipt);
}

inline refusal cluster::try_give_back(const placement& receipt) {
    if (!is_live(receipt)) return refusal::not_live;
    give_back(receipt);
    return refusal::none;
}

inline refusal cluster::set_leaving(const placement& receipt, bool leaving) {
    if (!is_live(receipt)) return refusal::not_live;
    if (ledger_.resources_of(receipt).leaving == leaving) return refusal::none;
    ledger_.set_leaving(receipt, leaving);
    leaving_ += leaving ? 1U : std::size_t(-1);
    notes_[receipt.node.number()].leaving += leaving ? 1U : std::uint32_t(-1);
    note(change_kind::told_to_leave, receipt.node, &receipt);
    return refusal::none;
}

inline std::vector<placement> cluster::drain(node_id id) {
    set_closed(id, true);
    std::vector<placement> there = placements_on(id);
    for (const placement& each : there) set_leaving(each);
    return there;
}

inline std::vector<placement> cluster::placements_on(node_id id) const {
    std::vector<placement> found;
    for_each_placement_on(id, [&](const placement& each) { found.push_back(each); });
    return found;
}

inline std::vector<placement> cluster::placements_on(node_id id, int gpu) const {
    std::vector<placement> found;
    for_each_placement_on(id, [&](const placement& each) {
        if (each.gpus.contains(gpu)) found.push_back(each);
    });
    return found;
}

inline std::vector<placement> cluster::placements() const {
    std::vector<placement> found;
    found.reserve(live_placements());
    for (std::uint32_t n = 0; n < size(); ++n)
        ledger_.for_each_on(n, [&](const placement& each) { found.push_back(each); });
    return found;
}

inline mig::gpu_instance cluster::instance_on(const selection& placed, int nth, sharing way) const {
    GPUPACK_EXPECTS(contains(placed.node) && nth < placed.gpus.size(), "a placement of this cluster");
    gpu_set rest = placed.gpus;
    for (int i = 0; i < nth; ++i) rest.erase(rest.lowest());
    const partition_table* const table = (*this)[placed.node].capacity(rest.lowest()).table(way);
    GPUPACK_EXPECTS(table != nullptr && placed.slots[nth] < table->slot_count, "a placement of instances");
    const partition_slot& slot = table->slots[placed.slots[nth]];
    return {table->profiles[slot.profile].name, slot.start};
}

inline std::optional<int> cluster::mig_placement(node_id id, int gpu, std::string_view profile, int start,
                                                 sharing way) const {
    if (!contains(id) || gpu < 0 || gpu >= (*this)[id].gpu_count()) return std::nullopt;
    const partition_table* const table = (*this)[id].capacity(gpu).table(way);
    if (table == nullptr) return std::nullopt;
    if (const auto slot = table->find(profile, start)) return slot;
    const auto named = mig::find_profile(*table, profile);
    return named ? table->find(table->profiles[*named].name.view(), start) : std::nullopt;
}

inline mebibytes cluster::memory_on(const placement& placed, int nth) const {
    GPUPACK_EXPECTS(is_live(placed) && nth < placed.gpus.size(), "a live placement of this cluster");
    const placed_resources held = ledger_.resources_of(placed);
    GPUPACK_EXPECTS(held.share.is_split(), "a placement of a split slice");
    return mebibytes{held.pieces.memory[nth]};
}

} // namespace gpupack
