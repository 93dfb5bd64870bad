// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/state/ranked.hpp>
#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/gpu/gpu_error.hpp>
#include <gpupack/gpu/detail/job_kernels.cuh>
#include <gpupack/gpu/detail/rank_falls_kernel.cuh>
#include <gpupack/gpu/detail/rank_kernel.cuh>
#include <gpupack/gpu/device.cuh>

#include <cuda_runtime.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::gpu {

namespace detail {

/// Frees device memory when all before it on the stream is done.
struct free_on_stream {
    cudaStream_t stream = nullptr;
    void operator()(void* memory) const noexcept { (void)cudaFreeAsync(memory, stream); }
};

/// Frees pinned memory of the host.
struct free_on_host {
    void operator()(void* memory) const noexcept { (void)cudaFreeHost(memory); }
};

} // namespace detail

/// A GPU as a space: where arrays stand and bodies run, in order, on one stream.
///
/// The current device of the calling thread stays what it was. Memory comes from a pool of the space's own, which keeps
/// up to pool_bytes for later arrays. Every CUDA call is checked; the first that fails is remembered until
/// take_problem(), and until then all calls do nothing. For one thread at a time. Arrays must not outlive it.
class device_space {
  public:
    /// What the pool keeps of memory that arrays gave back.
    static constexpr std::uint64_t pool_bytes = std::uint64_t{1} << 30;

    /// Device memory of so many entries; null where there was none, and take_problem() says so.
    template <class Entry> class array {
      public:
        array() = default;
        /// An array that is freed on that stream.
        array(cudaStream_t stream, Entry* entries) noexcept : entries_{entries, detail::free_on_stream{stream}} {}

        /// The entries; null where there was no memory.
        [[nodiscard]] Entry* data() noexcept { return entries_.get(); }
        /// The entries; null where there was no memory.
        [[nodiscard]] const Entry* data() const noexcept { return entries_.get(); }

      private:
        std::unique_ptr<Entry, detail::free_on_stream> entries_;
    };

    /// Host memory that the GPU copies from and to without a stop, and may read and write where it stands.
    template <class Entry> class pinned_array {
      public:
        pinned_array() = default;
        /// An array of pinned host memory.
        explicit pinned_array(Entry* entries) noexcept : entries_{entries} {}

        /// The entries; null where there was no memory.
        [[nodiscard]] Entry* data() const noexcept { return entries_.get(); }

      private:
        std::unique_ptr<Entry, detail::free_on_host> entries_;
    };

    /// A point in the stream.
    class mark_type {
      public:
        mark_type() = default;
        /// Takes the mark over from another.
        mark_type(mark_type&& other) noexcept : event_{std::exchange(other.event_, nullptr)} {}
        mark_type& operator=(mark_type&& other) noexcept {
            std::swap(event_, other.event_);
            return *this;
        }
        ~mark_type() {
            if (event_ != nullptr) (void)cudaEventDestroy(event_);
        }

      private:
        friend class device_space;
        cudaEvent_t event_ = nullptr;
    };

    /// Opens a GPU; errors as find_device.
    [[nodiscard]] static expected<std::unique_ptr<device_space>, gpu_error> open(int number = 0) {
        auto device = find_device(number);
        if (!device) return unexpected<gpu_error>{std::move(device.error())};
        auto opened = std::unique_ptr<device_space>{new device_space{std::move(*device)}};
        if (auto problem = opened->take_problem()) return unexpected<gpu_error>{std::move(*problem)};
        return opened;
    }

    device_space(const device_space&) = delete;
    device_space& operator=(const device_space&) = delete;
    ~device_space() {
        const detail::device_scope scope{device_.number};
        counters_ = {};
        if (stream_ != nullptr) (void)cudaStreamSynchronize(stream_);
        if (stream_ != nullptr) (void)cudaStreamDestroy(stream_);
        if (pool_ != nullptr) (void)cudaMemPoolDestroy(pool_);
    }

    /// The GPU.
    [[nodiscard]] const device_info& device() const noexcept { return device_; }
    /// Where all work of the space goes, for kernels of one's own.
    [[nodiscard]] cudaStream_t stream() const noexcept { return stream_; }

    /// An array of so many entries, not set.
    template <class Entry> [[nodiscard]] array<Entry> allocate(std::size_t entries) {
        if (problem_ || entries == 0) return {};
        const detail::device_scope scope{device_.number};
        void* memory = nullptr;
        const std::size_t bytes = entries * sizeof(Entry);
        check(cudaMallocFromPoolAsync(&memory, bytes, pool_, stream_), "cudaMallocFromPoolAsync", bytes);
        return {stream_, static_cast<Entry*>(memory)};
    }

    /// Host memory from which write_soon() copies without waiting.
    template <class Entry> [[nodiscard]] pinned_array<Entry> pinned(std::size_t entries) {
        const detail::device_scope scope{device_.number};
        void* memory = nullptr;
        if (!problem_) check(cudaMallocHost(&memory, entries * sizeof(Entry)), "cudaMallocHost");
        return pinned_array<Entry>{static_cast<Entry*>(memory)};
    }

    /// Copies entries to the GPU; their memory may go then.
    template <class Entry> void write(array<Entry>& target, const Entry* source, std::size_t entries) {
        if (problem_ || entries == 0) return;
        check(cudaMemcpyAsync(target.data(), source, entries * sizeof(Entry), cudaMemcpyHostToDevice, stream_),
              "cudaMemcpyAsync");
        finish(); // the caller's memory may go
    }
    /// Copies entries to the GPU when it is their turn: they must stay as they are until a mark() after it is reached.
    template <class Entry>
    void write_soon(array<Entry>& target, const pinned_array<Entry>& source, std::size_t entries) {
        if (problem_ || entries == 0) return;
        check(cudaMemcpyAsync(target.data(), source.data(), entries * sizeof(Entry), cudaMemcpyHostToDevice, stream_),
              "cudaMemcpyAsync");
    }
    /// Waits for all work so far, and copies entries to the host.
    template <class Entry> void read(const array<Entry>& source, Entry* target, std::size_t entries) {
        if (problem_ || entries == 0) return;
        check(cudaMemcpyAsync(target, source.data(), entries * sizeof(Entry), cudaMemcpyDeviceToHost, stream_),
              "cudaMemcpyAsync");
        finish();
    }

    /// Calls body(0) ... body(count - 1), in any order and at once.
    template <class Body> void run(std::uint64_t count, const Body& body) {
        if (problem_ || count == 0) return;
        const detail::device_scope scope{device_.number};
        constexpr unsigned threads = 128;
        const auto blocks = static_cast<unsigned>((count + threads - 1) / threads);
        detail::by_index<<<blocks, threads, 0, stream_>>>(count, body);
        check(cudaGetLastError(), "a kernel launch");
    }

    /// One block's job: job(team).
    template <class Job> void run_in_block(const Job& job) {
        if (problem_) return;
        const detail::device_scope scope{device_.number};
        detail::block_kernel<<<1, detail::block_threads, 0, stream_>>>(job);
        check(cudaGetLastError(), "launching a block");
    }
    /// A job for each of some blocks: job(team, block).
    template <class Job> void run_in_blocks(std::uint32_t blocks, const Job& job) {
        if (problem_ || blocks == 0) return;
        const detail::device_scope scope{device_.number};
        detail::blocks_kernel<<<blocks, detail::shared_block_threads, 0, stream_>>>(job);
        check(cudaGetLastError(), "launching blocks");
    }

    /// The best node of each request in one kernel: what rank_part and merge_lists do for lists of one. See rank_kernel.
    ///
    /// @param cluster      on this GPU
    /// @param prepared     [count]
    /// @param count        requests
    /// @param best         [count]
    /// @param table_bytes  of the scorers' tables, at most; small ones are read from shared memory
    template <class Scorer> void rank_best(const cluster_view& cluster, const prepared_request<Scorer>* prepared,
                                           std::uint32_t count, ranked_node<search::key_of<Scorer>>* best,
                                           std::size_t table_bytes) {
        const std::size_t shared = table_bytes <= detail::most_shared_tables ? table_bytes : 0;
        rank_by(detail::rank_kernel<Scorer>, cluster.size, count, shared,
                [&](const auto kernel, const dim3& grid, std::uint32_t first, std::uint64_t* done) {
                    auto partial = allocate<ranked_node<search::key_of<Scorer>>>(std::size_t{grid.x} * grid.y);
                    if (problem_) return;
                    kernel<<<grid, detail::rank_threads, shared, stream_>>>(cluster, prepared + first, partial.data(),
                                                                            done, best + first,
                                                                            static_cast<std::uint32_t>(shared));
                });
    }

    /// The same where sums decide: see rank_columns_kernel.
    ///
    /// @param cluster     on this GPU
    /// @param rows        [count, types]
    /// @param for_slices  whether any of the requests is for slices
    /// @param count       requests
    /// @param best        [count]
    template <class OnType, class Key> void rank_columns(const cluster_view& cluster,
                                                         const detail::type_row<OnType>* rows, bool for_slices,
                                                         std::uint32_t count, ranked_node<Key>* best) {
        const std::size_t shared = cluster.type_count * sizeof(*rows);
        rank_by(for_slices ? detail::rank_columns_kernel<true, OnType, Key>
                           : detail::rank_columns_kernel<false, OnType, Key>,
                detail::groups_of(cluster), count, shared,
                [&](const auto kernel, const dim3& grid, std::uint32_t first, std::uint64_t* done) {
                    kernel<<<grid, detail::rank_threads, shared, stream_>>>(
                        cluster, rows + std::size_t{first} * cluster.type_count, done, done + grid.y, best + first);
                });
    }

    /// The same by the fall of fragmentation: see rank_falls_kernel.
    ///
    /// @param cluster   on this GPU
    /// @param prepared  [count] all with the same tables
    /// @param blocks    of these requests
    /// @param count     requests
    /// @param best      [count]
    template <class Scorer> void rank_falls(const cluster_view& cluster, const prepared_request<Scorer>* prepared,
                                            const detail::fall_blocks_view& blocks, std::uint32_t count,
                                            ranked_node<search::key_of<Scorer>>* best) {
        if (problem_ || count == 0) return;
        const detail::device_scope scope{device_.number};
        const auto kernel = blocks.is_narrow
                                ? detail::rank_falls_kernel<Scorer, detail::most_narrow_classes, std::int32_t>
                                : detail::rank_falls_kernel<Scorer, detail::most_demand_classes, std::int64_t>;
        const std::uint32_t rows = (count + detail::falls_at_once - 1) / detail::falls_at_once;
        const auto resident = static_cast<std::uint32_t>(resident_blocks(kernel, blocks.bytes, detail::fall_threads));
        const std::uint32_t useful = (cluster.size + detail::fall_threads - 1) / detail::fall_threads;
        const std::uint32_t fill = resident * static_cast<std::uint32_t>(device_.multiprocessors) / rows;
        std::uint64_t* const done = counters(rows + count);
        if (problem_) return;
        kernel<<<dim3(std::max(1U, std::min(useful, fill)), rows), detail::fall_threads, blocks.bytes, stream_>>>(
            cluster, prepared, blocks, done + rows, done, best);
        check(cudaGetLastError(), "a kernel launch");
    }

    /// Counters that are 0 between kernels.
    [[nodiscard]] std::uint64_t* counters(std::uint32_t count) {
        if (count > counter_count_) {
            counters_ = allocate<std::uint64_t>(count);
            counter_count_ = problem_ ? 0 : count;
            if (!problem_)
                check(cudaMemsetAsync(counters_.data(), 0, count * sizeof(std::uint64_t), stream_), "cudaMemsetAsync");
        }
        return counters_.data();
    }

    /// How many blocks of a kernel that ranks run on a multiprocessor at once.
    template <class Kernel>
    [[nodiscard]] int resident_blocks(Kernel kernel, std::size_t shared, int threads = detail::rank_threads) {
        const detail::device_scope scope{device_.number};
        int resident = 1;
        check(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&resident, kernel, threads, shared),
              "cudaOccupancyMaxActiveBlocksPerMultiprocessor");
        return std::max(resident, 1);
    }

    /// Remembers how far the work is.
    void mark(mark_type& mark) {
        if (problem_) return;
        const detail::device_scope scope{device_.number};
        if (mark.event_ == nullptr)
            check(cudaEventCreateWithFlags(&mark.event_, cudaEventDisableTiming), "cudaEventCreateWithFlags");
        if (!problem_) check(cudaEventRecord(mark.event_, stream_), "cudaEventRecord");
    }
    /// Waits until all before the mark is done.
    void wait(mark_type& mark) {
        if (!problem_ && mark.event_ != nullptr) check(cudaEventSynchronize(mark.event_), "cudaEventSynchronize");
    }
    /// Waits for all work so far.
    void finish() {
        if (!problem_) check(cudaStreamSynchronize(stream_), "cudaStreamSynchronize");
    }

    /// Waits until ready() is true, which looks at host memory that a kernel writes; gives up where the GPU fails. The thread
    /// spins: a look takes a nanosecond, so whether the GPU has failed is asked every tenth of a millisecond or so.
    template <class Ready> void spin_until(Ready&& ready) {
        constexpr std::uint32_t looks_between = 1U << 17;
        for (std::uint32_t looks = 1; !problem_ && !ready(); ++looks) {
            if (looks % looks_between != 0) continue;
            const cudaError_t code = cudaStreamQuery(stream_);
            if (code == cudaErrorNotReady) continue;
            check(code == cudaSuccess && !ready() ? cudaErrorUnknown : code,
                  "deciding on the GPU"); // done without an answer
        }
        std::atomic_thread_fence(std::memory_order_acquire);
    }

    /// Into how many parts a cluster of that many nodes is divided for one request.
    [[nodiscard]] std::uint32_t parts(std::uint32_t nodes) const noexcept {
        return std::clamp(nodes / 8, 1U, 64U * static_cast<std::uint32_t>(device_.multiprocessors));
    }

    /// Whether a call has failed, so that nothing is done until take_problem().
    [[nodiscard]] bool has_problem() const noexcept { return problem_.has_value(); }
    /// The first call that failed since this was asked last.
    [[nodiscard]] std::optional<gpu_error> take_problem() noexcept { return std::exchange(problem_, std::nullopt); }

    /// Remembers a failure, where none is remembered yet.
    void check(cudaError_t code, const char* call, std::size_t bytes = 0) {
        if (code == cudaSuccess || problem_) return;
        problem_ = error_of(code, call);
        if (bytes > 0) problem_->problem += "; " + std::to_string(bytes >> 20) + " MiB were asked for";
        (void)cudaGetLastError(); // it is ours now
    }

  private:
    /// The largest y of a grid that CUDA launches.
    static constexpr std::uint32_t most_grid_rows = 65535;

    /// Launches a kernel that ranks for `count` requests, as many at once as a grid has rows: launch(kernel, grid, first request,
    /// counters), with two counters a row.
    template <class Kernel, class Launch> void rank_by(Kernel kernel, std::uint32_t threads_with_work,
                                                       std::uint32_t count, std::size_t shared, Launch&& launch) {
        if (problem_ || count == 0) return;
        const detail::device_scope scope{device_.number};
        const std::uint32_t rows_at_once = std::min(count, most_grid_rows);
        const std::uint32_t blocks = detail::rank_blocks(threads_with_work, rows_at_once, device_.multiprocessors,
                                                         resident_blocks(kernel, shared));
        std::uint64_t* const done = counters(2 * rows_at_once);
        for (std::uint32_t first = 0; first < count && !problem_; first += most_grid_rows) {
            launch(kernel, dim3(blocks, std::min(count - first, most_grid_rows)), first, done);
            check(cudaGetLastError(), "a kernel launch");
        }
    }

    explicit device_space(device_info device) : device_{std::move(device)} {
        const detail::device_scope scope{device_.number};
        check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
        cudaMemPoolProps properties{};
        properties.allocType = cudaMemAllocationTypePinned;
        properties.location.type = cudaMemLocationTypeDevice;
        properties.location.id = device_.number;
        if (!problem_) check(cudaMemPoolCreate(&pool_, &properties), "cudaMemPoolCreate");
        std::uint64_t kept = pool_bytes;
        if (!problem_)
            check(cudaMemPoolSetAttribute(pool_, cudaMemPoolAttrReleaseThreshold, &kept), "cudaMemPoolSetAttribute");
    }

    device_info device_;
    cudaStream_t stream_ = nullptr;
    cudaMemPool_t pool_ = nullptr;
    array<std::uint64_t> counters_;
    std::uint32_t counter_count_ = 0;
    std::optional<gpu_error> problem_;
};

} // namespace gpupack::gpu
