// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/fit/fitting_gpus.hpp>
#include <gpupack/plan/place_gang.hpp>
#include <gpupack/replay/detail/gang_room.hpp>
#include <gpupack/replay/detail/node_calendar.hpp>
#include <gpupack/replay/detail/reservation_book.hpp>
#include <gpupack/request/gang.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/placement.hpp>
#include <gpupack/workload/task.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay::detail {

/// Places tasks by the policy of a scheduler, and never where they would delay somebody who has reserved a place: nodes, or
/// GPUs of them, on which they would are closed meanwhile.
template <class Scheduler> class guarded_placer {
  public:
    /// @param scheduler  places the tasks
    /// @param calendar   of its nodes
    /// @param reserved   who must not be delayed
    /// @param drains     whether reserved nodes take nobody else at all
    guarded_placer(Scheduler& scheduler, const node_calendar& calendar, const reservation_book& reserved,
                   bool drains) noexcept
        : scheduler_{scheduler}, calendar_{calendar}, reserved_{reserved}, drains_{drains} {}

    /// Places all members of a task; none where that cannot be.
    ///
    /// @param task     the task
    /// @param request  of each member, as it is placed
    /// @param now      from when on
    /// @param until    when it is expected to end
    /// @param own      number of the arrival: what it has reserved itself does not stand in its way, but for nodes to drain
    [[nodiscard]] std::vector<placement> place(const workload::task& task, const request& request, std::int64_t now,
                                               std::int64_t until, std::size_t own) {
        std::vector<std::pair<node_id, gpu_set>> closed = close_reserved(request, now, until, own);
        std::vector<placement> members;
        while (!lacks_room(request, task.members)) {
            members = place_members(task);
            const auto wrong = std::find_if(members.begin(), members.end(), [&](const placement& each) {
                return !calendar_.is_free_until(each, now, until, own);
            });
            if (wrong == members.end()) break;
            const node_id node = wrong->node;
            for (const placement& each : members) scheduler_.release(each);
            last_end_.reset();
            members.clear(); // where too little room is left, there is no other try
            scheduler_.set_closed(node, true);
            closed.push_back({node, {}});
        }
        for (const auto& [node, gpus] : closed) set_closed(node, gpus, false);
        was_denied_ = !closed.empty();
        if (task.members > 1 || !members.empty()) last_end_.reset();
        return members;
    }

    /// Whether something was closed for the last task.
    [[nodiscard]] bool was_denied() const noexcept { return was_denied_; }
    /// Of a task that was not placed, and is no gang: any other with such a request could only be placed now if it ends by then. None
    /// where that is not known.
    [[nodiscard]] std::optional<std::int64_t> last_end() const noexcept { return last_end_; }

  private:
    /// Closes or opens GPUs of a node, or without any the node.
    void set_closed(node_id node, gpu_set gpus, bool closed) {
        if (gpus.empty())
            scheduler_.set_closed(node, closed);
        else
            scheduler_.set_closed(node, gpus, closed);
    }

    [[nodiscard]] std::vector<std::pair<node_id, gpu_set>> close_reserved(const request& request, std::int64_t now,
                                                                          std::int64_t until, std::size_t own) {
        std::vector<std::pair<node_id, gpu_set>> closed;
        last_end_ = now;
        for (const auto& [number, count] : reserved_.nodes()) {
            const node_view node = scheduler_.cluster().node_at(number);
            if (!fit::fits(node, request)) continue;
            const auto serving = drains_ ? std::nullopt : calendar_.free_during(node.id(), request, now, until, own);
            note_last_end(serving ? std::nullopt : calendar_.free_until(node.id(), request, now, own));
            if (!serving) {
                closed.push_back({node.id(), {}});
            } else if (const gpu_set others = fit::fitting_gpus(node, request) - *serving; !others.empty()) {
                closed.push_back({node.id(), others});
            }
        }
        for (const auto& [node, gpus] : closed) set_closed(node, gpus, true);
        return closed;
    }

    /// One of the nodes has room until then, or it is not known until when.
    void note_last_end(std::optional<std::int64_t> end) noexcept {
        last_end_ = last_end_ && end ? std::optional{std::max(*last_end_, *end)} : std::nullopt;
    }

    /// Whether the nodes that are open have too little room for a gang, so that no search would find any. Parts of GPUs and GPUs of
    /// one NUMA node are not counted here: how many fit depends on which go where.
    [[nodiscard]] bool lacks_room(const request& request, int members) const {
        const bool is_counted = request.share.way() == sharing::exclusive && request.numa == numa_alignment::none;
        return members > 1 && is_counted && !has_room(scheduler_.cluster(), request, members);
    }

    [[nodiscard]] std::vector<placement> place_members(const workload::task& task) {
        if (task.members <= 1) {
            const auto placed = scheduler_.try_place(task.request);
            return placed ? std::vector<placement>{*placed} : std::vector<placement>{};
        }
        auto placed = plan::place_gang(scheduler_, gang{.parts = {{task.request, task.members}}});
        if (!placed) return {};
        return std::move(placed->members);
    }

    Scheduler& scheduler_;
    const node_calendar& calendar_;
    const reservation_book& reserved_;
    bool drains_;
    bool was_denied_ = false;
    std::optional<std::int64_t> last_end_;
};

} // namespace gpupack::inline GPUPACK_ABI::replay::detail
