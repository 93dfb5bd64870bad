// two_level decides GPUs apart from nodes, so it stands outermost.
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/then.hpp>
#include <gpupack/policy/two_level.hpp>
namespace policy = gpupack::policy;
#if defined(EXPECT_FAIL)
[[maybe_unused]] const auto order =
    policy::then(policy::two_level(policy::binpack{}, policy::gpu_best_fit{}), policy::spread{});
#else
[[maybe_unused]] const auto order =
    policy::two_level(policy::then(policy::binpack{}, policy::spread{}), policy::gpu_best_fit{});
#endif
