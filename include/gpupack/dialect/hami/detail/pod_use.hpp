// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/hami/pod_option.hpp>
#include <gpupack/topology/node_type.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::detail {

/// What the containers of a pod use of one GPU together.
struct hami_gpu_use {
    std::int64_t memory = 0;  ///< MiB.
    std::int64_t compute = 0; ///< Milli-GPUs.
    int slots = 0;            ///< Tasks that it counts for.
};

/// What a pod uses of the GPUs of its node: of each the largest of its init containers or the sum of its containers, whichever is
/// more.
class hami_pod_use {
  public:
    /// Counts a container in.
    void add(const std::vector<hami_grant>& grants, bool is_init) {
        for (const hami_grant& each : grants) {
            hami_gpu_use& use = (is_init ? init_ : sum_)[static_cast<std::size_t>(each.gpu)];
            if (is_init) {
                use.memory = std::max(use.memory, each.memory.count());
                use.compute = std::max(use.compute, std::int64_t{each.compute.count()});
                use.slots = 1;
            } else {
                use.memory += each.memory.count();
                use.compute += each.compute.count();
                ++use.slots;
            }
        }
    }

    /// Of one GPU.
    [[nodiscard]] hami_gpu_use of(int gpu) const {
        const hami_gpu_use& init = init_[static_cast<std::size_t>(gpu)];
        const hami_gpu_use& sum = sum_[static_cast<std::size_t>(gpu)];
        return {std::max(init.memory, sum.memory), std::max(init.compute, sum.compute),
                std::max(init.slots, sum.slots)};
    }
    /// Of all of them.
    [[nodiscard]] hami_usage total() const {
        hami_usage all;
        for (int i = 0; i < max_gpus_per_node; ++i) {
            all.memory += of(i).memory;
            all.cores += of(i).compute / 10;
        }
        return all;
    }

  private:
    std::array<hami_gpu_use, max_gpus_per_node> init_{}; // [GPUs of a node]
    std::array<hami_gpu_use, max_gpus_per_node> sum_{};
};

} // namespace gpupack::dialect::detail
