// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/request/hash.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/workload/task.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <queue>
#include <unordered_map>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay {

/// Holds the tasks that wait, and decides in which order they are tried again: a queue discipline.
template <class Queue>
concept waiting_queue = std::default_initializable<Queue> &&
                        requires(Queue queue, const Queue& full, const workload::task& task, std::size_t arrival,
                                 bool (*start)(std::size_t)) {
    { full.size() } -> std::convertible_to<std::size_t>;
    queue.push(arrival, task); // adds an arrival, by its number
    queue.retry(start);        // something has left: calls start(arrival) for those to be tried, drops those it placed
    { queue.take_all() } -> std::same_as<std::vector<std::size_t>>; // what still waits, earliest first
};

/// Tries what waits in order of arrival; a task that does not fit does not hold up those behind it.
///
/// A request that was refused in a pass is not tried again in this pass: nothing has been released since.
/// Cost of a pass: one try for each task placed and each distinct request that waits, whatever the number of tasks.
class arrival_order_queue {
  public:
    /// How many tasks wait.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// Adds an arrival; later ones have higher numbers.
    void push(std::size_t arrival, const workload::task& task) {
        const auto [entry, is_new] = numbers_.try_emplace({task.request, task.members}, classes_.size());
        if (is_new) classes_.emplace_back();
        classes_[entry->second].push_back(arrival);
        ++size_;
    }

    /// Tries what waits.
    ///
    /// @param start  called with the number of an arrival; returns whether it was placed
    template <class Start> void retry(Start&& start) {
        using head = std::pair<std::size_t, std::size_t>; // an arrival, and its request class
        std::vector<head> first;
        for (std::size_t c = 0; c < classes_.size(); ++c)
            if (!classes_[c].empty()) first.emplace_back(classes_[c].front(), c);
        std::priority_queue<head, std::vector<head>, std::greater<head>> heads{std::greater<head>{}, std::move(first)};
        while (!heads.empty()) {
            const auto [arrival, number] = heads.top();
            heads.pop();
            if (!start(arrival)) continue; // and nothing of this class in this pass
            std::deque<std::size_t>& rest = classes_[number];
            rest.pop_front();
            --size_;
            if (!rest.empty()) heads.emplace(rest.front(), number);
        }
    }

    /// Empties the queue.
    ///
    /// @return the arrivals that waited, earliest first
    [[nodiscard]] std::vector<std::size_t> take_all() {
        std::vector<std::size_t> all;
        for (std::deque<std::size_t>& each : classes_) {
            all.insert(all.end(), each.begin(), each.end());
            each.clear();
        }
        size_ = 0;
        std::sort(all.begin(), all.end());
        return all;
    }

  private:
    using request_class = std::pair<request, int>; // and the number of members
    struct hash {
        std::size_t operator()(const request_class& key) const noexcept {
            return static_cast<std::size_t>(hash_of(key.first) ^ static_cast<std::uint64_t>(key.second));
        }
    };

    std::unordered_map<request_class, std::size_t, hash> numbers_;
    std::vector<std::deque<std::size_t>> classes_; // [request classes]  arrivals
    std::size_t size_ = 0;
};

} // namespace gpupack::replay
