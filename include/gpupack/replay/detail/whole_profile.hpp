// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/fit/wanted_gpus.hpp>
#include <gpupack/replay/detail/node_copy.hpp>
#include <gpupack/replay/detail/whole_gpus.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/node_view.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay::detail {

/// What is free when on a node on which everything is whole: a step for each time at which that changes.
///
/// Cost: to make it, the square of what is on the node; to ask it, the steps until the end of what is asked.
class whole_profile {
  public:
    /// Makes it.
    ///
    /// @param idle      the node with nothing of what follows on it
    /// @param bookings  what is on it, and who has reserved a place
    void assign(const whole_gpus& idle, const std::vector<booking>& bookings) {
        whole_gpus all_run = idle;
        steps_.clear();
        steps_.push_back({first_time, false, idle});
        for (const booking& each : bookings) {
            if (each.running) {
                all_run.add(each);
            } else {
                steps_.push_back({each.begin, true, idle});
            }
            steps_.push_back({each.end, false, idle});
        }
        // At each time the steps at which somebody begins come first: they are looked at.
        std::sort(steps_.begin(), steps_.end(), [](const step& a, const step& b) {
            return a.time != b.time ? a.time < b.time : a.begins && !b.begins;
        });
        steps_.erase(
            std::unique(steps_.begin(), steps_.end(), [](const step& a, const step& b) { return a.time == b.time; }),
            steps_.end());
        for (step& each : steps_) {
            each.free = all_run;
            for (const booking& one : bookings)
                if (one.running && one.end <= each.time) each.free.remove(one);
            for (const booking& one : bookings)
                if (!one.running && one.begin <= each.time && one.end > each.time) each.free.add_if_free(one);
        }
    }

    /// What is free at a time.
    [[nodiscard]] const whole_gpus& at(std::int64_t time) const noexcept { return steps_[index_at(time)].free; }

    /// The GPUs that serve a request from begin to end; nothing where there are too few of them, or too little of the host.
    [[nodiscard]] std::optional<gpu_set> during(const node_view& node, const request& request, std::int64_t begin,
                                                std::int64_t end) const noexcept {
        gpu_set serving;
        if (until(node, request, begin, end, serving) < end) return std::nullopt;
        return serving;
    }
    /// Until when enough GPUs serve a request that begins at a time, and the host does; never where nobody who has reserved a place
    /// takes them.
    [[nodiscard]] std::int64_t until(const node_view& node, const request& request, std::int64_t begin) const noexcept {
        gpu_set serving;
        return until(node, request, begin, last_time, serving);
    }

  private:
    static constexpr std::int64_t first_time = std::numeric_limits<std::int64_t>::min();
    static constexpr std::int64_t last_time = std::numeric_limits<std::int64_t>::max();

    struct step {
        std::int64_t time; // from when on
        bool begins;       // whether somebody takes a place then that was reserved
        whole_gpus free;
    };

    /// The same, but at most until an end, with the GPUs that serve until then.
    [[nodiscard]] std::int64_t until(const node_view& node, const request& request, std::int64_t begin,
                                     std::int64_t end, gpu_set& serving) const noexcept {
        std::size_t i = index_at(begin);
        serving = request.gpus == 0 ? gpu_set{} : steps_[i].free.gpus();
        if (!is_enough(steps_[i].free, node, request, serving)) return begin;
        if (request.gpus > 0) serving = serving & fit::wanted_gpus(node, request);
        if (serving.size() < request.gpus) return begin;
        // nvcc takes time < end for the beginning of a template.
        for (++i; i < steps_.size() && end > steps_[i].time; ++i) {
            if (!steps_[i].begins) continue;
            serving = serving & steps_[i].free.gpus();
            if (!is_enough(steps_[i].free, node, request, serving)) return steps_[i].time;
        }
        return end;
    }
    [[nodiscard]] static bool is_enough(const whole_gpus& free, const node_view& node, const request& request,
                                        gpu_set serving) noexcept {
        return serving.size() >= request.gpus && free.host_fits(node, request);
    }
    [[nodiscard]] std::size_t index_at(std::int64_t time) const noexcept {
        const auto after =
            std::partition_point(steps_.begin(), steps_.end(), [time](const step& each) { return each.time <= time; });
        return static_cast<std::size_t>(after - steps_.begin()) - 1;
    }

    std::vector<step> steps_; // the earliest first, which is before all times
};

} // namespace gpupack::inline GPUPACK_ABI::replay::detail
