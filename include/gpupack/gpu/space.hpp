// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/gpu/gpu_error.hpp>
#include <gpupack/gpu/team.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace gpupack::inline GPUPACK_ABI::gpu {

namespace detail {

template <class Body, class Index> Index index_in(void (Body::*)(Index) const noexcept);
/// The type of the index that a body is called with.
template <class Body> using index_of = decltype(index_in(&Body::operator()));

/// A body and a job, to state what a space must run.
struct any_body {
    GPUPACK_HD void operator()(std::uint32_t) const noexcept {}
};
struct any_job {
    template <class Team> GPUPACK_HD void operator()(const Team&) const {}
    template <class Team> GPUPACK_HD void operator()(const Team&, std::uint32_t) const {}
};

} // namespace detail

/// Where arrays live and bodies run. Bulk scoring, batches and what-if replays are written over a space, so the same code
/// runs on a GPU (device_space), on a back end of Thrust (thrust_space) and in a loop on the host (host_space).
///
/// - `allocate<Entry>(n)` makes an array of n entries, not set; `array::data()` is null where there was no memory.
/// - `write(array, from, n)` copies n entries from the host, `read(array, to, n)` to the host; read waits for all work.
/// - `pinned<Entry>(n)` is host memory from which `write_soon(array, pinned, n)` copies without waiting.
/// - `mark(mark)` remembers how far the work is; `wait(mark)` waits until all before the mark is done.
/// - `store(bytes, size)` copies bytes that stay as long as the space does: the memory of a table_uploader.
/// - `run(count, body)` calls body(0) ... body(count - 1), in any order and at once.
/// - `run_in_block(job)` has one block do a job, job(team); `run_in_grid(job)` has all blocks that run at once do it
///   together; `run_in_blocks(n, job)` has n blocks do job(team, block), each on its own.
/// - `parts(nodes)` is into how many parts a cluster of that many nodes is divided for one request.
/// - `take_problem()` is the first call that failed since it was asked last. After a failure all calls do nothing.
template <class Type>
concept space = requires(Type& space, typename Type::template array<std::int32_t>& numbers,
                         typename Type::mark_type& mark) {
    {
        space.template allocate<std::int32_t>(std::size_t{1})
        } -> std::same_as<typename Type::template array<std::int32_t>>;
    { numbers.data() } -> std::convertible_to<const std::int32_t*>;
    space.write(numbers, static_cast<const std::int32_t*>(nullptr), std::size_t{0});
    space.read(numbers, static_cast<std::int32_t*>(nullptr), std::size_t{0});
    space.write_soon(numbers, space.template pinned<std::int32_t>(std::size_t{1}), std::size_t{0});
    space.mark(mark);
    space.wait(mark);
    { space.store(static_cast<const void*>(nullptr), std::size_t{0}) } -> std::convertible_to<const void*>;
    space.run(std::uint64_t{1}, detail::any_body{});
    space.run_in_block(detail::any_job{});
    space.run_in_grid(detail::any_job{});
    space.run_in_blocks(std::uint32_t{1}, detail::any_job{});
    { space.parts(std::uint32_t{1}) } -> std::same_as<std::uint32_t>;
    { space.take_problem() } -> std::same_as<std::optional<gpu_error>>;
};

} // namespace gpupack::gpu
