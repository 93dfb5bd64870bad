// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/gpu/gpu_error.hpp>

#include <cuda_runtime.h>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace gpupack::inline GPUPACK_ABI::gpu {

/// What a person can do about an error of the CUDA runtime; nothing where its own text says all.
[[nodiscard]] inline std::string advice_on(cudaError_t code) {
    switch (code) {
    case cudaErrorInsufficientDriver:
        return "NVIDIA's driver is missing, or older than the CUDA runtime that this program was built with";
    case cudaErrorNoDevice: return "there is no NVIDIA GPU here, or none that this process may see";
    case cudaErrorNoKernelImageForDevice:
        return "this program has no code for this GPU; build it with CMAKE_CUDA_ARCHITECTURES naming its compute "
               "capability";
    case cudaErrorMemoryAllocation: return "not enough memory on the GPU";
    default: return {};
    }
}

/// The error behind a return code; nothing for success.
[[nodiscard]] inline std::optional<gpu_error> error_of(cudaError_t code, const char* call) {
    if (code == cudaSuccess) return std::nullopt;
    std::string problem = advice_on(code);
    if (problem.empty()) problem = cudaGetErrorString(code);
    return gpu_error{call, static_cast<int>(code), std::move(problem)};
}

/// The GPU that work runs on.
struct device_info {
    int number = 0;              ///< Of the device.
    std::string name;            ///< As the driver says it.
    int capability = 0;          ///< 10 * major + minor: 90 for an H100.
    int multiprocessors = 0;     ///< How many it has.
    std::size_t memory = 0;      ///< Bytes.
    std::size_t memory_free = 0; ///< Bytes.
    int clock_khz = 0;           ///< Of the multiprocessors.
};

namespace detail {

/// Makes a device the current one, and the one before it again when it ends.
class device_scope {
  public:
    explicit device_scope(int number) noexcept : number_{number} {
        (void)cudaGetDevice(&before_);
        code_ = cudaSetDevice(number);
    }
    device_scope(const device_scope&) = delete;
    device_scope& operator=(const device_scope&) = delete;
    ~device_scope() {
        if (before_ != number_) (void)cudaSetDevice(before_);
    }

    /// What cudaSetDevice said.
    [[nodiscard]] cudaError_t code() const noexcept { return code_; }

  private:
    int number_;
    int before_ = 0;
    cudaError_t code_ = cudaSuccess;
};

/// Is in every program that includes this, so that one can ask whether the GPU runs what it was built for.
template <class> GPUPACK_KERNEL do_nothing() {}

} // namespace detail

/// Finds the GPU and makes sure that it runs the kernels of this program. The current device stays what it was.
///
/// @param number  of the device
/// @return        the device; or an error: no driver, no such GPU, no code for it, each with what to do about it
[[nodiscard]] inline expected<device_info, gpu_error> find_device(int number = 0) {
    int count = 0;
    if (auto error = error_of(cudaGetDeviceCount(&count), "cudaGetDeviceCount"))
        return unexpected<gpu_error>{std::move(*error)};
    if (number < 0 || number >= count)
        return unexpected<gpu_error>{
            {"looking for GPU " + std::to_string(number), 0, "the driver shows " + std::to_string(count)}};
    const detail::device_scope scope{number};
    if (auto error = error_of(scope.code(), "cudaSetDevice")) return unexpected<gpu_error>{std::move(*error)};
    cudaDeviceProp has{};
    if (auto error = error_of(cudaGetDeviceProperties(&has, number), "cudaGetDeviceProperties"))
        return unexpected<gpu_error>{std::move(*error)};
    cudaFuncAttributes code{};
    if (auto error = error_of(cudaFuncGetAttributes(&code, detail::do_nothing<void>), "cudaFuncGetAttributes"))
        return unexpected<gpu_error>{std::move(*error)};
    device_info found{number, has.name, 10 * has.major + has.minor, has.multiProcessorCount, 0, 0, 0};
    if (auto error = error_of(cudaMemGetInfo(&found.memory_free, &found.memory), "cudaMemGetInfo"))
        return unexpected<gpu_error>{std::move(*error)};
    if (auto error =
            error_of(cudaDeviceGetAttribute(&found.clock_khz, cudaDevAttrClockRate, number), "cudaDeviceGetAttribute"))
        return unexpected<gpu_error>{std::move(*error)};
    return found;
}

} // namespace gpupack::gpu
