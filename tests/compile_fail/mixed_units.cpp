// SPDX-License-Identifier: Apache-2.0
// CPU and memory do not add.
#include <gpupack/core/units.hpp>
using namespace gpupack::literals;
#if defined(EXPECT_FAIL)
[[maybe_unused]] const auto sum = 8_cores + 32_GiB;
#else
[[maybe_unused]] const auto sum = 8_cores + gpupack::milli_cpu{32};
#endif
