#include <gpupack/policy/volcano_binpack.hpp>

#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

using namespace gpupack;

namespace {

/// A node of Volcano's unit test. Its third resource, whatever its name there, stands as GPUs here.
struct node {
    int cpu, memory_gib, third;
    int used_cpu_milli, used_memory_gib;

    [[nodiscard]] cluster build() const {
        cluster on = cluster_builder{}
                         .add_nodes(1, {milli_cpu{cpu * 1000}, mebibytes{memory_gib * 1024}, {third, models::t4}})
                         .build()
                         .value();
        (void)on.take(node_id{0}, {},
                      {.cpu = milli_cpu{used_cpu_milli}, .memory = mebibytes{used_memory_gib * 1024}});
        return on;
    }
};

constexpr node n1{2, 4, 0, 1000, 1};
constexpr node n2_gpus{4, 16, 4, 0, 0};
constexpr node n2_foo{4, 16, 0, 0, 0}; // it has none of the resource "foo"
constexpr node n3{2, 4, 16, 1500, 0};  // 16 of "foo"; the simulator's n3 has no GPUs
constexpr node n3_gpus{2, 4, 0, 1500, 0};

double scored(const node& on, const request& asked, policy::score third_weight) {
    const cluster built = on.build();
    const policy::volcano_binpack rule{{2, 3, third_weight}, 10};
    return static_cast<double>(rule(built[node_id{0}], asked)) / policy::volcano_binpack::point;
}

} // namespace

TEST(volcano_binpack,
     scores_the_published_examples) { // Volcano's own unit test: weight 10; cpu 2, memory 3, GPU 7, foo 8
    const request p1{.cpu = 1_cores, .memory = 1_GiB};
    const request p2{.cpu = milli_cpu{1500}};
    const request p3{.cpu = 2_cores, .memory = 10_GiB, .gpus = 2};
    const request p4{.cpu = 3_cores, .memory = 4_GiB, .gpus = 3};
    constexpr double close = 1e-6;
    EXPECT_NEAR(scored(n1, p1, 7), 700, close);
    EXPECT_NEAR(scored(n2_gpus, p1, 7), 137.5, close);
    EXPECT_NEAR(scored(n3_gpus, p1, 7), 0, close);
    EXPECT_NEAR(scored(n1, p2, 7), 0, close);
    EXPECT_NEAR(scored(n2_gpus, p2, 7), 375, close);
    EXPECT_NEAR(scored(n3_gpus, p2, 7), 0, close);
    EXPECT_NEAR(scored(n1, p3, 7), 0, close);
    EXPECT_NEAR(scored(n2_gpus, p3, 7), 531.25, close);
    EXPECT_NEAR(scored(n3_gpus, p3, 7), 0, close);
    EXPECT_NEAR(scored(n1, p4, 8), 0, close);
    EXPECT_NEAR(scored(n2_foo, p4, 8), 173.076923076, close); // a missing resource adds its weight alone
    EXPECT_NEAR(scored(n3, p4, 8), 0, close);
}
