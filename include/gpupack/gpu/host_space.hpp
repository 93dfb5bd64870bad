// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/gpu/gpu_error.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::gpu {

namespace detail {

template <class Body, class Index> Index index_in(void (Body::*)(Index) const noexcept);
/// The type of the index that a body is called with.
template <class Body> using index_of = decltype(index_in(&Body::operator()));

} // namespace detail

/// Where arrays live and bodies run. Bulk scoring is written over a space, so that the same code runs on a GPU
/// (device_space), on Thrust's back ends (thrust_space) and in a loop on the host (host_space).
///
/// allocate  an array of n entries, not set
/// write     the first n entries, from the host
/// read      the first n entries, to the host; waits for all that was run
/// pinned    host memory that is copied from without waiting: write_soon
/// run       body(0) ... body(count - 1), in any order and at once
/// mark      remembers where the work is now; wait until all before the mark is done
/// store     bytes that stay as long as the space does: the memory of a table_uploader
/// parts     into how many parts a cluster of that many nodes is divided for one shape
/// take_problem  the first call that failed since it was asked for last; after one, all calls do nothing
template <class Type>
concept space = requires(Type& in, typename Type::template array<std::int32_t>& numbers,
                         typename Type::mark_type& mark) {
    {
        in.template allocate<std::int32_t>(std::size_t{1})
        } -> std::same_as<typename Type::template array<std::int32_t>>;
    { numbers.data() } -> std::convertible_to<const std::int32_t*>;
    in.write(numbers, static_cast<const std::int32_t*>(nullptr), std::size_t{0});
    in.read(numbers, static_cast<std::int32_t*>(nullptr), std::size_t{0});
    in.write_soon(numbers, in.template pinned<std::int32_t>(std::size_t{1}), std::size_t{0});
    in.mark(mark);
    in.wait(mark);
    { in.store(static_cast<const void*>(nullptr), std::size_t{0}) } -> std::convertible_to<const void*>;
    { in.parts(std::uint32_t{1}) } -> std::same_as<std::uint32_t>;
    { in.take_problem() } -> std::same_as<std::optional<gpu_error>>;
};

/// Arrays in host memory, and bodies called one after the other: what the tests compare with.
class host_space {
  public:
    /// An array.
    template <class Entry> using array = std::vector<Entry>;
    /// Nothing to wait for.
    struct mark_type {};

    template <class Entry> [[nodiscard]] array<Entry> allocate(std::size_t entries) {
        return array<Entry>(entries);
    }
    template <class Entry> [[nodiscard]] array<Entry> pinned(std::size_t entries) { return array<Entry>(entries); }

    template <class Entry> void write(array<Entry>& to, const Entry* from, std::size_t entries) {
        std::copy(from, from + entries, to.begin());
    }
    template <class Entry> void read(const array<Entry>& from, Entry* to, std::size_t entries) {
        std::copy(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(entries), to);
    }
    template <class Entry> void write_soon(array<Entry>& to, const array<Entry>& from, std::size_t entries) {
        write(to, from.data(), entries);
    }

    template <class Body> void run(std::uint64_t count, const Body& body) {
        for (std::uint64_t i = 0; i < count; ++i) body(static_cast<detail::index_of<Body>>(i));
    }

    void mark(mark_type&) noexcept {}
    void wait(mark_type&) noexcept {}

    [[nodiscard]] const void* store(const void* bytes, std::size_t size) {
        stored_.push_back(std::make_unique<std::max_align_t[]>(size / sizeof(std::max_align_t) + 1));
        std::memcpy(stored_.back().get(), bytes, size);
        return stored_.back().get();
    }

    /// A few, none of them a divisor of most sizes: so that the parts of a test are uneven.
    [[nodiscard]] std::uint32_t parts(std::uint32_t nodes) const noexcept { return nodes < 7 ? 1U : 7U; }

    [[nodiscard]] std::optional<gpu_error> take_problem() noexcept { return std::nullopt; }

  private:
    std::vector<std::unique_ptr<std::max_align_t[]>> stored_;
};

static_assert(space<host_space>);

} // namespace gpupack::gpu
