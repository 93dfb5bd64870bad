// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/config.hpp>
#include <gpupack/gpu/gpu_error.hpp>

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

    [[nodiscard]] std::optional<gpupack::gpu::gpu_error> take_problem() noexcept { return std::nullopt; }
};
