// SPDX-License-Identifier: Apache-2.0
// Two policies that each choose candidates of their own can only follow each other, one for nodes and one for GPUs.
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/policy/random.hpp>
#include <gpupack/policy/then.hpp>
namespace policy = gpupack::policy;
#if defined(EXPECT_FAIL)
[[maybe_unused]] const auto order = policy::then(policy::gpu_random{1}, policy::gpu_random{2});
#else
[[maybe_unused]] const auto order = policy::node_then_gpus(policy::gpu_random{1}, policy::gpu_random{2});
#endif
