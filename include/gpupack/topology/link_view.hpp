// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/topology/link.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace gpupack::inline GPUPACK_ABI {

/// Which NVLinks count for the score of a set of GPUs: all, or only those that join two GPUs without a switch, as
/// go-gpuallocator sees them.
enum class nvlink_count : std::uint8_t { all, direct };

/// What policies ask of the links of a node, without the memory behind it, which a link_table owns: flat, so that a
/// copy of it, its tables copied along, answers alike in a kernel.
///
/// The score of a set is the sum of link_score over its pairs. Up to 16 GPUs the scores of all sets stand in a
/// table, and what sets of 2 to 8 GPUs pack to; beyond, scores are added up when asked for.
class link_view {
  public:
    /// The most GPUs for which sets are tabled.
    static constexpr int most_tabled = 16;
    /// The most GPUs of a set whose packing is tabled.
    static constexpr int most_packed = 8;

    /// The number of GPUs of the node.
    [[nodiscard]] GPUPACK_HD int gpus() const noexcept { return gpus_; }
    /// Whether the scores of all sets stand in a table.
    [[nodiscard]] GPUPACK_HD bool is_tabled() const noexcept { return gpus_ <= most_tabled; }
    /// The link score of two different GPUs.
    [[nodiscard]] GPUPACK_HD std::int32_t pair(int a, int b, nvlink_count nvlinks = nvlink_count::all) const noexcept {
        return pairs_[nvlinks == nvlink_count::direct ? 1 : 0][a][b];
    }
    /// The link score of the GPU's best way to the network: 10 to 60; 0 where there is no adapter.
    [[nodiscard]] GPUPACK_HD int to_network(int gpu) const noexcept { return nics_[gpu]; }
    /// How many sets the NVSwitches can set apart, as the owner told them, and the nth of them.
    [[nodiscard]] GPUPACK_HD int partition_count() const noexcept { return partition_count_; }
    /// The nth of the sets that the NVSwitches can set apart.
    [[nodiscard]] GPUPACK_HD gpu_set partition(int nth) const noexcept { return partitions_[nth]; }

    /// The score of a set: the sum over its pairs. Cost: a look-up; beyond 16 GPUs, a sum.
    [[nodiscard]] GPUPACK_HD std::int32_t score(gpu_set set, nvlink_count nvlinks = nvlink_count::all) const noexcept {
        if (is_tabled()) return sums_[table_of(nvlinks)][set.bits()];
        std::int32_t sum = 0;
        for_each_gpu(set, [&](int a) { for_each_gpu(set, [&](int b) { sum += a < b ? pair(a, b, nvlinks) : 0; }); });
        return sum;
    }

    /// The best score of any set of that size on this node when it is empty; 0 beyond 16 GPUs, where it is not known.
    [[nodiscard]] GPUPACK_HD std::int32_t best(int size) const noexcept { return best_[size]; }

    /// The best total score of disjoint sets of that size among these GPUs; 0 where it is not tabled: for sizes other
    /// than 2 to 8, and on nodes of more than 16 GPUs.
    [[nodiscard]] GPUPACK_HD std::int32_t packed(int size, gpu_set among,
                                                 nvlink_count nvlinks = nvlink_count::all) const noexcept {
        if (!is_tabled() || size < 2 || size > most_packed || size > gpus_) return 0;
        return packings_[table_of(nvlinks)][size][among.bits()];
    }

    /// Calls visit(pointer, count) for each table behind this, so that it can be copied along.
    GPUPACK_CALLS_BACK
    template <class Visit> GPUPACK_HD constexpr void for_each_table(Visit&& visit) {
        for (const std::int32_t*& sums : sums_) visit(sums, sums == nullptr ? std::size_t{0} : std::size_t{1} << gpus_);
        for (auto& of_which : packings_)
            for (const std::int32_t*& packing : of_which)
                visit(packing, packing == nullptr ? std::size_t{0} : std::size_t{1} << gpus_);
    }

  private:
    friend class link_table;

    [[nodiscard]] GPUPACK_HD int table_of(nvlink_count nvlinks) const noexcept {
        return nvlinks == nvlink_count::direct && switched_ ? 1 : 0;
    }

    int gpus_ = 0;
    bool switched_ = false;
    int partition_count_ = 0;
    std::int16_t pairs_[2][max_gpus_per_node][max_gpus_per_node] = {};
    std::uint8_t nics_[max_gpus_per_node] = {};
    std::int32_t best_[max_gpus_per_node + 1] = {};
    gpu_set partitions_[max_partitions] = {};
    const std::int32_t* sums_[2] = {};                      // [sets]  by which NVLinks count
    const std::int32_t* packings_[2][most_packed + 1] = {}; // [sets]  and by size
};

static_assert(std::is_trivially_copyable_v<link_view>);

} // namespace gpupack
