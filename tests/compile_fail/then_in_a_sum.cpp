// SPDX-License-Identifier: Apache-2.0
// What `then` returns is an order, not a number: it has no weight.
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/then.hpp>
#include <gpupack/policy/weighted_sum.hpp>
namespace policy = gpupack::policy;
#if defined(EXPECT_FAIL)
[[maybe_unused]] const auto sum = policy::then(policy::binpack{}, policy::spread{}) + policy::binpack{};
#else
[[maybe_unused]] const auto sum = policy::then(policy::binpack{} + policy::spread{}, policy::binpack{});
#endif
