// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/units.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace gpupack::inline GPUPACK_ABI::plan {

/// What quotas count.
enum class quota_resource : std::uint8_t {
    gpus,  ///< Milli-GPUs.
    cpu,   ///< Milli-cores.
    memory ///< MiB of the host.
};

/// How many there are.
inline constexpr std::size_t quota_resources = 3;

/// Their names, in their order.
inline constexpr std::array<std::string_view, quota_resources> quota_resource_names{"gpus", "cpu", "memory"};

/// An amount of each resource; of quotas, `unlimited` says that there is no bound.
struct quota_amounts {
    /// No bound. Half of what 64 bits hold, halved, so that sums of two do not overflow.
    static constexpr std::int64_t unlimited = std::numeric_limits<std::int64_t>::max() / 4;

    milli_gpu gpus{};   ///< GPUs, parts of them counted in.
    milli_cpu cpu{};    ///< CPU.
    mebibytes memory{}; ///< Memory of the host.

    /// No bound on any of them.
    [[nodiscard]] static constexpr quota_amounts none() noexcept {
        return {milli_gpu{unlimited}, milli_cpu{unlimited}, mebibytes{unlimited}};
    }
    /// The amount of one resource.
    [[nodiscard]] constexpr std::int64_t operator[](std::size_t resource) const noexcept {
        return resource == 0 ? gpus.count() : resource == 1 ? cpu.count() : memory.count();
    }

    friend constexpr bool operator==(const quota_amounts&, const quota_amounts&) = default;
};

/// What a tenant may use, in Kueue's words: a nominal quota, what it may borrow of the nominal quotas that others of its
/// cohort do not use, and what of its own it lends them; beside it Slurm's GrpTRES, which nothing raises.
///
/// Source: Kueue's ClusterQueue, Slurm's GrpTRES and fair share (docs/sources.md#quotas).
struct tenant_quota {
    std::string name;        ///< Unique.
    std::string cohort{};    ///< Who lends to each other; empty: it neither lends nor borrows.
    quota_amounts nominal{}; ///< What it has a right to.
    quota_amounts borrowing_limit = quota_amounts::none(); ///< What it may use beyond it, if others lend it.
    quota_amounts lending_limit = quota_amounts::none(); ///< What of the nominal quota others may use; none: all of it.
    quota_amounts limit = quota_amounts::none();         ///< What it may use at most, whatever else is free: GrpTRES.
    std::int64_t weight = 1; ///< Where several want what is lent: twice the weight, twice as much. From 1 to 1,000,000.
};

} // namespace gpupack::inline GPUPACK_ABI::plan
