// SPDX-License-Identifier: Apache-2.0
#include <gpupack/search/tournament.hpp>

#include "support/for_all.hpp"

#include <gpupack/core/random.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>
#include <optional>

using namespace gpupack;

namespace {

using keys = std::map<std::uint32_t, std::int64_t>;

std::optional<std::uint32_t> slow_best(const keys& entered) {
    std::optional<std::uint32_t> best;
    for (const auto& [number, key] : entered)
        if (!best || key > entered.at(*best)) best = number;
    return best;
}

} // namespace

// Few distinct keys, so that ties are frequent; sizes around the borders of groups and levels.
TEST(tournament, knows_the_best_after_every_change) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        const std::size_t sizes[] = {1, 2, 15, 16, 17, 255, 256, 257, 4096, 5000};
        const auto size = sizes[random.below(std::size(sizes))];
        search::tournament<std::int64_t> contest{size};
        keys entered;
        for (int step = 0; step < 400; ++step) {
            const auto number = static_cast<std::uint32_t>(random.below(size));
            if (random.below(3) == 0) {
                contest.erase(number);
                entered.erase(number);
            } else {
                const auto key = static_cast<std::int64_t>(random.below(5)) - 2;
                contest.put(number, key);
                entered[number] = key;
            }
            RC_ASSERT(contest.contains(number) == entered.contains(number));
            RC_ASSERT(contest.best() == slow_best(entered));
        }
    });
}

TEST(tournament, refill_forgets_who_was_there) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        const auto size = static_cast<std::size_t>(1 + random.below(700));
        search::tournament<std::int64_t> contest{size};
        contest.put(static_cast<std::uint32_t>(random.below(size)), 1000);
        keys entered;
        contest.refill(size, [&](std::uint32_t number, std::int64_t& key) {
            if (random.below(3) == 0) return false;
            key = static_cast<std::int64_t>(random.below(4));
            entered[number] = key;
            return true;
        });
        for (std::uint32_t i = 0; i < size; ++i) RC_ASSERT(contest.contains(i) == entered.contains(i));
        while (!entered.empty()) { // the best leaves, again and again: every winner must be known
            RC_ASSERT(contest.best() == slow_best(entered));
            entered.erase(*contest.best());
            contest.erase(*contest.best());
        }
        RC_ASSERT(!contest.best());
    });
}

TEST(tournament, knows_the_best_of_those_that_are_kept) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        const std::size_t sizes[] = {1, 16, 17, 257, 4097};
        const auto size = sizes[random.below(std::size(sizes))];
        search::tournament<std::int64_t> contest{size};
        keys entered;
        for (int i = 0; i < 300; ++i) {
            const auto number = static_cast<std::uint32_t>(random.below(size));
            entered[number] = static_cast<std::int64_t>(random.below(6));
            contest.put(number, entered[number]);
        }
        for (std::uint64_t one_in = 1; one_in < 6; ++one_in) { // one in so many is left out; of one, all
            const auto keep = [&](std::uint32_t number) { return mix_bits(seed + number) % one_in != 0; };
            keys kept;
            for (const auto& [number, key] : entered)
                if (keep(number)) kept[number] = key;
            const auto best = contest.best_among(keep);
            RC_ASSERT((best.found() ? std::optional{best.node.number()} : std::nullopt) == slow_best(kept));
            if (best.found()) RC_ASSERT(best.score == kept.at(best.node.number()));
        }
    });
}

TEST(tournament, without_entrants_has_no_best) {
    EXPECT_FALSE(search::tournament<int>{0}.best());
    EXPECT_FALSE(search::tournament<int>{20}.best());
}

TEST(tournament, grows_while_it_goes_on) {
    for_all([](std::uint64_t seed) {
        random_stream random{seed};
        search::tournament<std::int64_t> contest{random.below(20)};
        keys entered;
        std::uint64_t size = 1;
        for (int step = 0; step < 300; ++step) {
            size += random.below(8);
            const auto number = static_cast<std::uint32_t>(random.below(size));
            if (random.below(3) == 0) {
                contest.erase(number);
                entered.erase(number);
            } else {
                entered[number] = static_cast<std::int64_t>(random.below(4));
                contest.put(number, entered[number]);
            }
            RC_ASSERT(contest.best() == slow_best(entered));
        }
    });
}
