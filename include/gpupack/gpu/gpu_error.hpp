// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <ostream>
#include <string>

namespace gpupack::inline GPUPACK_ABI::gpu {

/// Why something could not be done on the GPU: which call failed, with which code, and what that means.
struct gpu_error {
    std::string call;    ///< "cudaMalloc", or what was being done.
    int code = 0;        ///< Of the CUDA runtime; 0 where the failure is not one of its.
    std::string problem; ///< For a person, with what to do about it where that is known.

    /// "cudaMalloc: out of memory (error 2): 24 GiB were asked for".
    [[nodiscard]] std::string message() const {
        return code == 0 ? call + ": " + problem : call + ": " + problem + " (error " + std::to_string(code) + ")";
    }

    friend std::ostream& operator<<(std::ostream& out, const gpu_error& error) { return out << error.message(); }
    friend bool operator==(const gpu_error&, const gpu_error&) = default;
};

} // namespace gpupack::gpu
