// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/config.hpp>
#include <gpupack/gpu/cluster_view.hpp>
#include <gpupack/gpu/detail/fall_blocks.hpp>
#include <gpupack/gpu/detail/rank_columns.hpp>
#include <gpupack/gpu/detail/rank_falls.hpp>
#include <gpupack/gpu/gpu_error.hpp>
#include <gpupack/gpu/prepared_request.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <type_traits>
#include <vector>

/// Does on the host, one index after the other, what the threads of a GPU do at once.
struct host_team {
    /// Calls body(i) for each i below count.
    GPUPACK_CALLS_BACK
    template <class Body> GPUPACK_HD void for_each(std::uint64_t count, Body&& body) const {
        for (std::uint64_t i = 0; i < count; ++i) body(i);
    }
    /// Calls keep(i, the best of what the places offer) for each i below count.
    GPUPACK_CALLS_BACK
    template <class Offered, class Keep>
    GPUPACK_HD void for_best(std::uint64_t count, Offered&& offered, Keep&& keep) const {
        for (std::uint64_t i = 0; i < count; ++i) keep(i, best_of_places(i, offered));
    }
    /// Calls body() once.
    GPUPACK_CALLS_BACK
    template <class Body> GPUPACK_HD void once(Body&& body) const { body(); }

    /// Calls both.
    GPUPACK_CALLS_BACK
    template <class First, class Second> GPUPACK_HD void both(First&& first, Second&& second) const {
        second();
        first();
    }
    /// The highest value(i) for i below count.
    GPUPACK_CALLS_BACK
    template <class Value> [[nodiscard]] GPUPACK_HD std::uint32_t highest(std::uint64_t count, Value&& value) const {
        std::uint32_t found = 0;
        for (std::uint64_t i = 0; i < count; ++i)
            if (const std::uint32_t next = value(i); next > found) found = next;
        return found;
    }

    /// The best of what 16 places offer.
    GPUPACK_CALLS_BACK
    template <class Offered> GPUPACK_HD static auto best_of_places(std::uint64_t index, Offered&& offered) {
        auto best = offered(index, 0);
        for (std::uint32_t place = 1; place < 16; ++place)
            if (const auto next = offered(index, place); next.precedes(best)) best = next;
        return best;
    }
};

/// Arrays in host memory, and bodies called one after the other: what takes the place of gpu::device_space in tests.
///
/// What it allocates is filled with garbage, as memory on a GPU is that others have used before: whoever reads what
/// nobody wrote is seen on the host.
class host_space {
  public:
    /// The garbage: no valid pointer, a large number, and neither false nor true.
    static constexpr unsigned char garbage = 0xA5;

    template <class Entry> using array = std::vector<Entry>;
    /// Nothing to wait for.
    struct mark_type {};

    template <class Entry> [[nodiscard]] array<Entry> allocate(std::size_t entries) {
        static_assert(std::is_trivially_copyable_v<Entry>, "a kernel reads flat entries");
        array<Entry> allocated(entries);
        if (entries > 0) std::memset(static_cast<void*>(allocated.data()), garbage, entries * sizeof(Entry));
        return allocated;
    }
    template <class Entry> [[nodiscard]] array<Entry> pinned(std::size_t entries) { return allocate<Entry>(entries); }

    template <class Entry> void write(array<Entry>& target, const Entry* source, std::size_t entries) {
        std::copy(source, source + entries, target.begin());
    }
    template <class Entry> void read(const array<Entry>& source, Entry* target, std::size_t entries) {
        std::copy(source.begin(), source.begin() + static_cast<std::ptrdiff_t>(entries), target);
    }
    template <class Entry> void write_soon(array<Entry>& target, const array<Entry>& source, std::size_t entries) {
        write(target, source.data(), entries);
    }
    void mark(mark_type&) noexcept {}
    void wait(mark_type&) noexcept {}

    template <class Body> void run(std::uint64_t count, const Body& body) {
        for (std::uint64_t i = 0; i < count; ++i) body(i);
    }
    template <class Job> void run_in_block(const Job& job) { job(host_team{}); }
    template <class Job> void run_in_blocks(std::uint32_t blocks, const Job& job) {
        for (std::uint32_t block = 0; block < blocks; ++block) job(host_team{}, block);
    }

    /// A few, and no divisor of most sizes, so that the parts of a test are uneven.
    [[nodiscard]] std::uint32_t parts(std::uint32_t nodes) const noexcept { return nodes < 7 ? 1U : 7U; }

    /// What rank_columns_kernel does, with as many threads as there are parts.
    template <class OnType, class Key>
    void rank_columns(const gpupack::gpu::cluster_view& cluster, const gpupack::gpu::detail::type_row<OnType>* rows,
                      bool for_slices, std::uint32_t count, gpupack::ranked_node<Key>* best) {
        using namespace gpupack::gpu::detail;
        const std::uint32_t step = parts(cluster.size);
        const auto found_by = [&](auto ahead, std::uint32_t first) {
            return best_of_groups(cluster, rows, first, step, ahead, none_left_out{}).number();
        };
        for (std::uint32_t s = 0; s < count; ++s, rows += cluster.type_count) {
            std::uint64_t highest = 0;
            for (std::uint32_t first = 0; first < step; ++first)
                highest = std::max(highest, for_slices ? found_by(sums_of_four<true>::of(cluster, first), first)
                                                       : found_by(sums_of_four<false>::of(cluster, first), first));
            best[s] = ranked_number::node<Key>(highest);
        }
    }

    /// What rank_falls_kernel does, one thread after the other.
    template <class Scorer, class Key> void rank_falls(const gpupack::gpu::cluster_view& cluster,
                                                       const gpupack::gpu::prepared_request<Scorer>* prepared,
                                                       const gpupack::gpu::detail::fall_blocks_view& blocks,
                                                       std::uint32_t count, gpupack::ranked_node<Key>* best) {
        using namespace gpupack::gpu::detail;
        for (std::uint32_t begin = 0; begin < count; begin += falls_at_once) {
            const unsigned char* const memory = reinterpret_cast<const unsigned char*>(blocks.blocks) +
                                                std::size_t{begin / falls_at_once} * blocks.bytes;
            if (blocks.is_narrow)
                rank_block<std::int32_t, most_narrow_classes>(cluster, prepared->scorer, memory, best + begin);
            else
                rank_block<std::int64_t, most_demand_classes>(cluster, prepared->scorer, memory, best + begin);
        }
    }

    [[nodiscard]] std::optional<gpupack::gpu::gpu_error> take_problem() noexcept { return std::nullopt; }

  private:
    template <class Sum, int Classes, class Scorer, class Key>
    static void rank_block(const gpupack::gpu::cluster_view& cluster, const Scorer& scorer, const unsigned char* memory,
                           gpupack::ranked_node<Key>* best) {
        using namespace gpupack::gpu::detail;
        const fall_sums<Classes, Sum> sums{memory};
        std::vector<std::uint64_t> numbers(static_cast<std::size_t>(sums.block->request_count));
        for (std::uint32_t n = 0; n < cluster.size; ++n) {
            const std::uint32_t type = cluster.type_of[n];
            const std::int32_t cpu = cluster.columns.cpu[n];
            const std::uint32_t glance = cluster.columns.glance[n];
            const gpupack::gpu_state* const gpus = cluster.gpus + cluster.first_gpu[n];
            auto now = sums.nothing(type);
            const int gpu_count = cpu >= 0 ? cluster.types[type].gpu_count : 0;
            const std::uint32_t takers = sums.add_gpus(now, gpus, gpu_count, cluster.types[type].gpus);
            const Sum usable_now = sums.usable(sums.level_of(cpu), sums.free_with(now, 0, 0));
            for (int place = 0; place < sums.block->request_count; ++place) {
                const fall_request& request = sums.block->requests[place];
                const bool is_slice = place >= sums.block->whole_count;
                if ((sums.accepts(type) >> place & 1U) == 0 ||
                    !request.fits(cpu, cluster.columns.memory[n],
                                  is_slice ? sum_columns::slice_compute(glance) : sum_columns::idle_gpus(glance)))
                    continue;
                const int level = sums.level_of(cpu - request.cpu);
                class_lanes<Classes> free;
                const auto keep = [&](Sum fall) {
                    const std::uint64_t number = ranked_number::of(scorer.of_fall(fall + sums.usable(level, free)), n);
                    auto& highest = numbers[static_cast<std::size_t>(place)];
                    highest = std::max(highest, number);
                };
                if (!is_slice) {
                    const std::int32_t compute = gpu_count > 0 ? cluster.types[type].gpus[0].compute : 0;
                    keep(sums.take_whole(now, request.key, compute, usable_now, free));
                    continue;
                }
                for (int g = 0; g < gpu_count; ++g) {
                    const slice_taker taker{gpus[g], cluster.types[type].gpus[0]};
                    const std::int32_t slice = request.key - fall_request::slice_key;
                    if ((takers >> g & 1U) == 0 || !taker.takes(slice)) continue;
                    auto others = now;
                    sums.add(others, taker.offer, -taker.supply);
                    keep(sums.take_slice(others, taker, slice, usable_now, free));
                }
            }
        }
        for (std::size_t place = 0; place < numbers.size(); ++place)
            best[sums.block->number[place]] = ranked_number::node<Key>(numbers[place]);
    }
};
