// SPDX-License-Identifier: Apache-2.0
// node_then_gpus decides GPUs apart from nodes, so it stands outermost.
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/then.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
namespace policy = gpupack::policy;
#if defined(EXPECT_FAIL)
[[maybe_unused]] const auto order =
    policy::then(policy::node_then_gpus(policy::binpack{}, policy::gpu_best_fit{}), policy::spread{});
#else
[[maybe_unused]] const auto order =
    policy::node_then_gpus(policy::then(policy::binpack{}, policy::spread{}), policy::gpu_best_fit{});
#endif
