// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/replay/discipline.hpp>
#include <gpupack/workload/arrival.hpp>
#include <gpupack/workload/task.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace test {

using namespace gpupack;

/// The disciplines as they are told in a sentence, one second after the other: tasks of whole GPUs on equal nodes, which
/// are placed by first fit. Slow, and obvious.
class plain_queue {
  public:
    static constexpr std::int64_t waits = -1; ///< Start of a task that was not started.

    plain_queue(int nodes, int gpus, const std::vector<workload::task>& tasks,
                const std::vector<workload::arrival>& arrivals, const replay::discipline& discipline)
        : busy_(static_cast<std::size_t>(nodes), std::vector<std::int64_t>(static_cast<std::size_t>(gpus), 0)),
          tasks_{tasks}, arrivals_{arrivals}, discipline_{discipline}, starts_(arrivals.size(), waits) {}

    /// When each arrival started.
    [[nodiscard]] std::vector<std::int64_t> run() {
        std::size_t next = 0;
        for (std::int64_t now = 0; next < arrivals_.size() || !line_.empty(); ++now) {
            if (some_end_at(now)) serve(now);
            for (; next < arrivals_.size() && arrivals_[next].time == now; ++next) {
                line_.push_back(next);
                // Those whom it passes do not stand in its way.
                std::erase_if(reserved_, [&](const place& each) { return key_of(next) < key_of(each.arrival); });
                std::stable_sort(line_.begin(), line_.end(),
                                 [&](std::size_t a, std::size_t b) { return key_of(a) < key_of(b); });
                serve(now);
            }
        }
        return starts_;
    }

  private:
    struct place {
        std::size_t arrival;
        std::size_t node;
        std::vector<std::size_t> gpus;
        std::int64_t begin;
        std::int64_t end;
    };

    [[nodiscard]] std::pair<std::int64_t, std::size_t> key_of(std::size_t number) const {
        const std::int64_t priority = tasks_[arrivals_[number].task].priority;
        return {discipline_.ageing > 0 ? arrivals_[number].time - priority * discipline_.ageing : -priority,
                number};
    }
    [[nodiscard]] std::int64_t length_of(std::size_t number) const { return *arrivals_[number].duration; }
    [[nodiscard]] std::size_t gpus_of(std::size_t number) const {
        return static_cast<std::size_t>(tasks_[arrivals_[number].task].request.gpus);
    }

    [[nodiscard]] bool some_end_at(std::int64_t now) const {
        for (const auto& node : busy_)
            for (const std::int64_t end : node)
                if (end == now && now > 0) return true;
        return false;
    }

    /// The lowest GPUs of a node that nobody has, or has reserved, from begin on for so long.
    [[nodiscard]] std::optional<place> place_at(std::size_t number, std::size_t node, std::int64_t begin) const {
        const std::int64_t end = begin + length_of(number);
        place found{number, node, {}, begin, end};
        for (std::size_t g = 0; g < busy_[node].size() && found.gpus.size() < gpus_of(number); ++g) {
            bool free = busy_[node][g] <= begin;
            for (const place& other : reserved_) {
                const bool same =
                    other.node == node && std::find(other.gpus.begin(), other.gpus.end(), g) != other.gpus.end();
                free = free && (other.arrival == number || !same || other.end <= begin || other.begin >= end);
            }
            if (free) found.gpus.push_back(g);
        }
        return found.gpus.size() == gpus_of(number) ? std::optional{found} : std::nullopt;
    }

    bool start(std::size_t number, std::int64_t now) {
        for (std::size_t node = 0; node < busy_.size(); ++node) {
            const auto found = place_at(number, node, now);
            if (!found) continue;
            for (const std::size_t g : found->gpus) busy_[node][g] = found->end;
            starts_[number] = now;
            std::erase_if(reserved_, [&](const place& each) { return each.arrival == number; });
            std::erase(line_, number);
            return true;
        }
        return false;
    }

    void reserve(std::size_t number, std::int64_t now) {
        for (const place& each : reserved_)
            if (each.arrival == number) return;
        for (std::int64_t time = now + 1;; ++time)
            for (std::size_t node = 0; node < busy_.size(); ++node)
                if (const auto found = place_at(number, node, time)) return reserved_.push_back(*found);
    }

    /// Lets start what may start; says whether anything did.
    bool serve_once(std::int64_t now) {
        const std::vector<std::size_t> line = line_;
        bool any = false;
        std::size_t held = 0;
        const bool reserves =
            discipline_.order == replay::queue_rule::easy || discipline_.order == replay::queue_rule::conservative;
        const std::size_t depth = discipline_.order == replay::queue_rule::easy ? 1
                                  : discipline_.depth == 0                      ? line.size()
                                                                                : discipline_.depth;
        for (const std::size_t number : line) {
            if (start(number, now)) {
                any = true;
                continue;
            }
            if (discipline_.order == replay::queue_rule::strict) return any;
            if (!reserves || held >= depth) continue;
            reserve(number, now);
            ++held;
        }
        // Those whom others have passed give up what they had reserved.
        if (reserves) {
            std::vector<std::size_t> first;
            for (std::size_t i = 0; i < std::min(depth, line_.size()); ++i) first.push_back(line_[i]);
            std::erase_if(reserved_, [&](const place& each) {
                return std::find(first.begin(), first.end(), each.arrival) == first.end();
            });
        }
        return any;
    }
    void serve(std::int64_t now) {
        while (serve_once(now)) {
        }
    }

    std::vector<std::vector<std::int64_t>> busy_; // [nodes][GPUs]  until when
    const std::vector<workload::task>& tasks_;
    const std::vector<workload::arrival>& arrivals_;
    replay::discipline discipline_;
    std::vector<std::int64_t> starts_;
    std::vector<std::size_t> line_;
    std::vector<place> reserved_;
};

} // namespace test
