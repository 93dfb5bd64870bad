// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#if GPUPACK_DETAIL_CHECKS == 2
#include <stdexcept>
#include <string>
#else
#include <cstdio>
#include <cstdlib>
#endif

namespace gpupack::inline GPUPACK_ABI {

#if GPUPACK_DETAIL_CHECKS == 2

/// What a failed check throws where the program is compiled with GPUPACK_CHECKS=throw.
///
/// A check that fails is a programming error. What was called has changed nothing where the check is one of arguments,
/// as all checks of this library are; a handler may therefore go on.
class check_error : public std::logic_error {
  public:
    /// @param condition the text of the condition that is false
    /// @param message what the caller must see to
    /// @param file where the check stands
    /// @param line where the check stands
    check_error(const char* condition, const char* message, const char* file, int line)
        : std::logic_error{std::string{file}
                               .append(":")
                               .append(std::to_string(line))
                               .append(": gpupack expects ")
                               .append(condition)
                               .append(": ")
                               .append(message)} {}
};

#else

namespace detail {

/// Prints where and which expectation was broken, then aborts.
[[noreturn]] inline void check_failed(const char* condition, const char* message, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: gpupack expects %s: %s\n", file, line, condition, message);
    std::abort();
}

} // namespace detail

#endif

} // namespace gpupack

/// Stops at a programming error: GPUPACK_EXPECTS(condition, "what the caller must see to").
///
/// What a failed check does is the same in all of a program and is named by GPUPACK_CHECKS (core/abi.hpp). Where checks
/// are off, and in kernels, the condition is compiled but never evaluated. Bad input never comes here: it is an error
/// value. A function that checks is not noexcept, nor is one that calls it and cannot rule out that the check fails.
#if GPUPACK_DETAIL_CHECKS == 3 || defined(__CUDA_ARCH__)
#define GPUPACK_EXPECTS(condition, message) ((void)sizeof((condition) ? 1 : 0))
#elif GPUPACK_DETAIL_CHECKS == 2
#define GPUPACK_EXPECTS(condition, message)                                                                            \
    ((condition) ? (void)0 : throw ::gpupack::check_error(#condition, message, __FILE__, __LINE__))
#else
#define GPUPACK_EXPECTS(condition, message)                                                                            \
    ((condition) ? (void)0 : ::gpupack::detail::check_failed(#condition, message, __FILE__, __LINE__))
#endif
