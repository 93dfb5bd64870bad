// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/state/ranked.hpp>
#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/gpu/gpu_error.hpp>
#include <gpupack/gpu/detail/job_kernels.cuh>
#include <gpupack/gpu/detail/rank_kernel.cuh>
#include <gpupack/gpu/device.cuh>
#include <gpupack/gpu/space.hpp>

#include <cuda_runtime.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::gpu {

/// A GPU as a space: plain device memory, and one stream on which everything happens in order. See the concept `space`.
///
/// The current device of the calling thread stays what it was.
/// Memory that arrays give back is kept for later ones, so that calls that recur allocate nothing. Every CUDA call is
/// checked; the first that fails is remembered until take_problem(), and until then all calls do nothing. For one
/// thread at a time. Arrays must not outlive it.
class device_space {
  public:
    /// Device memory of so many entries; null where there was none, and take_problem() says so.
    template <class Entry> class array {
      public:
        array() = default;
        /// An array of the space.
        array(device_space& space, Entry* entries, std::size_t bytes) noexcept
            : from_{&space}, entries_{entries}, bytes_{bytes} {}
        /// An array of the space.
        array(array&& other) noexcept { swap(other); }
        array& operator=(array&& other) noexcept {
            swap(other);
            return *this;
        }
        ~array() {
            if (entries_ != nullptr) from_->give_back(entries_, bytes_);
        }

        /// The entries; null where there was no memory.
        [[nodiscard]] Entry* data() noexcept { return entries_; }
        /// The entries; null where there was no memory.
        [[nodiscard]] const Entry* data() const noexcept { return entries_; }

      private:
        void swap(array& other) noexcept {
            std::swap(from_, other.from_);
            std::swap(entries_, other.entries_);
            std::swap(bytes_, other.bytes_);
        }

        device_space* from_ = nullptr;
        Entry* entries_ = nullptr;
        std::size_t bytes_ = 0;
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
        struct free_host {
            void operator()(Entry* entries) const noexcept { (void)cudaFreeHost(entries); }
        };
        std::unique_ptr<Entry, free_host> entries_;
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
        if (stream_ != nullptr) (void)cudaStreamSynchronize(stream_);
        for (const auto& [bytes, memory] : spare_) (void)cudaFree(memory);
        for (void* const memory : stored_) (void)cudaFree(memory);
        if (stream_ != nullptr) (void)cudaStreamDestroy(stream_);
    }

    /// The GPU.
    [[nodiscard]] const device_info& device() const noexcept { return device_; }
    /// Where all work of the space goes, for kernels of one's own.
    [[nodiscard]] cudaStream_t stream() const noexcept { return stream_; }

    /// As space says.
    template <class Entry> [[nodiscard]] array<Entry> allocate(std::size_t entries) {
        if (problem_ || entries == 0) return {};
        const detail::device_scope scope{device_.number};
        std::size_t bytes = (entries * sizeof(Entry) + 511) / 512 * 512;
        const auto spare = spare_.lower_bound(bytes);
        if (spare != spare_.end() && spare->first <= 2 * bytes) {
            const auto [size, memory] = *spare;
            spare_.erase(spare);
            return {*this, static_cast<Entry*>(memory), size};
        }
        void* memory = nullptr;
        check(cudaMalloc(&memory, bytes), "cudaMalloc", bytes);
        return {*this, static_cast<Entry*>(memory), bytes};
    }

    /// As space says.
    template <class Entry> [[nodiscard]] pinned_array<Entry> pinned(std::size_t entries) {
        const detail::device_scope scope{device_.number};
        void* memory = nullptr;
        if (!problem_) check(cudaMallocHost(&memory, entries * sizeof(Entry)), "cudaMallocHost");
        return pinned_array<Entry>{static_cast<Entry*>(memory)};
    }

    /// As space says.
    template <class Entry> void write(array<Entry>& target, const Entry* source, std::size_t entries) {
        if (problem_ || entries == 0) return;
        check(cudaMemcpyAsync(target.data(), source, entries * sizeof(Entry), cudaMemcpyHostToDevice, stream_),
              "cudaMemcpyAsync");
        finish(); // the caller's memory may go
    }
    /// As space says.
    template <class Entry> void write_soon(array<Entry>& target, const pinned_array<Entry>& source, std::size_t entries) {
        if (problem_ || entries == 0) return;
        check(cudaMemcpyAsync(target.data(), source.data(), entries * sizeof(Entry), cudaMemcpyHostToDevice, stream_),
              "cudaMemcpyAsync");
    }
    /// As space says.
    template <class Entry> void read(const array<Entry>& source, Entry* target, std::size_t entries) {
        if (problem_ || entries == 0) return;
        check(cudaMemcpyAsync(target, source.data(), entries * sizeof(Entry), cudaMemcpyDeviceToHost, stream_),
              "cudaMemcpyAsync");
        finish();
    }

    /// As space says.
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
    /// The job of as many blocks as run at once on the GPU: job(team).
    template <class Job> void run_in_grid(const Job& job) {
        if (problem_) return;
        const detail::device_scope scope{device_.number};
        int resident = 0;
        check(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&resident, detail::grid_kernel<Job>,
                                                            static_cast<int>(detail::shared_block_threads), 0),
              "cudaOccupancyMaxActiveBlocksPerMultiprocessor");
        if (problem_) return;
        // More blocks make the barriers slower than they make the work faster.
        const int blocks = std::min(resident, 4) * device_.multiprocessors;
        Job copy = job;
        void* arguments[] = {&copy};
        check(cudaLaunchCooperativeKernel(reinterpret_cast<const void*>(&detail::grid_kernel<Job>),
                                          dim3(static_cast<unsigned>(blocks)), dim3(detail::shared_block_threads),
                                          arguments, 0, stream_),
              "cudaLaunchCooperativeKernel");
    }
    /// A job for each of some blocks: job(team, block).
    template <class Job> void run_in_blocks(std::uint32_t blocks, const Job& job) {
        if (problem_ || blocks == 0) return;
        const detail::device_scope scope{device_.number};
        detail::blocks_kernel<<<blocks, detail::shared_block_threads, 0, stream_>>>(job);
        check(cudaGetLastError(), "launching blocks");
    }

    /// The best node of each shape in one kernel: what rank_part and merge_lists do for lists of one. See rank_kernel.
    ///
    /// - `best`: [count].
    /// - `table_bytes`: Of the scorers' tables, at most; small ones are read from shared memory.
    template <class Scorer> void rank_best(const cluster_view& cluster, const prepared_request<Scorer>* shapes, std::uint32_t count,
                                           ranked_node<search::key_of<Scorer>>* best, std::size_t table_bytes) {
        if (problem_ || count == 0) return;
        const detail::device_scope scope{device_.number};
        using node = ranked_node<search::key_of<Scorer>>;
        const std::size_t shared = table_bytes <= detail::most_shared_tables ? table_bytes : 0;
        const std::uint32_t blocks = detail::rank_blocks(cluster.size, count, device_.multiprocessors);
        auto partial = allocate<node>(std::size_t{count} * blocks);
        auto done = allocate<std::uint32_t>(count);
        if (problem_) return;
        check(cudaMemsetAsync(done.data(), 0, count * sizeof(std::uint32_t), stream_), "cudaMemsetAsync");
        for (std::uint32_t first = 0; first < count; first += most_grid_rows) {
            const std::uint32_t rows = std::min(count - first, most_grid_rows);
            detail::rank_kernel<Scorer><<<dim3(blocks, rows), detail::rank_threads, shared, stream_>>>(
                cluster, shapes + first, partial.data() + std::size_t{first} * blocks, done.data() + first,
                best + first, static_cast<std::uint32_t>(shared));
            check(cudaGetLastError(), "a kernel launch");
        }
    }

    /// As space says.
    void mark(mark_type& mark) {
        if (problem_) return;
        const detail::device_scope scope{device_.number};
        if (mark.event_ == nullptr)
            check(cudaEventCreateWithFlags(&mark.event_, cudaEventDisableTiming), "cudaEventCreateWithFlags");
        if (!problem_) check(cudaEventRecord(mark.event_, stream_), "cudaEventRecord");
    }
    /// As space says.
    void wait(mark_type& mark) {
        if (!problem_ && mark.event_ != nullptr) check(cudaEventSynchronize(mark.event_), "cudaEventSynchronize");
    }
    /// Waits for all work so far.
    void finish() {
        if (!problem_) check(cudaStreamSynchronize(stream_), "cudaStreamSynchronize");
    }

    /// As space says.
    [[nodiscard]] const void* store(const void* bytes, std::size_t size) {
        if (problem_) return nullptr;
        const detail::device_scope scope{device_.number};
        constexpr std::size_t chunk = std::size_t{1} << 20;
        const std::size_t kept = size;
        size = (size + 255) / 256 * 256;
        if (stored_.empty() || used_ + size > chunk) {
            void* memory = nullptr;
            check(cudaMalloc(&memory, std::max(size, chunk)), "cudaMalloc", std::max(size, chunk));
            if (problem_) return nullptr;
            stored_.push_back(memory);
            used_ = 0;
        }
        void* const target = static_cast<std::byte*>(stored_.back()) + used_;
        used_ += size;
        check(cudaMemcpyAsync(target, bytes, kept, cudaMemcpyHostToDevice, stream_), "cudaMemcpyAsync");
        finish();
        return target;
    }

    /// As space says.
    [[nodiscard]] std::uint32_t parts(std::uint32_t nodes) const noexcept {
        return std::clamp(nodes / 8, 1U, 64U * static_cast<std::uint32_t>(device_.multiprocessors));
    }

    /// Whether a call has failed, so that nothing is done until take_problem().
    [[nodiscard]] bool has_problem() const noexcept { return problem_.has_value(); }
    /// The first call that failed since this was asked last.
    [[nodiscard]] std::optional<gpu_error> take_problem() noexcept {
        return std::exchange(problem_, std::nullopt);
    }

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

    explicit device_space(device_info device) : device_{std::move(device)} {
        const detail::device_scope scope{device_.number};
        check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
    }

    void give_back(void* memory, std::size_t bytes) { spare_.emplace(bytes, memory); }

    device_info device_;
    cudaStream_t stream_ = nullptr;
    std::multimap<std::size_t, void*> spare_; // by size; whoever gets it next works on the same stream
    std::vector<void*> stored_;
    std::size_t used_ = 0;
    std::optional<gpu_error> problem_;
};

static_assert(space<device_space>);

} // namespace gpupack::gpu
