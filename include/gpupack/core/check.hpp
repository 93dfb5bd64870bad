// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <cstdio>
#include <cstdlib>

namespace gpupack::inline GPUPACK_ABI::detail {

/// Prints where and which expectation was broken, then aborts.
[[noreturn]] inline void check_failed(const char* condition, const char* message, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: gpupack expects %s: %s\n", file, line, condition, message);
    std::abort();
}

} // namespace gpupack::detail

/// Stops the program at a programming error: GPUPACK_EXPECTS(condition, "what the caller must see to").
///
/// Replaceable: define GPUPACK_EXPECTS before the first gpupack header to throw, log or trap instead, or define
/// GPUPACK_NO_CHECKS to leave it out; the condition is still compiled then, never evaluated. Bad input never
/// comes here: it is an error value. Inside a kernel there is no check.
#if !defined(GPUPACK_EXPECTS)
#if defined(GPUPACK_NO_CHECKS) || defined(__CUDA_ARCH__)
#define GPUPACK_EXPECTS(condition, message) ((void)sizeof((condition) ? 1 : 0))
#else
#define GPUPACK_EXPECTS(condition, message)                                                                        \
    ((condition) ? (void)0 : ::gpupack::detail::check_failed(#condition, message, __FILE__, __LINE__))
#endif
#endif
