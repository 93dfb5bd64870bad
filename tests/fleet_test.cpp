// SPDX-License-Identifier: Apache-2.0
// Also built with ThreadSanitizer, as a program of its own.
#include <gpupack/fleet.hpp>

#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/worst_fit.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/state/placement_text.hpp>
#include <gpupack/topology/models.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace gpupack;

namespace {

const node_spec four{.cpu = 16_cores, .memory = 64_GiB, .gpus = {4, models::t4}};
constexpr request one_gpu{.cpu = 1_cores, .gpus = 1};

any_scheduler nobody() {
    return any_scheduler{cluster_builder{}.build().value(), any_policy{policy::best_fit{}, search::indexed{}},
                         "best-fit"};
}

template <class Answer> outcome status_of(const Answer& answer) {
    return answer ? outcome::ok : answer.error().status;
}

} // namespace

TEST(fleet, answers_whatever_is_asked) {
    fleet all{nobody()};
    EXPECT_EQ(status_of(all.place("t", one_gpu)), outcome::no_fit);
    EXPECT_EQ(status_of(all.put_node("", four)), outcome::bad_input);
    EXPECT_EQ(status_of(all.put_node("n", {.gpus = {33, models::t4}})), outcome::bad_input);
    EXPECT_EQ(status_of(all.remove_node("n")), outcome::unknown);
    ASSERT_TRUE(all.put_node("n", four));
    EXPECT_EQ(status_of(all.place("", one_gpu)), outcome::bad_input);
    EXPECT_EQ(status_of(all.place("t", {.gpus = 33})), outcome::bad_input);
    EXPECT_EQ(status_of(all.place("t", {.gpus = 1, .share = slice{.memory_percent = 306}})), outcome::bad_input);
    EXPECT_EQ(status_of(all.place("t", one_gpu, "nobody")), outcome::unknown);
    ASSERT_TRUE(all.place("t", one_gpu));
    EXPECT_EQ(status_of(all.place("t", one_gpu)), outcome::conflict);
    EXPECT_EQ(status_of(all.close_node("n", gpu_set::of(4), true)), outcome::unknown);
    EXPECT_EQ(status_of(all.close_node("m", std::nullopt, true)), outcome::unknown);
    EXPECT_EQ(status_of(all.release("u")), outcome::unknown);
    EXPECT_TRUE(all.release("t"));
    EXPECT_EQ(status_of(all.release("t")), outcome::unknown);
    EXPECT_EQ(status_of(all.commit(hold_token{5})), outcome::unknown);
    EXPECT_EQ(status_of(all.abort(hold_token{0})), outcome::unknown);
    EXPECT_EQ(status_of(all.restore({.task = "t", .node = "m"})), outcome::unknown);
    EXPECT_EQ(status_of(all.restore({.task = "t", .node = "n", .gpus = gpu_set::of(9)})), outcome::conflict);
    EXPECT_EQ(status_of(all.place_at("t", one_gpu, {node_id(0, 3), gpu_set::of(0), {}}, 0)), outcome::conflict);
    EXPECT_EQ(all.records().size(), 0U);
}

TEST(fleet, knows_tasks_by_name_and_gives_their_records_back_after_a_restart) {
    fleet before{nobody()};
    before.put_policy("spread", any_policy{policy::worst_fit{}, search::indexed{}});
    for (const char* name : {"a", "b"}) ASSERT_TRUE(before.put_node(name, four));
    ASSERT_TRUE(before.place("one", one_gpu));
    EXPECT_EQ(before.place("two", one_gpu, "spread")->node, "b");
    ASSERT_TRUE(before.place("three", {.gpus = 1, .share = slice{2_GiB}}));
    EXPECT_EQ(before.try_place(one_gpu)->task, "");
    EXPECT_EQ(before.records().size(), 3U);
    fleet after{nobody()};
    for (const char* name : {"b", "a"}) ASSERT_TRUE(after.put_node(name, four));
    for (const placement_record& each : before.records())
        ASSERT_TRUE(after.restore(placement_from_text(to_text(each)).value()));
    for (const char* task : {"one", "two", "three"}) EXPECT_EQ(after.record(task).value(), before.record(task).value());
    EXPECT_EQ(after.remove_node("a").value(), (std::vector<std::string>{"one", "three"}));
    EXPECT_EQ(status_of(after.record("one")), outcome::unknown);
    EXPECT_EQ(after.records_on("b")->at(0).task, "two");
    EXPECT_THAT(after.metrics(), testing::HasSubstr("gpupack_changes_total{kind=\"restored\"} 3\n"));
}

TEST(fleet, holds_expire_are_committed_or_given_up) {
    fleet all{nobody()};
    ASSERT_TRUE(all.put_node("a", four));
    const auto a = all.hold("a", one_gpu, 10).value();
    const auto b = all.hold("b", one_gpu, 20).value();
    const auto c = all.hold("c", one_gpu, 30).value();
    EXPECT_TRUE(all.commit(a.first));
    EXPECT_TRUE(all.commit(a.first));
    EXPECT_EQ(status_of(all.abort(a.first)), outcome::conflict);
    EXPECT_EQ(all.expire(20), std::vector<std::string>{"b"});
    EXPECT_EQ(status_of(all.commit(b.first)), outcome::conflict);
    EXPECT_TRUE(all.abort(b.first));
    EXPECT_TRUE(all.abort(c.first));
    EXPECT_TRUE(all.abort(c.first));
    EXPECT_EQ(all.records().size(), 1U);
    EXPECT_TRUE(all.release("a"));
    EXPECT_EQ(status_of(all.commit(a.first)), outcome::conflict);
}

TEST(fleet, a_choice_made_on_a_snapshot_is_taken_only_if_the_node_is_as_it_was) {
    fleet all{nobody()};
    ASSERT_TRUE(all.put_node("a", four));
    ASSERT_TRUE(all.put_node("b", four));
    const cluster seen = all.look([](const any_scheduler& scheduler) { return scheduler.cluster(); });
    const selection there{node_id{0}, gpu_set::of(0), {}};
    ASSERT_TRUE(all.place_at("t", one_gpu, there, seen.version()));
    EXPECT_EQ(all.place_at("u", one_gpu, {node_id{0}, gpu_set::of(1), {}}, seen.version()).error().message,
              describe(refusal::changed));
    EXPECT_TRUE(all.place_at("u", one_gpu, {node_id{1}, gpu_set::of(1), {}}, seen.version()));
}

// Many threads choose on what they saw, and commit: no GPU is given twice, whoever wins.
TEST(fleet, racing_threads_never_allocate_more_than_there_is) {
    fleet all{nobody()};
    for (int n = 0; n < 4; ++n) ASSERT_TRUE(all.put_node("n" + std::to_string(n), four));
    std::atomic<int> placed{0};
    std::atomic<int> refused{0};
    const auto work = [&](int thread) {
        for (int i = 0; i < 200; ++i) {
            const std::string task = std::to_string(thread) + "/" + std::to_string(i);
            const cluster seen = all.look([](const any_scheduler& scheduler) { return scheduler.cluster(); });
            const auto choice = search::scan::searcher{}.find(policy::best_fit{}, {seen, one_gpu, 0});
            if (!choice) {
                for (const placement_record& each : all.records())
                    if (each.task.starts_with(std::to_string(thread) + "/")) (void)all.release(each.task);
                continue;
            }
            const auto held = all.place_at(task, one_gpu, *choice, seen.version());
            (held ? placed : refused) += 1;
            if (const auto hold = all.hold(task + "h", one_gpu, i); hold && i % 3 != 0)
                (void)(i % 3 == 1 ? all.commit(hold->first).has_value() : all.abort(hold->first).has_value());
            (void)all.expire(i - 2);
            int used = 0;
            for (const placement_record& each : all.records()) used += each.gpus.size();
            if (used > 16) ADD_FAILURE() << used;
        }
    };
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) threads.emplace_back(work, t);
    for (std::thread& each : threads) each.join();
    EXPECT_GT(placed, 0);
    all.look([](const any_scheduler& scheduler) {
        const cluster& on = scheduler.cluster();
        for (std::uint32_t n = 0; n < on.size(); ++n) {
            std::vector<int> sharers(4);
            on.for_each_placement_on(
                on.id_at(n), [&](const placement& each) { ++sharers[static_cast<std::size_t>(each.gpus.lowest())]; });
            for (const int count : sharers) EXPECT_LE(count, 1);
        }
    });
}
