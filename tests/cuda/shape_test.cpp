#include <gpupack/cuda/shape.hpp>

#include <gpupack/cuda/table_mover.hpp>
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/gpuallocator.hpp>
#include <gpupack/policy/quantize.hpp>
#include <gpupack/policy/random.hpp>
#include <gpupack/policy/two_level.hpp>
#include <gpupack/policy/whole_gpus.hpp>

#include "support/random_history.hpp"

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

struct no_memory {
    expected<const void*, cuda::cuda_error> store(const void* bytes, std::size_t) const { return bytes; }
};

} // namespace

TEST(shape, knows_which_policies_a_kernel_can_run) {
    using host_only = policy::gpuallocator_best_effort;
    static_assert(cuda::runs_on_device<policy::best_fit> && cuda::runs_on_device<policy::fgd>);
    static_assert(!cuda::runs_on_device<host_only>);
    static_assert(!cuda::runs_on_device<policy::two_level_policy<policy::best_fit, host_only>>);
    static_assert(!cuda::runs_on_device<policy::whole_gpus_policy<policy::quantized_policy<host_only>>>);
    static_assert(cuda::runs_on_device<policy::two_level_policy<policy::best_fit, policy::gpu_best_fit>>);
}

TEST(shape, is_prepared_as_a_decision_is) {
    const cluster on = random_history{1}.used_cluster();
    cuda::table_mover mover{no_memory{}};
    const auto shapes = cuda::prepare_shapes(on, policy::random{3}, {{.gpus = 1}, {.gpus = 2}}, mover, 40).value();
    ASSERT_EQ(shapes.size(), 2U);
    EXPECT_EQ(shapes[1].asked.gpus, 2);
    EXPECT_EQ(shapes[1].scorer.key, (policy::random{3}.prepare({on, shapes[1].asked, 41}).key));
}

TEST(shape, asks_for_what_the_policy_takes) {
    const cluster on = random_history{1}.used_cluster();
    cuda::table_mover mover{no_memory{}};
    const request asked{.gpus = 1, .share = slice{.compute = milli_gpu{100}}};
    const auto shapes = cuda::prepare_shapes(on, policy::whole_gpus(policy::best_fit{}), {asked}, mover).value();
    EXPECT_EQ(shapes[0].asked.share.way(), sharing::exclusive);
}

TEST(shape, counts_the_bytes_of_its_tables) {
    const cluster on = random_history{1}.used_cluster();
    task_mix mix;
    mix.add({.cpu = milli_cpu{1000}, .gpus = 1});
    const request asked{.gpus = 1};
    const auto scorer = policy::fgd{mix}.prepare({on, asked});
    // One class of 24 bytes, one amount of CPU, two counts, 99 thresholds; each rounded up to 16.
    EXPECT_EQ(cuda::detail::table_bytes(scorer), 32U + 16U + 16U + 800U);
    EXPECT_EQ(cuda::detail::table_bytes(policy::best_fit{}), 0U);
}
