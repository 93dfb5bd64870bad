// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/request/request.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// The tasks that are expected: distinct requests, each with how often it comes. What policies that look beyond the
/// present request measure the future by.
class task_mix {
  public:
    /// One request and its weight; a weight is a count, so that no probability is ever rounded.
    struct entry {
        gpupack::request request; ///< The request.
        std::int64_t count = 0;   ///< How often it comes.

        friend bool operator==(const entry&, const entry&) = default;
    };

    task_mix() = default;

    /// Adds a request that comes `count` times; equal requests are counted together. The cost is the number of
    /// distinct requests: a mix is made once.
    ///
    /// @param request the request
    /// @param count   how often it comes, above 0
    /// @param models  its model list as it was written, if it was; changes nothing but which tasks are typical()
    void add(const request& request, std::int64_t count = 1, std::string_view models = {}) {
        GPUPACK_EXPECTS(count > 0, "a count above 0");
        total_ += count;
        std::size_t number = 0;
        while (number < entries_.size() && !(entries_[number].request == request)) ++number;
        if (number == entries_.size()) entries_.push_back(entry{request});
        entries_[number].count += count;
        if (!models.empty()) count_spelling(number, models, count);
    }

    /// The distinct requests, in the order in which they were first added.
    [[nodiscard]] const std::vector<entry>& entries() const noexcept { return entries_; }
    /// The sum of all counts.
    [[nodiscard]] std::int64_t total() const noexcept { return total_; }
    /// Whether nothing is expected.
    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }

    /// The most frequent requests, as many as are needed to make up `percent` of the whole: what FGD calls the
    /// typical tasks. As there, host memory is ignored, and tasks whose model lists were written differently are
    /// different tasks, even if the lists choose the same models: the result then has several entries of one request.
    ///
    /// Ties between equal counts: more CPU first, then more compute per GPU, more GPUs, the greater text of the model
    /// list, the larger set of models.
    ///
    /// Source: GetTypicalPods of FGD's simulator (docs/sources.md#fgd).
    ///
    /// @param percent from 0 to 100
    [[nodiscard]] task_mix typical(int percent) const {
        GPUPACK_EXPECTS(percent >= 0 && percent <= 100, "a percentage");
        std::vector<written_task> tasks = written_tasks();
        std::stable_sort(tasks.begin(), tasks.end(),
                         [](const written_task& a, const written_task& b) { return a.precedes(b); });
        task_mix chosen;
        for (const written_task& each : tasks) {
            if (100 * chosen.total_ >= percent * total_) break;
            chosen.entries_.push_back({each.request, each.count});
            chosen.total_ += each.count;
        }
        return chosen;
    }

    friend bool operator==(const task_mix&, const task_mix&) = default;

  private:
    /// One way in which tasks of an entry wrote their model list: `A|B`, `B|A` and `A|B|B` choose alike.
    struct spelling {
        std::size_t entry = 0; ///< index into entries_
        std::string models;
        std::int64_t count = 0;

        friend bool operator==(const spelling&, const spelling&) = default;
    };

    /// What FGD's simulator takes for one task: a request without its host memory, and the text of its model list.
    struct written_task {
        gpupack::request request;
        std::string_view models;
        std::int64_t count = 0;

        /// Milli-GPUs of each GPU; 0 where it has none.
        [[nodiscard]] std::int64_t compute() const noexcept {
            return request.gpus == 0 ? 0 : request.share.compute().count();
        }
        /// Whether it comes before another among the typical tasks.
        [[nodiscard]] bool precedes(const written_task& other) const {
            if (count != other.count) return count > other.count;
            if (!(request.cpu == other.request.cpu)) return request.cpu > other.request.cpu;
            if (compute() != other.compute()) return compute() > other.compute();
            if (request.gpus != other.request.gpus) return request.gpus > other.request.gpus;
            if (models != other.models) return models > other.models;
            return request.models.bits() > other.request.models.bits();
        }
    };

    void count_spelling(std::size_t index, std::string_view models, std::int64_t count) {
        const auto known = std::find_if(spellings_.begin(), spellings_.end(), [&](const spelling& each) {
            return each.entry == index && each.models == models;
        });
        if (known == spellings_.end())
            spellings_.push_back({index, std::string{models}, count});
        else
            known->count += count;
    }

    [[nodiscard]] std::vector<written_task> written_tasks() const {
        std::vector<written_task> tasks;
        const auto count = [&](request request, std::string_view models, std::int64_t times) {
            request.memory = mebibytes{0};
            const auto known = std::find_if(tasks.begin(), tasks.end(), [&](const written_task& each) {
                return each.request == request && each.models == models;
            });
            if (known == tasks.end())
                tasks.push_back({request, models, times});
            else
                known->count += times;
        };
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            std::int64_t unwritten = entries_[i].count;
            for (const spelling& written : spellings_) {
                if (written.entry != i) continue;
                count(entries_[i].request, written.models, written.count);
                unwritten -= written.count;
            }
            if (unwritten > 0) count(entries_[i].request, {}, unwritten);
        }
        return tasks;
    }

    std::vector<entry> entries_;
    std::vector<spelling> spellings_; ///< of the tasks that came with a model list; only typical() reads them
    std::int64_t total_ = 0;
};

} // namespace gpupack::inline GPUPACK_ABI
