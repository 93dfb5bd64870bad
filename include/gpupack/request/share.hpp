// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/request/share_rule.hpp>
#include <gpupack/topology/profile_set.hpp>
#include <gpupack/topology/sharing.hpp>

#include <cstdint>

namespace gpupack::inline GPUPACK_ABI {

/// Asks for whole GPUs that no other task uses.
struct exclusive {
    GPUPACK_HD friend constexpr bool operator==(exclusive, exclusive) noexcept { return true; }
};

/// Asks for a part of each GPU: memory, compute, or both; what is left 0 is not asked for.
struct slice {
    mebibytes memory{}; ///< MiB on each GPU.
    /// Milli-GPUs on each GPU, at most 1000; a slice of 1000 may still share the memory of an idle GPU.
    milli_gpu compute{};
    int memory_percent =
        0; ///< Percent of each GPU's own memory, rounded down to MiB, in place of `memory`: from 1 to 100.
    int memory_millionths = 0; ///< The same in millionths, added to the percent: an eighth is 125000.
    share_rule rule{};         ///< How it is admitted and counted.

    GPUPACK_HD friend constexpr bool operator==(const slice& a, const slice& b) noexcept {
        return a.memory == b.memory && a.compute == b.compute && a.memory_percent == b.memory_percent &&
               a.memory_millionths == b.memory_millionths && a.rule == b.rule;
    }
};

/// Asks for memory in total, of which each GPU gives as much as suits: 40 GiB as 10 here and 30 there. The fullest
/// of the GPUs chosen are filled first, and each gives something.
struct split_slice {
    mebibytes memory{};  ///< MiB over all GPUs together.
    milli_gpu compute{}; ///< Milli-GPUs on each GPU.
    mebibytes least{1};  ///< MiB that each GPU gives at least.

    GPUPACK_HD friend constexpr bool operator==(split_slice a, split_slice b) noexcept {
        return a.memory == b.memory && a.compute == b.compute && a.least == b.least;
    }
};

/// Asks for an instance on each GPU: a MIG instance or a vGPU of one of some profiles. request/instances.hpp makes
/// it from names and amounts.
struct instance {
    sharing way = sharing::mig; ///< mig or vgpu.
    /// Profiles of the cluster's model_table; of those that one GPU has, the first with a place is taken.
    profile_set profiles{};
    mebibytes memory{};  ///< Memory of the smallest of the profiles; counts where the GPU is not known yet.
    milli_gpu compute{}; ///< Compute of the smallest of the profiles; counts where the GPU is not known yet.
    share_rule rule{};   ///< How it is counted.

    GPUPACK_HD friend constexpr bool operator==(const instance& a, const instance& b) noexcept {
        return a.way == b.way && a.profiles == b.profiles && a.rule == b.rule;
    }
};

/// The way in which a request wants its GPUs, with the amounts on each: any of the types above, held flat.
class share {
  public:
    /// Whole GPUs.
    share() = default;
    /// Whole GPUs.
    GPUPACK_HD constexpr share(exclusive) noexcept {} // NOLINT(google-explicit-constructor): a variant
    /// A slice of each GPU.
    GPUPACK_HD constexpr share(slice part) noexcept // NOLINT(google-explicit-constructor)
        : way_{sharing::slices}, rule_{part.rule}, memory_part_{part_of(part.memory_percent, part.memory_millionths)},
          memory_{part.memory}, compute_{part.compute} {}
    /// A slice over several GPUs.
    GPUPACK_HD constexpr share(split_slice part) noexcept // NOLINT(google-explicit-constructor)
        : way_{sharing::slices}, memory_{part.least}, compute_{part.compute}, total_memory_{part.memory} {}
    /// An instance on each GPU.
    GPUPACK_HD constexpr share(instance part) noexcept // NOLINT(google-explicit-constructor)
        : way_{part.way}, rule_{part.rule}, memory_{part.memory}, compute_{part.compute}, profiles_{part.profiles} {}

    /// How a GPU is shared.
    [[nodiscard]] GPUPACK_HD constexpr sharing way() const noexcept { return way_; }
    /// MiB asked of each GPU, the least of it for split slices; 0 for whole GPUs, which give all they have, and for
    /// percentages.
    [[nodiscard]] GPUPACK_HD constexpr mebibytes memory() const noexcept { return memory_; }
    /// MiB asked of all GPUs together, for split slices; else 0.
    [[nodiscard]] GPUPACK_HD constexpr mebibytes total_memory() const noexcept { return total_memory_; }
    /// Whether GPUs may give different amounts of memory.
    [[nodiscard]] GPUPACK_HD constexpr bool is_split() const noexcept { return total_memory_.count() != 0; }
    /// Millionths of its memory asked of each GPU; 0 where MiB are asked for.
    [[nodiscard]] GPUPACK_HD constexpr std::int32_t memory_part() const noexcept { return memory_part_; }
    /// The same in percent, rounded down: 0 for less than one.
    [[nodiscard]] GPUPACK_HD constexpr int memory_percent() const noexcept {
        return memory_part_ / millionths_a_percent;
    }
    /// The same in percent, rounded up.
    [[nodiscard]] GPUPACK_HD constexpr int memory_percent_up() const noexcept {
        return (memory_part_ + millionths_a_percent - 1) / millionths_a_percent;
    }
    /// How it is admitted and counted.
    [[nodiscard]] GPUPACK_HD constexpr share_rule rule() const noexcept { return rule_; }
    /// The same share under another rule.
    [[nodiscard]] GPUPACK_HD constexpr share with(share_rule rule) const noexcept {
        share changed = *this;
        changed.rule_ = rule;
        return changed;
    }
    /// Milli-GPUs asked of each GPU; 1000 for whole GPUs.
    [[nodiscard]] GPUPACK_HD constexpr milli_gpu compute() const noexcept { return compute_; }
    /// The profiles that will do, for instances.
    [[nodiscard]] GPUPACK_HD constexpr profile_set profiles() const noexcept { return profiles_; }

    /// Millionths of a GPU's memory in one percent.
    static constexpr std::int32_t millionths_a_percent = 10'000;

    /// MiB that a slice takes of a GPU with so many: parts are of each GPU, and rounded down.
    [[nodiscard]] GPUPACK_HD constexpr std::int32_t memory_of(std::int32_t gpu_memory) const noexcept {
        if (memory_part_ == 0) return static_cast<std::int32_t>(memory_.count());
        if (rule_.double_rounding) return static_cast<std::int32_t>(memory_part_ / 1e6 * gpu_memory);
        return static_cast<std::int32_t>(std::int64_t{gpu_memory} * memory_part_ / 1'000'000);
    }

    GPUPACK_HD friend constexpr bool operator==(const share& a, const share& b) noexcept {
        return a.way_ == b.way_ && a.rule_ == b.rule_ && a.memory_part_ == b.memory_part_ && a.memory_ == b.memory_ &&
               a.compute_ == b.compute_ && a.profiles_ == b.profiles_ && a.total_memory_ == b.total_memory_;
    }

  private:
    /// Both together in millionths; what would overflow stays out of range.
    [[nodiscard]] GPUPACK_HD static constexpr std::int32_t part_of(int percent, int millionths) noexcept {
        const std::int64_t sum = std::int64_t{percent} * millionths_a_percent + millionths;
        constexpr std::int64_t most = 2'000'000'000;
        return static_cast<std::int32_t>(sum > most ? most : sum < -most ? -most : sum);
    }

    sharing way_ = sharing::exclusive;
    share_rule rule_{};
    std::int32_t memory_part_ = 0; // millionths; beyond 100 percent as it was given: is_valid(request) judges it
    mebibytes memory_{};
    milli_gpu compute_ = whole_gpu;
    profile_set profiles_{};
    mebibytes total_memory_{};
};

} // namespace gpupack
