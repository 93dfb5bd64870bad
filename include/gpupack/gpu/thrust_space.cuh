// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/gpu/gpu_error.hpp>
#include <gpupack/gpu/space.hpp>
#include <gpupack/gpu/team.hpp>

#include <thrust/copy.h>
#include <thrust/device_vector.h>
#include <thrust/execution_policy.h>
#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::gpu {

namespace detail {

/// A body as Thrust calls it.
template <class Body> struct called_by_thrust {
    Body body;

    GPUPACK_HD void operator()(std::uint64_t index) const noexcept { body(static_cast<index_of<Body>>(index)); }
};

/// The threads of Thrust's back end as a team.
struct thrust_team {
    template <class Body> void for_each(std::uint64_t count, const Body& body) const {
        thrust::for_each_n(thrust::device, thrust::counting_iterator<std::uint64_t>{0}, count,
                           [&body](std::uint64_t i) { body(i); });
    }
    template <class Body> void once(Body&& body) const { body(); }
};

static_assert(team<thrust_team>);

} // namespace detail

/// Whatever Thrust was configured for (THRUST_DEVICE_SYSTEM) as a space: with CPP or OMP a C++ compiler is enough, and
/// bodies run in order or on threads. For tests, and for machines without a GPU; on a GPU device_space has more to
/// offer. Failures are exceptions of Thrust.
class thrust_space {
  public:
    /// A vector in the memory of Thrust's device system.
    template <class Entry> class array {
      public:
        array() = default;
        /// An array of the space.
        explicit array(std::size_t entries) : entries_(entries) {}

        /// The entries.
        [[nodiscard]] Entry* data() noexcept { return thrust::raw_pointer_cast(entries_.data()); }
        /// The entries.
        [[nodiscard]] const Entry* data() const noexcept { return thrust::raw_pointer_cast(entries_.data()); }

      private:
        friend class thrust_space;
        thrust::device_vector<Entry> entries_;
    };
    /// Nothing to wait for.
    struct mark_type {};

    /// As space says.
    template <class Entry> [[nodiscard]] array<Entry> allocate(std::size_t entries) {
        return array<Entry>{entries};
    }
    /// As space says.
    template <class Entry> [[nodiscard]] std::vector<Entry> pinned(std::size_t entries) {
        return std::vector<Entry>(entries);
    }

    /// As space says.
    template <class Entry> void write(array<Entry>& target, const Entry* source, std::size_t entries) {
        thrust::copy(source, source + entries, target.entries_.begin());
    }
    /// As space says.
    template <class Entry> void read(const array<Entry>& source, Entry* target, std::size_t entries) {
        thrust::copy(source.entries_.begin(), source.entries_.begin() + static_cast<std::ptrdiff_t>(entries), target);
    }
    /// As space says.
    template <class Entry> void write_soon(array<Entry>& target, const std::vector<Entry>& source, std::size_t entries) {
        write(target, source.data(), entries);
    }

    /// As space says.
    template <class Body> void run(std::uint64_t count, const Body& body) {
        thrust::for_each_n(thrust::device, thrust::counting_iterator<std::uint64_t>{0}, count,
                           detail::called_by_thrust<Body>{body});
    }

    /// For back ends of Thrust on the host: on CUDA, see device_space.
    template <class Job> void run_in_block(const Job& job) {
        static_assert(THRUST_DEVICE_SYSTEM != THRUST_DEVICE_SYSTEM_CUDA, "a back end of Thrust for the host");
        job(detail::thrust_team{});
    }
    /// As space says.
    template <class Job> void run_in_grid(const Job& job) { run_in_block(job); }
    /// As space says.
    template <class Job> void run_in_blocks(std::uint32_t blocks, const Job& job) {
        for (std::uint32_t block = 0; block < blocks; ++block) job(detail::thrust_team{}, block);
    }

    /// As space says.
    void mark(mark_type&) noexcept {}
    /// As space says.
    void wait(mark_type&) noexcept {}

    /// As space says.
    [[nodiscard]] const void* store(const void* bytes, std::size_t size) {
        const auto* const source = static_cast<const unsigned char*>(bytes);
        stored_.push_back(std::make_unique<thrust::device_vector<unsigned char>>(source, source + size));
        return thrust::raw_pointer_cast(stored_.back()->data());
    }

    /// As many as keep the threads of a host busy.
    [[nodiscard]] std::uint32_t parts(std::uint32_t nodes) const noexcept {
        return nodes / 4 < 1 ? 1U : nodes / 4 < 64 ? nodes / 4 : 64U;
    }

    /// As space says.
    [[nodiscard]] std::optional<gpu_error> take_problem() noexcept { return std::nullopt; }

  private:
    std::vector<std::unique_ptr<thrust::device_vector<unsigned char>>> stored_;
};

static_assert(space<thrust_space>);

} // namespace gpupack::gpu
