// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/random.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI::workload {

/// Numbers of the random streams that are drawn from one seed: the nodes' order is not the tasks'.
enum class seed_stream : std::uint64_t { node_order = 1, task_order = 2, resampling = 3 };

/// The generator of one of the streams of a seed.
[[nodiscard]] GPUPACK_HD constexpr random_stream stream_of(std::uint64_t seed, seed_stream stream) noexcept {
    return random_stream{mix_bits(seed ^ mix_bits(static_cast<std::uint64_t>(stream)))};
}

/// Writes 0 to count - 1 in an order drawn from the seed.
///
/// order  [count]
template <class Index> GPUPACK_HD constexpr void draw_order(Index* order, std::uint64_t count, std::uint64_t seed,
                                                            seed_stream stream) noexcept {
    for (std::uint64_t i = 0; i < count; ++i) order[i] = static_cast<Index>(i);
    random_stream random = stream_of(seed, stream);
    for (std::uint64_t rest = count; rest > 1; --rest) {
        const std::uint64_t drawn = random.below(rest);
        const Index last = order[rest - 1];
        order[rest - 1] = order[drawn];
        order[drawn] = last;
    }
}

/// Tasks that arrive one after the other: all of them in a given order, then more drawn with replacement, until the
/// next one would pass the compute that may arrive. The same on the host and in a kernel.
///
/// order    [count]  of the tasks
/// compute  [count]  milli-GPUs that each task asks for
/// most     milli-GPUs that may arrive; `each_once` without a bound
/// source   how FGD's simulator tunes its workload (docs/sources.md#fgd)
template <class Index> class arrival_stream {
  public:
    static constexpr std::uint64_t end = ~std::uint64_t{0};
    static constexpr std::int64_t each_once = -1;

    arrival_stream() = default;
    GPUPACK_HD constexpr arrival_stream(const Index* order, const std::int32_t* compute, std::uint64_t count,
                                        std::int64_t most, std::uint64_t seed) noexcept
        : order_{order}, compute_{compute}, count_{count}, most_{most}, random_{stream_of(
                                                                            seed, seed_stream::resampling)} {}

    /// The next task; `end` from then on where no more arrive. Tasks that ask for no GPUs at all come once.
    [[nodiscard]] GPUPACK_HD constexpr std::uint64_t next() noexcept {
        if (over_ || (came_ >= count_ && (most_ == each_once || arrived_ == 0))) return end;
        const std::uint64_t task = came_ < count_ ? std::uint64_t{order_[came_]} : random_.below(count_);
        if (most_ != each_once && arrived_ + compute_[task] > most_) {
            over_ = true;
            return end;
        }
        ++came_;
        arrived_ += compute_[task];
        return task;
    }

    /// Milli-GPUs that the tasks so far asked for.
    [[nodiscard]] GPUPACK_HD constexpr std::int64_t arrived() const noexcept { return arrived_; }

  private:
    const Index* order_ = nullptr;
    const std::int32_t* compute_ = nullptr;
    std::uint64_t count_ = 0;
    std::int64_t most_ = each_once;
    random_stream random_{0};
    std::uint64_t came_ = 0;
    std::int64_t arrived_ = 0;
    bool over_ = false;
};

} // namespace gpupack::workload
