// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/policy/reserved_capacity.hpp>
#include <gpupack/policy/scarcity_levels.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/node_type_state.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::policy {

/// Owns the scarce classes of a mix, and says which are tight: the cluster has no more room for them than the tasks
/// will want that are still to come before it is full.
///
///   arrivals left = free compute / mean compute of an arrival
///   tight         = room for the class <= reserve * arrivals left * what an arrival of the mix wants of it
/// While there is plenty, anything may go anywhere; as the cluster fills, the room that is kept for tasks of eight
/// GPUs shrinks with what is left of it, one place after another. Arrivals left are rounded down to four binary digits,
/// so that classes become tight and cease to be a number of times that grows with the logarithm of the cluster.
class reserved_capacity_table {
  public:
    /// @param expected the tasks to come; their 32 classes that want most are told apart
    /// @param reserve in percent; 0 keeps no room
    /// @param least_gpus that a task of a scarce class asks for, 1 or more
    reserved_capacity_table(const task_mix& expected, int reserve, int least_gpus = 2)
        : reserved_capacity_table{expected, reserve, [least_gpus](const request& request) {
                                      const bool scarce =
                                          request.gpus >= least_gpus && request.share.way() == sharing::exclusive;
                                      return scarce ? std::optional{request} : std::nullopt;
                                  }} {}

    /// @param expected  the tasks to come
    /// @param reserve   in percent; 0 keeps no room
    /// @param place_of  place_of(request): the whole GPUs that a task of a scarce class takes; nothing for other tasks
    template <class PlaceOf>
    requires std::is_invocable_r_v < std::optional<request>,
    const PlaceOf&,
        const request& > reserved_capacity_table(const task_mix& expected, int reserve, const PlaceOf& place_of) {
        GPUPACK_EXPECTS(reserve >= 0 && reserve <= 10000, "a reserve of 0 to 10,000 percent");
        rows built;
        built.arrivals = expected.total();
        std::vector<task_mix::entry> places;
        for (const task_mix::entry& each : expected.entries()) {
            built.compute += each.request.total_compute().count() * each.count;
            const std::optional<request> place = reserve > 0 ? place_of(each.request) : std::nullopt;
            if (!place) continue;
            places.push_back({*place, each.count});
            built.enter(places.back());
        }
        std::stable_sort(built.classes.begin(), built.classes.end(),
                         [](const scarce_class& a, const scarce_class& b) { return b.wanted < a.wanted; });
        if (built.classes.size() > reserved_capacity_view::most_classes)
            built.classes.resize(reserved_capacity_view::most_classes);
        for (scarce_class& each : built.classes) built.add_up(each, places, reserve);
        rows_ = std::make_shared<const rows>(std::move(built));
    }

    /// Valid while the table, or a copy of it, is.
    [[nodiscard]] reserved_capacity_view view() const noexcept {
        return {rows_->classes.data(), static_cast<std::int32_t>(rows_->classes.size())};
    }

    /// The classes that are tight on a cluster now, as bits by index. Cost: at most a look at each kind of node for
    /// each class; where there is plenty, at the first kinds.
    [[nodiscard]] std::uint32_t tight(const cluster& cluster) const noexcept {
        if (rows_->classes.empty() || rows_->compute == 0) return 0;
        const std::int64_t left = rounded(cluster.compute_free().count() * rows_->arrivals / rows_->compute);
        std::uint32_t bits = 0;
        for (std::size_t c = 0; c < rows_->classes.size(); ++c) {
            const scarce_class& scarce = rows_->classes[c];
            if (!has_more_places(scarce, cluster, left * scarce.wanted / reserved_capacity_view::scale))
                bits |= 1U << c;
        }
        return bits;
    }

    /// The places of a class that tasks would hold on average if all that arrive together took as much compute as the
    /// cluster has, in parts of scarcity_level. With a reserve of 100 percent, exactly those.
    [[nodiscard]] std::int64_t held_at_full_load(std::size_t index, const cluster& cluster) const noexcept {
        if (rows_->compute == 0) return 0;
        const std::int64_t arrivals = cluster.compute().count() * rows_->arrivals / rows_->compute;
        return arrivals * rows_->classes[index].wanted / (reserved_capacity_view::scale / scarcity_level::parts);
    }

    /// The places that the cluster has for a class now, or some number above the limit if they are more. Cost: at most a
    /// look at each type of node.
    [[nodiscard]] std::int64_t places(std::size_t index, const cluster& cluster, std::int64_t limit) const noexcept {
        return places_up_to(rows_->classes[index], cluster, limit);
    }

    friend bool operator==(const reserved_capacity_table& a, const reserved_capacity_table& b) noexcept {
        return a.rows_ == b.rows_;
    }

  private:
    struct rows {
        std::vector<scarce_class> classes;
        std::int64_t arrivals = 0;
        std::int64_t compute = 0; // of all arrivals, milli-GPUs

        void enter(const task_mix::entry& each) {
            const request& request = each.request;
            const auto cpu = static_cast<std::int32_t>(request.cpu.count());
            const auto memory = static_cast<std::int32_t>(request.memory.count());
            const std::int64_t gpus = each.count * request.gpus;
            for (scarce_class& known : classes)
                if (known.models == request.models && known.gpus == request.gpus && known.cpu == cpu) {
                    known.memory = std::max(known.memory, memory);
                    known.wanted += gpus;
                    return;
                }
            classes.push_back({request.models, request.gpus, cpu, memory, gpus});
        }

        /// Counts what arrivals of the mix want of a class; a task for twice the GPUs wants two places.
        void add_up(scarce_class& scarce, const std::vector<task_mix::entry>& places, int reserve) const {
            constexpr std::int64_t parts = 32; // of a place
            std::int64_t wanted = 0;
            for (const task_mix::entry& each : places)
                if (reserved_capacity_view::is_of(each.request, scarce))
                    wanted += each.count * each.request.gpus * parts / scarce.gpus;
            scarce.wanted = wanted * reserve * reserved_capacity_view::scale / (100 * arrivals * parts);
        }
    };

    /// The four highest binary digits.
    [[nodiscard]] static std::int64_t rounded(std::int64_t count) noexcept {
        const int surplus = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(count))) - 4;
        return surplus <= 0 ? count : count >> surplus << surplus;
    }

    [[nodiscard]] static bool has_more_places(const scarce_class& scarce, const cluster& cluster,
                                              std::int64_t limit) noexcept {
        return places_up_to(scarce, cluster, limit) > limit;
    }

    [[nodiscard]] static std::int64_t places_up_to(const scarce_class& scarce, const cluster& cluster,
                                                   std::int64_t limit) noexcept {
        std::int64_t room = 0;
        for (std::size_t k = 0; k < cluster.types().size() && room <= limit; ++k) {
            const node_type& type = cluster.types()[k];
            if ((type.models & scarce.models).empty() || type.gpu_count < scarce.gpus ||
                type.cpu.count() < scarce.cpu || type.memory.count() < scarce.memory)
                continue;
            room += cluster.free_of_type(k).room_for(scarce.gpus, type.gpu_count);
        }
        return room;
    }

    std::shared_ptr<const rows> rows_;
};

} // namespace gpupack::policy
