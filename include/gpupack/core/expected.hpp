// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <version>

#if defined(__cpp_lib_expected) && __cpp_lib_expected >= 202202L
#include <expected>
#else
#include <tl/expected.hpp>
#endif

namespace gpupack::inline GPUPACK_ABI {

#if defined(__cpp_lib_expected) && __cpp_lib_expected >= 202202L
/// A value, or the reason why there is none: std::expected where the library has it, else tl::expected.
template <class Value, class Error> using expected = std::expected<Value, Error>;
/// Wraps an error on its way into an expected.
template <class Error> using unexpected = std::unexpected<Error>;
#else
/// A value, or the reason why there is none: std::expected where the library has it, else tl::expected.
template <class Value, class Error> using expected = tl::expected<Value, Error>;
/// Wraps an error on its way into an expected.
template <class Error> using unexpected = tl::unexpected<Error>;
#endif

} // namespace gpupack
