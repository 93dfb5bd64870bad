#pragma once

#include <gpupack/core/check.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/topology/link.hpp>
#include <gpupack/topology/node_topology.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace gpupack {

/// Which NVLinks count for the score of a set of GPUs: all, or only those that join two GPUs without a switch, as
/// go-gpuallocator sees them.
enum class nvlink_count : std::uint8_t { all, direct };

/// What the topology of a node says about sets of its GPUs: the flat form of a node_topology, with what policies
/// ask of it for every decision added up beforehand.
///
/// The score of a set is the sum of link_score over its pairs. Up to 16 GPUs the scores of all sets stand in a
/// table; beyond, they are added up when asked for.
/// memory  5 KiB; on 8 GPUs 1 or 2 KiB more, on 16 GPUs 256 or 512 KiB; and 1 or 256 KiB a size whose packing was
///         asked for
class link_table {
  public:
    /// The most GPUs for which sets are tabled.
    static constexpr int most_tabled = 16;

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
        add_up(0);
        if (switched_) add_up(1);
        for (int size = 1; size <= gpus_; ++size)
            for_each_subset(gpu_set::first(gpus_), size, [&](gpu_set set) {
                std::int32_t& best = best_[static_cast<std::size_t>(size)];
                if (score(set) > best) best = score(set);
            });
    }

    link_table(const link_table&) = delete;
    link_table& operator=(const link_table&) = delete;
    ~link_table() {
        for (const auto& packing : packings_) delete[] packing.load();
    }

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
        if (is_tabled()) return sums_of(by)[set.bits()];
        std::int32_t sum = 0;
        for_each_gpu(set, [&](int a) { for_each_gpu(set, [&](int b) { sum += a < b ? pair(a, b, by) : 0; }); });
        return sum;
    }

    /// The best score of any set of that size on this node when it is empty; 0 beyond 16 GPUs, where it is not known.
    [[nodiscard]] GPUPACK_HD std::int32_t best(int size) const noexcept { return best_[size]; }

    /// The best total score of disjoint sets of that size among these GPUs. need_packing must have been called.
    [[nodiscard]] std::int32_t packed(int size, gpu_set among, nvlink_count by = nvlink_count::all) const noexcept {
        const std::int32_t* const sums = packing(size, by).load(std::memory_order_acquire);
        GPUPACK_EXPECTS(sums != nullptr, "a size that need_packing was called for");
        return sums[among.bits()];
    }

    /// Adds up, once, what packed() answers for sets of that size; at most 16 GPUs. Any thread.
    ///
    /// cost  once, on 8 GPUs some 10 us, on 16 from 1 (pairs) to some 20 ms (sets of six); then a comparison
    void need_packing(int size, nvlink_count by = nvlink_count::all) const {
        GPUPACK_EXPECTS(is_tabled() && size >= 1 && size <= gpus_, "a size that a node of at most 16 GPUs has");
        std::atomic<const std::int32_t*>& slot = packing(size, by);
        if (slot.load(std::memory_order_acquire) != nullptr) return;
        std::unique_ptr<const std::int32_t[]> made = pack(size, by);
        const std::int32_t* none = nullptr;
        if (slot.compare_exchange_strong(none, made.get())) made.release(); // else another thread was faster
    }

  private:
    [[nodiscard]] GPUPACK_HD const std::int32_t* sums_of(nvlink_count by) const noexcept {
        return sums_[by == nvlink_count::direct && switched_ ? 1 : 0];
    }

    [[nodiscard]] std::atomic<const std::int32_t*>& packing(int size, nvlink_count by) const noexcept {
        const bool other = by == nvlink_count::direct && switched_;
        return packings_[static_cast<std::size_t>(size + (other ? most_tabled + 1 : 0))];
    }

    void add_up(std::size_t which) {
        std::vector<std::int32_t>& sums = sum_storage_[which];
        sums.assign(std::size_t{1} << gpus_, 0);
        for (std::uint32_t set = 1; set < sums.size(); ++set) {
            const int low = lowest_bit(set);
            std::int32_t sum = sums[set & (set - 1)];
            for_each_gpu(gpu_set::from_bits(set & (set - 1)), [&](int b) { sum += pairs_[which][low][b]; });
            sums[set] = sum;
        }
        sums_[which] = sums.data();
    }

    /// A set packs best either without its lowest GPU, or with that in one of the sets.
    [[nodiscard]] std::unique_ptr<const std::int32_t[]> pack(int size, nvlink_count by) const {
        const std::size_t sets = std::size_t{1} << gpus_;
        auto packed = std::make_unique<std::int32_t[]>(sets);
        for (std::uint32_t bits = 1; bits < sets; ++bits) {
            const gpu_set set = gpu_set::from_bits(bits);
            if (set.size() < size) continue;
            const gpu_set others = gpu_set::from_bits(bits & (bits - 1));
            std::int32_t best = packed[others.bits()];
            for_each_subset(others, size - 1, [&](gpu_set partners) {
                const gpu_set taken = partners | gpu_set::of(set.lowest());
                const std::int32_t total = score(taken, by) + packed[(set - taken).bits()];
                if (total > best) best = total;
            });
            packed[bits] = best;
        }
        return packed;
    }

    int gpus_ = 0;
    bool switched_ = false;
    int partition_count_ = 0;
    std::int16_t pairs_[2][max_gpus_per_node][max_gpus_per_node] = {};
    std::uint8_t nics_[max_gpus_per_node] = {};
    std::int32_t best_[max_gpus_per_node + 1] = {};
    const std::int32_t* sums_[2] = {};
    gpu_set partitions_[max_partitions] = {};
    std::array<std::vector<std::int32_t>, 2> sum_storage_;
    mutable std::array<std::atomic<const std::int32_t*>, 2 * (most_tabled + 1)> packings_{}; // owned
};

} // namespace gpupack
