// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/gpu_subsets.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/booking.hpp>
#include <gpupack/state/node_state.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/state/selection.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// One node as it would be after some placements; a copy that is independent of the cluster.
class trial_node {
  public:
    /// A copy of a node. Its type must outlive it.
    explicit trial_node(const node_view& node) : id_{node.id()}, type_{&node.type()} {
        state_.cpu_free = static_cast<std::int32_t>(node.cpu_free().count());
        state_.memory_free = static_cast<std::int32_t>(node.memory_free().count());
        state_.closed = node.closed();
        for (int i = 0; i < node.gpu_count(); ++i) gpus_[static_cast<std::size_t>(i)] = node.gpu(i);
        sum_up_gpus(state_, gpus_.data(), type_->gpus, type_->gpu_count);
    }

    /// The node as it would be; valid until the next call of take().
    [[nodiscard]] node_view view() const noexcept { return {id_, *type_, state_, gpus_.data()}; }

    /// Places a request where it fits.
    void take(const request& request, gpu_set gpus, slot_list slots) {
        (void)book(state_, gpus_.data(), *type_, request, gpus, slots);
        if (request.gpus > 0) sum_up_gpus(state_, gpus_.data(), type_->gpus, type_->gpu_count);
    }

  private:
    node_id id_;
    const node_type* type_;
    node_state state_{};
    std::array<gpu_state, max_gpus_per_node> gpus_{};
};

/// Whether choices of slots are listed that differ in the slots alone.
enum class slot_choices : bool { lowest, all };

/// Appends every combination of slots that some GPUs have for instances. Of GPUs that are alike the lower gets the lower
/// slot: the other ways are these with GPUs changed.
///
/// @return  false where there are more than `limit` choices
[[nodiscard]] inline bool append_slot_choices(std::vector<selection>& choices, const node_view& node,
                                              const request& request, gpu_set gpus, bool by_index, std::size_t limit) {
    std::vector<std::vector<int>> free;
    std::vector<std::size_t> twins; // the last GPU before it that is alike, or its own number
    for_each_gpu_indexed(gpus, [&](int nth, int i) {
        free.emplace_back();
        fit::for_each_free_slot(node, i, request.share, [&](int slot) { free.back().push_back(slot); });
        twins.push_back(static_cast<std::size_t>(nth));
        for_each_gpu_indexed(gpus, [&](int other, int j) {
            if (!by_index && j < i && fit::interchangeable(node, i, j)) twins.back() = static_cast<std::size_t>(other);
        });
    });
    std::vector<std::size_t> digits(free.size(), 0);
    while (choices.size() < limit) {
        slot_list slots;
        for (std::size_t nth = 0; nth < free.size(); ++nth) slots.set(static_cast<int>(nth), free[nth][digits[nth]]);
        choices.push_back({node.id(), gpus, slots});
        std::size_t nth = digits.size();
        while (nth > 0 && digits[nth - 1] + 1 == free[nth - 1].size()) --nth;
        if (nth == 0) return true;
        ++digits[nth - 1];
        for (; nth < digits.size(); ++nth) digits[nth] = twins[nth] == nth ? 0 : digits[twins[nth]];
    }
    return false;
}

/// Every way to place a request on a node: each set of GPUs, and for instances each combination of slots.
///
/// @param choices   gets them; what it held is gone
/// @param node      the node as it is now
/// @param request   a valid request
/// @param by_index  whether GPUs in one state differ, because somebody asks for them by id; else of such GPUs the lowest
///                  stand for all
/// @param slots     for instances, every combination of slots on each set of GPUs, or only the lowest
/// @param limit     choices, at most
/// @return          false where there are more
[[nodiscard]] inline bool collect_choices(std::vector<selection>& choices, const node_view& node,
                                          const request& request, bool by_index, slot_choices slots,
                                          std::size_t limit) {
    choices.clear();
    bool complete = true;
    const auto append = [&](gpu_set gpus) {
        if (!complete) return;
        if (slots == slot_choices::all && in_profiles(request.share.way()) && request.gpus > 0)
            complete = append_slot_choices(choices, node, request, gpus, by_index, limit);
        else if (choices.size() < limit)
            choices.push_back({node.id(), gpus, fit::lowest_slots(node, gpus, request.share)});
        else
            complete = false;
    };
    const bool every_set = by_index || request.share.is_split(); // which GPU gives how much of a split goes by index
    if (every_set && request.gpus > 0 && fit::host_fits(node, request)) {
        for_each_subset(fit::fitting_gpus(node, request), request.gpus, [&](gpu_set gpus) {
            if (complete && fit::fits_on(node, request, gpus, fit::lowest_slots(node, gpus, request.share)))
                append(gpus);
        });
        return complete;
    }
    gpu_set before;
    bool first = true;
    fit::for_each_candidate(node, request, [&](const candidate& each) {
        if (!first && each.gpus == before) return; // the slots of one instance come one by one
        first = false;
        before = each.gpus;
        append(each.gpus);
    });
    return complete;
}

/// What tells two states of one node apart: the bytes of its GPUs. GPUs that are alike may change places, so states that
/// differ by that alone have one key.
///
/// @param node      the node as it is now
/// @param by_index  whether GPUs in one state differ
[[nodiscard]] inline std::string state_key(const node_view& node, bool by_index) {
    static_assert(std::is_trivially_copyable_v<gpu_state>);
    constexpr std::size_t bytes = sizeof(gpu_state) + 1;
    std::vector<std::array<char, bytes>> gpus(static_cast<std::size_t>(node.gpu_count()));
    for (int i = 0; i < node.gpu_count(); ++i) {
        auto& key = gpus[static_cast<std::size_t>(i)];
        int twin = 0; // the lowest GPU that is built alike
        while (!(node.gpu_model(twin) == node.gpu_model(i) && node.capacity(twin) == node.capacity(i))) ++twin;
        key[0] = static_cast<char>(by_index ? i : twin);
        std::copy_n(reinterpret_cast<const char*>(&node.gpu(i)), sizeof(gpu_state), key.data() + 1);
    }
    if (!by_index) std::sort(gpus.begin(), gpus.end());
    std::string key;
    for (const auto& each : gpus) key.append(each.data(), each.size());
    return key;
}

} // namespace gpupack::plan::detail
