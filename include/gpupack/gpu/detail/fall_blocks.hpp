// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/gpu/detail/rank_columns.hpp>
#include <gpupack/gpu/detail/rank_falls.hpp>
#include <gpupack/gpu/detail/sum_columns.hpp>
#include <gpupack/policy/fragmentation_table.hpp>
#include <gpupack/policy/gpu_lanes.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/topology/node_type.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::gpu::detail {

/// The blocks of some requests (fall_block), where they stand.
struct fall_blocks_view {
    const entries_of_four<std::int32_t>* blocks = nullptr; ///< [falls_at_once requests each] of so many bytes.
    std::uint32_t bytes = 0;                               ///< Of one block, with all that is behind it.
    bool is_narrow = false; ///< Whether sums have 32 bits, and classes are most_narrow_classes at most.
};

/// Lays out, on the host, what ranking by falls reads besides nodes.
class fall_blocks {
  public:
    /// The most bytes of a block: it stands in shared memory, beside what threads write.
    static constexpr std::size_t most_bytes = 16 * 1024;

    /// For some requests; nothing where sums do not decide, or where a block has no room for them.
    fall_blocks(const std::vector<node_type>& types, const policy::fragmentation_view& measure,
                const std::vector<request>& requests) {
        const auto holds_cpu = [](const node_type& type) { return type.cpu.count() < type_glance::never; };
        if (!falls_are_summed(types, measure) || measure.cpu_count > fall_block<4>::most_cpus ||
            !std::all_of(types.begin(), types.end(), holds_cpu))
            return;
        is_narrow_ = measure.class_count <= most_narrow_classes && measure.total * most_compute(types) < 1LL << 31;
        if (is_narrow_)
            lay_out<most_narrow_classes>(types, measure, requests);
        else
            lay_out<most_demand_classes>(types, measure, requests);
    }

    /// Whether all requests are ranked by them.
    [[nodiscard]] bool decide() const noexcept { return !memory_.empty(); }
    /// In the memory of place(vector).
    template <class Place> [[nodiscard]] fall_blocks_view view(Place&& place) const {
        return {place(memory_), bytes_, is_narrow_};
    }

  private:
    /// What a node with as many GPUs as any may have has at most, in milli-GPUs.
    [[nodiscard]] static std::int64_t most_compute(const std::vector<node_type>& types) {
        std::int64_t most = whole_gpu.count();
        for (const node_type& type : types)
            if (type.gpu_count > 0) most = std::max<std::int64_t>(most, type.gpus[0].compute);
        return most * max_gpus_per_node;
    }

    [[nodiscard]] static std::int32_t key_of(const request& request) noexcept {
        if (request.gpus == 0 || request.gpus > max_gpus_per_node) return 0; // more than any node has: never fits
        if (request.share.way() == sharing::exclusive) return request.gpus;
        return fall_request::slice_key + slice_of(request);
    }

    template <int Classes> void lay_out(const std::vector<node_type>& types, const policy::fragmentation_view& measure,
                                        const std::vector<request>& requests) {
        const std::size_t levels = static_cast<std::size_t>(measure.cpu_count) + 1;
        const std::size_t bytes = sizeof(fall_block<Classes>) + levels * Classes * sizeof(std::int32_t) +
                                  types.size() * (sizeof(std::uint64_t) + sizeof(std::uint32_t));
        constexpr std::size_t unit = sizeof(memory_[0]);
        const std::size_t units = (bytes + unit - 1) / unit;
        if (units * unit > most_bytes) return;
        bytes_ = static_cast<std::uint32_t>(units * unit);
        const std::size_t count = (requests.size() + falls_at_once - 1) / falls_at_once;
        memory_.resize(units * count);
        for (std::size_t b = 0; b < count; ++b) {
            auto& block = *new (static_cast<void*>(&memory_[b * units])) fall_block<Classes>{};
            auto* const rows = reinterpret_cast<std::int32_t*>(&block + 1);
            auto* const accepts = reinterpret_cast<std::uint64_t*>(rows + levels * Classes);
            write_classes(block, rows, reinterpret_cast<std::uint32_t*>(accepts + types.size()), types, measure);
            write_levels(block, measure);
            const auto first = requests.begin() + static_cast<std::ptrdiff_t>(b * falls_at_once);
            const auto number = std::min<std::ptrdiff_t>(falls_at_once, requests.end() - first);
            if (!write_requests(block, accepts, types, {first, first + number})) return memory_.clear();
        }
    }

    template <int Classes> static void write_classes(fall_block<Classes>& block, std::int32_t* rows,
                                                     std::uint32_t* serves, const std::vector<node_type>& types,
                                                     const policy::fragmentation_view& measure) {
        block.total = measure.total;
        block.class_count = measure.class_count;
        block.level_count = measure.cpu_count + 1;
        block.type_count = static_cast<std::int32_t>(types.size());
        for (std::int32_t c = 0; c < Classes; ++c) {
            const bool is_class = c < measure.class_count;
            constexpr std::int32_t never = std::numeric_limits<std::int32_t>::max();
            const bool can_be = is_class && measure.classes[c].gpus <= max_gpus_per_node;
            block.offer[c / 4].at[c % 4] = is_class ? measure.classes[c].offer : never;
            block.least[c / 4].at[c % 4] = can_be ? measure.classes[c].gpus * policy::served_gpus::one(0) : never;
            if (!is_class) continue;
            for (std::int32_t level = 0; level < block.level_count; ++level)
                rows[level * Classes + c] = measure.within[c * block.level_count + level];
            for (std::size_t t = 0; t < types.size(); ++t)
                if (!(types[t].models & measure.classes[c].models).empty()) serves[t] |= 1U << c;
        }
    }

    template <int Classes>
    static void write_levels(fall_block<Classes>& block, const policy::fragmentation_view& measure) {
        std::fill(std::begin(block.cpus), std::end(block.cpus), type_glance::never);
        std::copy_n(measure.cpus, measure.cpu_count, block.cpus);
        while (measure.cpu_count > 0 && measure.cpus[measure.cpu_count - 1] >> block.shift >= 255) ++block.shift;
        for (std::int64_t slot = 0; slot < 256; ++slot)
            block.first_level[slot] = static_cast<std::uint8_t>(cpu_level_of(measure, slot << block.shift));
    }

    /// False where sums do not decide on one.
    template <int Classes> static bool write_requests(fall_block<Classes>& block, std::uint64_t* accepts,
                                                      const std::vector<node_type>& types,
                                                      const std::vector<request>& requests) {
        std::vector<std::uint8_t> order(requests.size());
        for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint8_t>(i);
        std::stable_sort(order.begin(), order.end(),
                         [&](auto a, auto b) { return key_of(requests[a]) < key_of(requests[b]); });
        block.request_count = static_cast<std::int32_t>(order.size());
        for (std::size_t place = 0; place < order.size(); ++place) {
            const request& request = requests[order[place]];
            const std::vector<type_glance> glances = glances_of(types, request);
            if (glances.empty()) return false;
            const std::int32_t key = key_of(request);
            const bool is_slice = key >= fall_request::slice_key;
            block.whole_count += is_slice ? 0 : 1;
            block.number[place] = order[place];
            block.requests[place] = {type_glance::never, 0, 0, key};
            for (std::size_t t = 0; t < types.size(); ++t) {
                if (glances[t].cpu == type_glance::never) continue;
                accepts[t] |= std::uint64_t{1} << place;
                block.requests[place] = {glances[t].cpu, glances[t].memory,
                                         is_slice ? glances[t].slice_compute : glances[t].idle_gpus, key};
            }
        }
        return true;
    }

    std::vector<entries_of_four<std::int32_t>> memory_;
    std::uint32_t bytes_ = 0;
    bool is_narrow_ = false;
};

} // namespace gpupack::gpu::detail
