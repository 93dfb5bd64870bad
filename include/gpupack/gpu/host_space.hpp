// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/gpu/gpu_error.hpp>
#include <gpupack/gpu/space.hpp>
#include <gpupack/gpu/team.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <type_traits>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::gpu {

/// Arrays in host memory, and bodies called one after the other: what the tests compare with. See the concept `space`.
///
/// What it allocates is filled with garbage, as memory on a GPU is that others have used before: whoever reads what
/// nobody wrote is seen on the host.
class host_space {
  public:
    /// The garbage: no valid pointer, a large number, and neither false nor true.
    static constexpr unsigned char garbage = 0xA5;

    /// An array of the space.
    template <class Entry> using array = std::vector<Entry>;
    /// Nothing to wait for.
    struct mark_type {};

    /// As space says.
    template <class Entry> [[nodiscard]] array<Entry> allocate(std::size_t entries) {
        static_assert(std::is_trivially_copyable_v<Entry>, "a kernel reads flat entries");
        array<Entry> allocated(entries);
        if (entries > 0) std::memset(static_cast<void*>(allocated.data()), garbage, entries * sizeof(Entry));
        return allocated;
    }
    /// As space says.
    template <class Entry> [[nodiscard]] array<Entry> pinned(std::size_t entries) { return allocate<Entry>(entries); }

    /// As space says.
    template <class Entry> void write(array<Entry>& target, const Entry* source, std::size_t entries) {
        std::copy(source, source + entries, target.begin());
    }
    /// As space says.
    template <class Entry> void read(const array<Entry>& source, Entry* target, std::size_t entries) {
        std::copy(source.begin(), source.begin() + static_cast<std::ptrdiff_t>(entries), target);
    }
    /// As space says.
    template <class Entry> void write_soon(array<Entry>& target, const array<Entry>& source, std::size_t entries) {
        write(target, source.data(), entries);
    }

    /// As space says.
    void mark(mark_type&) noexcept {}
    /// As space says.
    void wait(mark_type&) noexcept {}

    /// As space says.
    [[nodiscard]] const void* store(const void* bytes, std::size_t size) {
        stored_.push_back(std::make_unique<std::max_align_t[]>(size / sizeof(std::max_align_t) + 1));
        std::memcpy(stored_.back().get(), bytes, size);
        return stored_.back().get();
    }

    /// As space says.
    template <class Body> void run(std::uint64_t count, const Body& body) {
        for (std::uint64_t i = 0; i < count; ++i) body(static_cast<detail::index_of<Body>>(i));
    }
    /// As space says.
    template <class Job> void run_in_block(const Job& job) { job(host_team{}); }
    /// As space says.
    template <class Job> void run_in_grid(const Job& job) { job(host_team{}); }
    /// As space says.
    template <class Job> void run_in_blocks(std::uint32_t blocks, const Job& job) {
        for (std::uint32_t block = 0; block < blocks; ++block) job(host_team{}, block);
    }

    /// A few, and no divisor of most sizes, so that the parts of a test are uneven.
    [[nodiscard]] std::uint32_t parts(std::uint32_t nodes) const noexcept { return nodes < 7 ? 1U : 7U; }

    /// As space says.
    [[nodiscard]] std::optional<gpu_error> take_problem() noexcept { return std::nullopt; }

  private:
    std::vector<std::unique_ptr<std::max_align_t[]>> stored_;
};

static_assert(space<host_space>);

} // namespace gpupack::gpu
