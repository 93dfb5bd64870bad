// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/request/request.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// The tasks that are expected: distinct requests, each with how often it comes. What policies that look beyond the
/// present request measure the future by.
class task_mix {
  public:
    /// One request and its weight; a weight is a count, so that no probability is ever rounded.
    struct entry {
        gpupack::request request;
        std::int64_t count = 0;

        friend bool operator==(const entry&, const entry&) = default;
    };

    task_mix() = default;

    /// Adds a request that comes `count` times; equal requests are counted together.
    ///
    /// cost  the number of distinct requests; a mix is made once
    void add(const request& request, std::int64_t count = 1) {
        GPUPACK_EXPECTS(count > 0, "a count above 0");
        total_ += count;
        for (entry& known : entries_)
            if (known.request == request) {
                known.count += count;
                return;
            }
        entries_.push_back({request, count});
    }

    [[nodiscard]] const std::vector<entry>& entries() const noexcept { return entries_; }
    /// The sum of all counts.
    [[nodiscard]] std::int64_t total() const noexcept { return total_; }
    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }

    /// The most frequent requests, as many as are needed to make up `percent` of the whole: what FGD calls the
    /// typical tasks. Host memory is not looked at.
    ///
    /// ties    equal counts: more CPU first, then more compute a GPU, more GPUs, the larger set of models
    /// source  GetTypicalPods of FGD's simulator (docs/sources.md#fgd)
    [[nodiscard]] task_mix typical(int percent) const {
        GPUPACK_EXPECTS(percent >= 0 && percent <= 100, "a percentage");
        task_mix merged;
        for (const entry& each : entries_) {
            request request = each.request;
            request.memory = mebibytes{0};
            merged.add(request, each.count);
        }
        const auto order = [](const entry& each) {
            const request& request = each.request;
            return std::tuple{each.count, request.cpu.count(), request.gpus == 0 ? 0 : request.share.compute().count(),
                              request.gpus, request.models.bits()};
        };
        std::stable_sort(merged.entries_.begin(), merged.entries_.end(),
                         [&](const entry& a, const entry& b) { return order(b) < order(a); });
        task_mix chosen;
        for (const entry& each : merged.entries_) {
            if (100 * chosen.total_ >= percent * merged.total_) break;
            chosen.entries_.push_back(each);
            chosen.total_ += each.count;
        }
        return chosen;
    }

    friend bool operator==(const task_mix&, const task_mix&) = default;

  private:
    std::vector<entry> entries_;
    std::int64_t total_ = 0;
};

} // namespace gpupack
