#pragma once

#include <gpupack/core/config.hpp>
#include <gpupack/core/units.hpp>

#include <cstdint>

namespace gpupack {

/// The ways in which a GPU is shared; a GPU is in one of them at a time.
///
/// idle       nothing is placed on it, and any way is open
/// exclusive  one task has the whole GPU
/// slices     tasks have parts of its memory and compute
enum class sharing : std::uint8_t { idle, exclusive, slices };

/// Asks for whole GPUs that no other task uses.
struct exclusive {
    GPUPACK_HD friend constexpr bool operator==(exclusive, exclusive) noexcept { return true; }
};

/// Asks for a part of each GPU: memory, compute, or both; what is left 0 is not asked for.
///
/// memory   MiB on each GPU
/// compute  milli-GPUs on each GPU, at most 1000; a slice of 1000 may still share the memory of an idle GPU
struct slice {
    mebibytes memory{};
    milli_gpu compute{};

    GPUPACK_HD friend constexpr bool operator==(slice a, slice b) noexcept {
        return a.memory == b.memory && a.compute == b.compute;
    }
};

/// The way in which a request wants its GPUs, with the amounts on each: any of the types above, held flat.
class share {
  public:
    /// Whole GPUs.
    share() = default;
    GPUPACK_HD constexpr share(exclusive) noexcept {} // NOLINT(google-explicit-constructor): a variant
    GPUPACK_HD constexpr share(slice part) noexcept   // NOLINT(google-explicit-constructor)
        : way_{sharing::slices}, memory_{part.memory}, compute_{part.compute} {}

    [[nodiscard]] GPUPACK_HD constexpr sharing way() const noexcept { return way_; }
    /// MiB asked of each GPU; 0 for whole GPUs, which give all they have.
    [[nodiscard]] GPUPACK_HD constexpr mebibytes memory() const noexcept { return memory_; }
    /// Milli-GPUs asked of each GPU; 1000 for whole GPUs.
    [[nodiscard]] GPUPACK_HD constexpr milli_gpu compute() const noexcept { return compute_; }

    GPUPACK_HD friend constexpr bool operator==(const share& a, const share& b) noexcept {
        return a.way_ == b.way_ && a.memory_ == b.memory_ && a.compute_ == b.compute_;
    }

  private:
    sharing way_ = sharing::exclusive;
    mebibytes memory_{};
    milli_gpu compute_ = whole_gpu;
};

} // namespace gpupack
