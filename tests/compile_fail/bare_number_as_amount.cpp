// SPDX-License-Identifier: Apache-2.0
// An amount says its unit.
#include <gpupack/request/request.hpp>
using namespace gpupack::literals;
#if defined(EXPECT_FAIL)
[[maybe_unused]] const gpupack::request request{.cpu = 8};
#else
[[maybe_unused]] const gpupack::request request{.cpu = 8_cores};
#endif
