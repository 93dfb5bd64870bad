// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/gpu_subsets.hpp>
#include <gpupack/topology/link.hpp>
#include <gpupack/topology/link_view.hpp>
#include <gpupack/topology/node_topology.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// What the topology of a node says about sets of its GPUs: the flat form of a node_topology, with what policies
/// ask of it for every decision added up beforehand. It owns what link_view reads.
///
/// Cost: built once, with the cluster: some 0.1 ms for 8 GPUs, 15 ms for 16 (30 with NVSwitches), where decisions
/// must not pay for it.
/// Memory: 5 KiB; on 8 GPUs 8 KiB more (16 with NVSwitches), on 16 GPUs 2 MiB (4).
class link_table : public link_view {
  public:
    /// The tables of a topology.
    ///
    /// @param topology  checked
    explicit link_table(const node_topology& topology) {
        gpus_ = topology.gpus();
        switched_ = topology.switched;
        partition_count_ = static_cast<int>(topology.partitions.size());
        for (std::size_t p = 0; p < topology.partitions.size(); ++p) partitions_[p] = topology.partitions[p];
        for (std::size_t a = 0; a < topology.links.size(); ++a)
            for (std::size_t b = 0; b < topology.links.size(); ++b) {
                if (a == b) continue;
                const gpu_link& link = topology.links[a][b];
                pairs_[0][a][b] = static_cast<std::int16_t>(link_score(link));
                pairs_[1][a][b] =
                    static_cast<std::int16_t>(topology.switched ? link_score(link.pcie) : link_score(link));
            }
        for (const nic& each : topology.nics)
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

  private:
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

    std::vector<std::vector<std::int32_t>> storage_; // what the pointers of the view point to
};

} // namespace gpupack
