// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <version>

#include <gpupack/core/version.hpp>

// The name of the inline namespace that holds all of gpupack. It names the version, the kind of `expected`, and what a
// failed check does: translation units that differ in one of these have different symbols, so that they do not link by
// accident, and none changes what another one does.

#if defined(__cpp_lib_expected) && __cpp_lib_expected >= 202202L
#define GPUPACK_ABI_EXPECTED std
#else
#define GPUPACK_ABI_EXPECTED tl
#endif

#if defined(GPUPACK_NO_CHECKS)
#define GPUPACK_ABI_CHECKS unchecked
#else
#define GPUPACK_ABI_CHECKS abort
#endif

#define GPUPACK_ABI_JOIN(major, minor, type, checks) v##major##_##minor##_##type##_##checks
#define GPUPACK_ABI_NAME(major, minor, type, checks) GPUPACK_ABI_JOIN(major, minor, type, checks)
/// The inline namespace of this translation unit: v0_2_tl_abort, for example.
#define GPUPACK_ABI GPUPACK_ABI_NAME(GPUPACK_VERSION_MAJOR, GPUPACK_VERSION_MINOR, GPUPACK_ABI_EXPECTED, GPUPACK_ABI_CHECKS)
