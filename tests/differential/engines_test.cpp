// SPDX-License-Identifier: Apache-2.0
// The engines decide alike: the same clusters, requests, releases, policies and seeds, decision by decision.
#include <gpupack/any_scheduler.hpp>
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/policy/first_fit.hpp>
#include <gpupack/policy/fragmentation.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/policy/quantize.hpp>
#include <gpupack/policy/then.hpp>
#include <gpupack/policy/weighted_sum.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/search/parallel.hpp>
#include <gpupack/search/scan.hpp>

#include "support/naive_fgd.hpp"
#include "support/presets.hpp"
#include "support/random_history.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

using namespace gpupack;

namespace {

std::size_t decided = 0;
std::size_t found_a_place = 0;

/// One cluster four times, each with its own engine, driven alike: they must stay alike.
class four_engines {
  public:
    /// make(engine) makes the policy under that engine.
    template <class Make> four_engines(const cluster& nodes, const Make& make)
        : scan_{nodes, make(search::scan{})}, parallel_{nodes, make(search::parallel{.part = 3})},
          indexed_{nodes, make(search::indexed{})}, tight_{nodes, make(search::indexed{.request_classes = 2})} {}

    [[nodiscard]] const cluster& state() const { return scan_.cluster(); }

    /// Places the request everywhere; false where two engines differ.
    bool place(const request& request) {
        ++decided;
        const auto told = scan_.try_place(request);
        const auto by_parallel = parallel_.try_place(request);
        const auto by_indexed = indexed_.try_place(request);
        const auto by_tight = tight_.try_place(request);
        if (!alike(told, by_parallel) || !alike(told, by_indexed) || !alike(told, by_tight)) return false;
        found_a_place += told ? 1U : 0U;
        if (told) live_.push_back({*told, *by_parallel, *by_indexed, *by_tight});
        return true;
    }

    /// Releases one of the live placements everywhere.
    void release(std::uint64_t drawn) {
        if (live_.empty()) return;
        std::swap(live_[drawn % live_.size()], live_.back());
        scan_.release(live_.back()[0]);
        parallel_.release(live_.back()[1]);
        indexed_.release(live_.back()[2]);
        tight_.release(live_.back()[3]);
        live_.pop_back();
    }

    [[nodiscard]] bool same_state() const {
        return state().same_state(parallel_.cluster()) && state().same_state(indexed_.cluster()) &&
               state().same_state(tight_.cluster());
    }

  private:
    static bool alike(const std::optional<placement>& a, const std::optional<placement>& b) {
        return a.has_value() == b.has_value() && (!a || (a->node == b->node && a->gpus == b->gpus));
    }

    any_scheduler scan_;
    any_scheduler parallel_;
    any_scheduler indexed_;
    any_scheduler tight_; // forgets shapes all the time
    std::vector<std::array<placement, 4>> live_;
};

/// Places and releases on random clusters until that many decisions are made; make(engine, mix, seed) makes the policy.
template <class MakePolicy> void drive(std::uint64_t seed, std::size_t decisions, const MakePolicy& make) {
    const std::size_t end = decided + decisions;
    for (std::uint64_t round = 0; decided < end; ++round) {
        random_history history{mix_bits(seed) + round};
        const cluster on = history.any_cluster();
        const task_mix mix = history.any_mix(on);
        four_engines engines{on, [&](const auto& engine) { return make(engine, mix, seed + round); }};
        std::vector<request> shapes; // a few, so that most of them come again
        for (std::uint64_t n = 2 + history.below(10); n > 0; --n) shapes.push_back(history.any_request(on));
        for (int step = 0; step < 400; ++step) {
            if (history.below(9) < 4)
                engines.release(history.below(1U << 30));
            else
                ASSERT_TRUE(engines.place(shapes[history.below(shapes.size())]))
                    << "round " << round << " step " << step;
        }
        ASSERT_TRUE(engines.same_state()) << "round " << round;
    }
}

constexpr std::size_t decisions_each = 70'000;

} // namespace

TEST(engines, never_differ_over_a_million_decisions) {
    const std::size_t before = decided;
    std::uint64_t number = 0;
    for (const std::string& name : test::preset_names())
        drive(number++, decisions_each, [&](const auto& engine, const task_mix& mix, std::uint64_t seed) {
            return test::preset(name, {mix, seed}, engine);
        });
    drive(100, decisions_each, [](const auto& engine, const task_mix& mix, std::uint64_t) {
        return any_policy{
            policy::then(policy::quantize(policy::fragmentation{mix}, 100), policy::best_fit{}, policy::first_fit{}),
            engine};
    });
    drive(101, decisions_each, [](const auto& engine, const task_mix&, std::uint64_t) {
        return any_policy{
            policy::node_then_gpus(0.7 * policy::binpack{} + 0.3 * policy::best_fit{}, policy::gpu_worst_fit{}),
            engine};
    });
    std::printf("%zu decisions, each by four engines; %zu found a place\n", decided - before, found_a_place);
    EXPECT_GE(decided - before, 1'000'000U);
    EXPECT_GE(found_a_place, 400'000U);
}

TEST(engines, decide_as_the_naive_evaluation_of_fgd_does) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        random_history history{seed, true};
        const cluster on = history.any_cluster();
        const task_mix mix = history.any_mix(on);
        const naive_fgd oracle{mix};
        scheduler by{on, policy::fgd{mix}, search::indexed{}};
        for (int step = 0; step < 60; ++step) {
            const request request = history.any_request(on);
            const auto expected = oracle.find(by.cluster(), request);
            const auto placed = by.try_place(request);
            ASSERT_EQ(placed.has_value(), expected.has_value());
            if (placed) {
                ASSERT_EQ((selection{placed->node, placed->gpus}), *expected);
            }
        }
    }
}
