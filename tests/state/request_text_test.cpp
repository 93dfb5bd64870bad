// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/request_text.hpp>

#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

using namespace gpupack;

TEST(request_text, reads_back_any_request_for_every_way_of_sharing) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster on = history.any_cluster();
        for (int i = 0; i < 20; ++i) {
            request request = history.any_request(on);
            gpu_choice known{request.ids.is_only()}; // random ones name GPUs that no node has
            request.ids.for_each([&](node_id node, gpu_set gpus) {
                const gpu_set there = gpus & gpu_set::first(on[node].gpu_count());
                if (!there.empty()) (void)known.add(node, there);
            });
            request.ids = known.is_any() || known == gpu_choice{true} ? gpu_choice{} : known;
            if (!request.models.empty() && request.models == model_set::first(static_cast<int>(on.models().size())))
                continue;
            const std::string line = to_text(request, on);
            const auto read = request_from_text(line, on);
            RC_ASSERT(read.has_value());
            RC_ASSERT(to_text(*read, on) == line);
            if (!in_profiles(request.share.way())) RC_ASSERT(*read == request); // random instances lack their amounts
        }
    });
}

TEST(request_text, names_the_field_and_its_column) {
    const cluster on = cluster_builder{}
                           .add_node("n", {.cpu = 8_cores, .gpus = {2, models::t4}, .labels = {"a"}}, {"G0", "G1"})
                           .build()
                           .value();
    const auto wrong = [&](const char* line) { return request_from_text(line, on).error().message(); };
    EXPECT_EQ(wrong("gpus=33"), R"(gpus, column 1: "33": expected from 0 to 32)");
    EXPECT_EQ(wrong("gpus=1 labels=zone"), R"(labels, column 8: "zone": expected one of a)");
    EXPECT_EQ(wrong("gpus=1 models=T5"), R"(models, column 8: "T5": expected one of T4)");
    EXPECT_EQ(wrong("gpus=1 ids=G0,!G1"),
              R"(ids, column 8: "!G1": expected GPUs of this cluster, all or none with a ! before it)");
    EXPECT_EQ(wrong("gpus=1 gpus=1"), R"(gpus, column 8: "1": expected each field once)");
    EXPECT_EQ(wrong("gpus=1 share=slice:"),
              R"(slice compute: "0": expected from 0 to 1000 milli-GPUs, and memory or compute above 0)");
    EXPECT_EQ(wrong("gpu=1"), R"(gpu, column 1: "1": expected gpus, share, cpu, memory, models, labels, ids or numa)");
    const auto read = request_from_text("gpus=1 ids=G1 labels=a cpu=2 numa=single", on).value();
    EXPECT_EQ(to_text(read, on), "gpus=1 share=exclusive cpu=2000m labels=a ids=G1 numa=single");
}
