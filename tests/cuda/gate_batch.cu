// Compiles the kernels of batches and of what-if replays for policies of every kind; runs nothing. Warnings are errors.
#include <gpupack/cuda/batch_order.hpp>
#include <gpupack/cuda/what_if.cuh>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/policy/fragmentation.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/kai.hpp>
#include <gpupack/policy/mig_options.hpp>
#include <gpupack/policy/mig_scarcity.hpp>
#include <gpupack/policy/normalize.hpp>
#include <gpupack/policy/random.hpp>
#include <gpupack/policy/then.hpp>
#include <gpupack/policy/two_level.hpp>
#include <gpupack/policy/worst_fit.hpp>

namespace {

namespace policy = gpupack::policy;
using device_cluster = gpupack::cuda::resident_cluster<gpupack::cuda::device_space>;

template <class Policy> auto batch_of(device_cluster& of, const gpupack::cluster& on, const Policy& by,
                                      const std::vector<gpupack::request>& asked) {
    return gpupack::cuda::place_batch(of, on, by, asked);
}

template <class Policy> auto replays_of(gpupack::cuda::device_space& in,
                                        const gpupack::cuda::what_if_world<Policy>& world,
                                        const std::vector<gpupack::cuda::what_if_scenario>& scenarios) {
    return gpupack::cuda::what_if(in, world, scenarios);
}

} // namespace

/// Names every kernel once.
bool gate_batch(device_cluster& of, const gpupack::cluster& on, const gpupack::task_mix& mix,
                const std::vector<gpupack::request>& asked) {
    const auto binpack = policy::two_level(policy::binpack{}, policy::gpu_best_fit{});
    const auto keyed = policy::then(policy::fragmentation{mix}, policy::best_fit{});
    bool placed = batch_of(of, on, binpack, asked).has_value();
    placed &= batch_of(of, on, policy::fgd{mix}, asked).has_value();
    placed &= batch_of(of, on, keyed, asked).has_value();
    placed &= batch_of(of, on, policy::mig_options{mix}, asked).has_value();
    placed &= batch_of(of, on, policy::mig_scarcity{mix}, asked).has_value();
    placed &= batch_of(of, on, policy::two_level(policy::random{}, policy::gpu_random{}), asked).has_value();
    placed &= batch_of(of, on, policy::two_level(policy::normalize(policy::worst_fit{}), policy::gpu_worst_fit{}),
                       asked)
                  .has_value();
    placed &= batch_of(of, on, policy::two_level(policy::kai_node{}, policy::kai_gpus{}), asked).has_value();
    placed &= gpupack::cuda::place_unordered(of, on, binpack, asked).has_value();
    placed &= replays_of(of.in(), gpupack::cuda::what_if_world{on, asked, std::vector{binpack}, mix}, {{}}).has_value();
    placed &= replays_of(of.in(), gpupack::cuda::what_if_world{on, asked, std::vector{policy::fgd{mix}}, mix}, {{}}).has_value();
    placed &= gpupack::cuda::search_orders(of.in(), on, binpack, asked, 100).has_value();
    return placed;
}
