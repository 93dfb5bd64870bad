// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/hash_index.hpp>
#include <gpupack/request/hash.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/task_mix.hpp>

#include <cstdint>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// The tasks that are expected, learnt from those that came: old ones fade, so that the mix follows a workload that
/// changes.
///
/// Each arrival counts 64; after every `half_life` arrivals all counts are halved, and shapes that fall below 1 are
/// forgotten. Whole numbers, so that it is the same everywhere.
class learned_mix {
  public:
    /// @param half_life  arrivals, at least 1
    explicit learned_mix(std::int64_t half_life = 2000) : half_life_{half_life} {
        GPUPACK_EXPECTS(half_life >= 1, "a half-life of 1 arrival or more");
    }

    /// Takes one arrival into account. Cost: constant, and every half_life arrivals in the number of shapes known.
    void observe(const request& arrived) {
        const auto known =
            by_request_.find(hash_of(arrived), [&](std::uint32_t shape) { return shapes_[shape].request == arrived; });
        if (!known) enter(shapes_, {arrived, 0});
        shapes_[known.value_or(static_cast<std::uint32_t>(shapes_.size() - 1))].count += one;
        if (++arrivals_ % half_life_ == 0) age();
    }

    /// How many arrivals it has seen.
    [[nodiscard]] std::int64_t arrivals() const noexcept { return arrivals_; }

    /// The mix as it is now, in the order in which shapes first came; counts are halved together, as often as it
    /// takes for their sum to be at most 2^20.
    [[nodiscard]] task_mix mix() const {
        std::int64_t total = 0;
        for (const task_mix::entry& each : shapes_) total += each.count;
        int halvings = 0;
        while ((total >> halvings) > most) ++halvings;
        task_mix made;
        for (const task_mix::entry& each : shapes_)
            if (const std::int64_t count = each.count >> halvings; count > 0) made.add(each.request, count);
        return made;
    }

  private:
    static constexpr std::int64_t one = 64;
    static constexpr std::int64_t most = std::int64_t{1} << 20; // what policies take

    void age() {
        std::vector<task_mix::entry> kept;
        by_request_.clear();
        for (task_mix::entry& each : shapes_) {
            each.count /= 2;
            if (each.count > 0) enter(kept, each);
        }
        shapes_ = std::move(kept);
    }

    void enter(std::vector<task_mix::entry>& shapes, const task_mix::entry& shape) {
        by_request_.insert(hash_of(shape.request), static_cast<std::uint32_t>(shapes.size()));
        shapes.push_back(shape);
    }

    std::int64_t half_life_;
    std::int64_t arrivals_ = 0;
    std::vector<task_mix::entry> shapes_;
    hash_index by_request_; // of shapes_
};

} // namespace gpupack
