// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/random.hpp>
#include <gpupack/workload/seed_stream.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::workload {

/// Tasks that arrive one after the other: all of them in a given order, then more drawn with replacement, until the
/// next one would pass the compute that may arrive. The same on the host and in a kernel.
///
/// Source: how FGD's simulator tunes its workload (docs/sources.md#fgd).
/// @tparam Index  of a task
template <class Index> class arrival_stream {
  public:
    static constexpr std::uint64_t end = ~std::uint64_t{0}; ///< What next() returns when no more tasks arrive.
    static constexpr std::int64_t each_once = -1;           ///< No bound: each task arrives once.

    arrival_stream() = default;
    /// @param order    [count]  in which the tasks arrive first
    /// @param compute  [count]  milli-GPUs that each task requests
    /// @param count    of tasks
    /// @param most     milli-GPUs that may arrive, or each_once
    /// @param seed     what more tasks are drawn from
    GPUPACK_HD constexpr arrival_stream(const Index* order, const std::int32_t* compute, std::uint64_t count,
                                        std::int64_t most, std::uint64_t seed) noexcept
        : order_{order}, compute_{compute}, count_{count}, most_{most}, random_{
                                                                            stream_of(seed, seed_stream::resampling)} {}

    /// The next task, or `end` from then on. Where no task requests a GPU, each arrives once.
    [[nodiscard]] GPUPACK_HD constexpr std::uint64_t next() noexcept {
        if (is_over_ || (arrivals_ >= count_ && (most_ == each_once || arrived_ == 0))) return end;
        const std::uint64_t task = arrivals_ < count_ ? std::uint64_t{order_[arrivals_]} : random_.below(count_);
        if (most_ != each_once && arrived_ + compute_[task] > most_) {
            is_over_ = true;
            return end;
        }
        ++arrivals_;
        arrived_ += compute_[task];
        return task;
    }

    /// Milli-GPUs that the tasks so far requested.
    [[nodiscard]] GPUPACK_HD constexpr std::int64_t arrived() const noexcept { return arrived_; }

  private:
    const Index* order_ = nullptr;
    const std::int32_t* compute_ = nullptr;
    std::uint64_t count_ = 0;
    std::int64_t most_ = each_once;
    random_stream random_{0};
    std::uint64_t arrivals_ = 0;
    std::int64_t arrived_ = 0;
    bool is_over_ = false;
};

} // namespace gpupack::workload
