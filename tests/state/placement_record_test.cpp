// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/placement_record.hpp>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/state/placement_text.hpp>
#include <gpupack/topology/models.hpp>

#include "support/for_all.hpp"
#include "support/random_history.hpp"
#include "support/slow_books.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>

using namespace gpupack;

// As after a restart: the records of a used cluster, through their texts, onto an idle one.
TEST(placement_record, restores_the_same_state_bit_for_bit_for_every_way_of_sharing) {
    for_all([](std::uint64_t seed) {
        random_history history{seed};
        const cluster used = history.used_cluster();
        cluster idle = used;
        for (const placement& each : idle.placements()) idle.give_back(each);
        scheduler after{idle, policy::best_fit{}, search::indexed{}};
        int number = 0;
        for (const placement& each : used.placements()) {
            const placement_record record = record_of(used, each, "task " + std::to_string(number++));
            const std::string line = to_text(record);
            const auto read = placement_from_text(line);
            RC_ASSERT(read.has_value());
            RC_ASSERT(*read == record);
            RC_ASSERT(restore(after, *read, true).has_value());
        }
        RC_ASSERT(after.cluster().same_state(used));
        RC_ASSERT(what_differs(after.cluster()) == "");
    });
}

TEST(placement_record, follows_gpus_by_their_ids_whatever_their_numbers) {
    const node_spec two{.cpu = 8_cores, .memory = 8_GiB, .gpus = {2, models::a100_40gb}};
    cluster before = cluster_builder{}.add_node("n", two, {"A", "B"}).build().value();
    cluster after = cluster_builder{}.add_node("n", two, {"B", "A"}).build().value();
    placed_resources held;
    held.node = node_id{0};
    held.gpus = gpu_set::first(2);
    held.share = split_slice{5_MiB};
    held.pieces.memory[0] = 4;
    held.pieces.memory[1] = 1;
    const placement first = before.restore(held).value();
    const placement_record record = record_of(before, first, "t");
    const placement second = restore(after, record).value();
    EXPECT_EQ(after.memory_on(second, 0), 1_MiB);
    EXPECT_EQ(after.memory_on(second, 1), 4_MiB);
    EXPECT_EQ(to_text(record), "task=t node=n gpus=0-1 share=slices ids=A,B gpu_memory=1MiB pieces=4MiB,1MiB");
}

TEST(placement_record, says_what_it_names_that_is_not_there) {
    cluster on = cluster_builder{}
                     .add_node("n", {.cpu = 8_cores, .memory = 8_GiB, .gpus = {2, models::a100_40gb}}, {"A", "B"})
                     .build()
                     .value();
    const auto wrong = [&](const char* line) {
        const auto record = placement_from_text(line);
        if (!record) return record.error().message();
        const auto restored = restore(on, *record, true);
        return restored ? std::string{} : restored.error().message();
    };
    EXPECT_EQ(wrong("node=m"), R"(node: "m": expected a node of this cluster)");
    EXPECT_EQ(wrong("task=t"), R"(node: "": expected the name of a node)");
    EXPECT_EQ(wrong("node=n gpus=0 ids=C"), R"(GPU id: "C": expected the id of a GPU of n, once)");
    EXPECT_EQ(wrong("node=n gpus=0-1 ids=A,A"), R"(GPU id: "A": expected the id of a GPU of n, once)");
    EXPECT_EQ(wrong("node=n gpus=0 share=mig"),
              R"(instances: "0": expected one for each GPU of MIG and vGPU, else none)");
    EXPECT_EQ(wrong("node=n gpus=0 share=mig instances=3g.20gb@1"),
              R"(instance: "3g.20gb@1": expected a profile and a start of GPU 0 of n)");
    EXPECT_EQ(wrong("node=n gpus=7"), R"(placement: "n": expected one that can be restored: the node has no such GPU)");
    EXPECT_EQ(wrong("node=n gpus=0 share=slices pieces=1MiB,2MiB"),
              R"(pieces: "2": expected one for each GPU of a split slice, else none)");
    EXPECT_EQ(wrong("node=n gpu=0"), "gpu, column 8: \"0\": expected task, node, gpus, ids, share, gpu_memory, "
                                     "memory_percent, memory_millionths, rule, compute, pieces, instances, cpu, "
                                     "memory, rounding or leaving");
    EXPECT_EQ(wrong("node=n node=n"), R"(node, column 8: "n": expected each field once)");
    EXPECT_EQ(wrong("node=n cpu=x"), R"(cpu, column 8: "x": expected an amount of CPU: 2500m, 2.5)");
    EXPECT_EQ(wrong("node=n gpus=0"), "");
}
