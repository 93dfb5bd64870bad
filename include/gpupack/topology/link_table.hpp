#pragma once

#include <gpupack/core/check.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/topology/link.hpp>
#include <gpupack/topology/node_topology.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace gpupack {

/// Which NVLinks count for the score of a set of GPUs: all, or only those that join two GPUs without a switch, as
/// go-gpuallocator sees them.
enum class nvlink_count : std::uint8_t { all, direct };

/// What the topology of a node says about sets of its GPUs: the flat form of a node_topology, with what policies
/// ask of it for every decision added up beforehand.
///
/// The score of a set is the sum of link_score over its pairs. Up to 16 GPUs the scores of all sets stand in a
/// table, and what sets of 2 to 8 GPUs pack to; beyond, scores are added up when asked for.
/// cost    built once, with the cluster: some 0.1 ms for 8 GPUs, 15 ms for 16 (30 with NVSwitches), where decisions
///         must not pay for it
/// memory  5 KiB; on 8 GPUs 8 KiB more (16 with NVSwitches), on 16 GPUs 2 MiB (4)
class link_table {
  public:
    /// The most GPUs for which sets are tabled.
    static constexpr int most_tabled = 16;
    /// The most GPUs of a set whose packing is tabled.
    static constexpr int most_packed = 8;

    /// of  checked
    explicit link_table(const node_topology& of)
        : gpus_{of.gpus()}, switched_{of.switched}, partition_count_{static_cast<int>(of.partitions.size())} {
        for (std::size_t p = 0; p < of.partitions.size(); ++p) partitions_[p] = of.partitions[p];
        for (std::size_t a = 0; a < of.links.size(); ++a)
            for (std::size_t b = 0; b < of.links.size(); ++b) {
                if (a == b) continue;
                const gpu_link& link = of.links[a][b];
                pairs_[0][a][b] = static_cast<std::int16_t>(link_score(link));
                pairs_[1][a][b] = static_cast<std::int16_t>(of.switched ? link_score(link.pcie) : link_score(link));
            }
        for (const nic& each : of.nics)
            for (std::size_t g = 0; g < each.to_gpus.size(); ++g) {
                const auto score = static_cast<std::uint8_t>(link_score(each.to_gpus[g]));
                if (score > nics_[g]) nics_[g] = score;
            }
        if (gpus_ > most_tabled) return;
        for (int which = 0; which < (switched_ ? 2 : 1); ++which) {
            add_up(which);
            for (int size = 2; size <= most_packed && size <= gpus_; ++size) pack(which, size);
        }
        for (int size = 1; size <= gpus_; ++size)
            for_each_subset(gpu_set::first(gpus_), size, [&](gpu_set set) {
                std::int32_t& best = best_[static_cast<std::size_t>(size)];
                if (score(set) > best) best = score(set);
            });
    }

    link_table(const link_table&) = delete;
    link_table& operator=(const link_table&) = delete;

    [[nodiscard]] GPUPACK_HD int gpus() const noexcept { return gpus_; }
    /// Whether the scores of all sets stand in a table.
    [[nodiscard]] GPUPACK_HD bool is_tabled() const noexcept { return gpus_ <= most_tabled; }
    /// The link score of two different GPUs.
    [[nodiscard]] GPUPACK_HD std::int32_t pair(int a, int b, nvlink_count by = nvlink_count::all) const noexcept {
        return pairs_[by == nvlink_count::direct ? 1 : 0][a][b];
    }
    /// The link score of the GPU's best way to the network: 10 to 60; 0 where there is no adapter.
    [[nodiscard]] GPUPACK_HD int to_network(int gpu) const noexcept { return nics_[gpu]; }
    /// How many sets the NVSwitches can set apart, as the owner told them, and the nth of them.
    [[nodiscard]] GPUPACK_HD int partition_count() const noexcept { return partition_count_; }
    [[nodiscard]] GPUPACK_HD gpu_set partition(int nth) const noexcept { return partitions_[nth]; }

    /// The score of a set: the sum over its pairs. Cost: a look-up; beyond 16 GPUs, a sum.
    [[nodiscard]] GPUPACK_HD std::int32_t score(gpu_set set, nvlink_count by = nvlink_count::all) const noexcept {
        if (is_tabled()) return sums_[table_of(by)][set.bits()];
        std::int32_t sum = 0;
        for_each_gpu(set, [&](int a) { for_each_gpu(set, [&](int b) { sum += a < b ? pair(a, b, by) : 0; }); });
        return sum;
    }

    /// The best score of any set of that size on this node when it is empty; 0 beyond 16 GPUs, where it is not known.
    [[nodiscard]] GPUPACK_HD std::int32_t best(int size) const noexcept { return best_[size]; }

    /// The best total score of disjoint sets of that size among these GPUs, on a node of at most 16.
    ///
    /// size  2 to 8, and no more than the node has GPUs
    [[nodiscard]] GPUPACK_HD std::int32_t packed(int size, gpu_set among,
                                                 nvlink_count by = nvlink_count::all) const noexcept {
        GPUPACK_EXPECTS(is_tabled() && size >= 2 && size <= most_packed && size <= gpus_,
                        "a size of 2 to 8, on a node of at most 16 GPUs that has as many");
        return packings_[table_of(by)][size][among.bits()];
    }

  private:
    [[nodiscard]] GPUPACK_HD int table_of(nvlink_count by) const noexcept {
        return by == nvlink_count::direct && switched_ ? 1 : 0;
    }

    void add_up(int which) {
        std::vector<std::int32_t>& sums = storage_.emplace_back(std::size_t{1} << gpus_);
        for (std::uint32_t set = 1; set < sums.size(); ++set) {
            const int low = lowest_bit(set);
            std::int32_t sum = sums[set & (set - 1)];
            for_each_gpu(gpu_set::from_bits(set & (set - 1)), [&](int b) { sum += pairs_[which][low][b]; });
            sums[set] = sum;
        }
        sums_[which] = sums.data();
    }

    /// As every set scores something, as many are packed as there is room for. So where the size does not divide the
    /// number of GPUs, one of them stays out; where it does, the lowest is in one of the sets.
    void pack(int which, int size) {
        std::vector<std::int32_t>& packed = storage_.emplace_back(std::size_t{1} << gpus_);
        const std::int32_t* const sums = sums_[which];
        for (std::uint32_t bits = 1; bits < packed.size(); ++bits) {
            const gpu_set set = gpu_set::from_bits(bits);
            std::int32_t best = 0;
            const auto offer = [&](std::int32_t total) { best = total > best ? total : best; };
            if (set.size() % size != 0) {
                for_each_gpu(set, [&](int out) { offer(packed[(set - gpu_set::of(out)).bits()]); });
            } else {
                const gpu_set lowest = set.lowest(1);
                for_each_subset(set - lowest, size - 1, [&](gpu_set partners) {
                    const gpu_set taken = partners | lowest;
                    offer(sums[taken.bits()] + packed[(set - taken).bits()]);
                });
            }
            packed[bits] = best;
        }
        packings_[which][size] = packed.data();
    }

    int gpus_ = 0;
    bool switched_ = false;
    int partition_count_ = 0;
    std::int16_t pairs_[2][max_gpus_per_node][max_gpus_per_node] = {};
    std::uint8_t nics_[max_gpus_per_node] = {};
    std::int32_t best_[max_gpus_per_node + 1] = {};
    const std::int32_t* sums_[2] = {};                      // [sets]  by which NVLinks count
    const std::int32_t* packings_[2][most_packed + 1] = {}; // [sets]  and by size
    gpu_set partitions_[max_partitions] = {};
    std::deque<std::vector<std::int32_t>> storage_; // what these point to
};

} // namespace gpupack
