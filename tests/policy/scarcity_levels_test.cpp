// SPDX-License-Identifier: Apache-2.0
#include <gpupack/policy/scarcity_levels.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

using gpupack::policy::place_level;
using gpupack::policy::rounded_price;
using gpupack::policy::scarcity_level;
using gpupack::policy::scarcity_levels;

TEST(scarcity_level, rises_by_one_for_each_factor_of_four) {
    EXPECT_EQ(scarcity_level::of(0, 0), 0);
    EXPECT_EQ(scarcity_level::of(160, 160), 0); // less than a sixteenth
    EXPECT_EQ(scarcity_level::of(160, 159), 1);
    EXPECT_EQ(scarcity_level::of(160, 39), 2);
    EXPECT_EQ(scarcity_level::of(160, 9), 3); // as many as are wanted
    EXPECT_EQ(scarcity_level::of(12, 0), 2);  // three quarters of a place are wanted, and the last one is gone
    EXPECT_EQ(scarcity_level::of(std::int64_t{1} << 34, 0), scarcity_level::most);
    for (std::int64_t left = 1; left < 3000; ++left)
        EXPECT_LE(scarcity_level::of(100, left), scarcity_level::of(100, left - 1));
}

TEST(scarcity_level, knows_from_how_many_places_on_nothing_costs_anything) {
    for (const std::int64_t wanted : {0, 1, 7, 60}) {
        EXPECT_EQ(scarcity_level::of(wanted, wanted), 0) << wanted;
        if (wanted == 0) continue;
        EXPECT_GT(scarcity_level::of(wanted, wanted - 1), 0);
    }
}

TEST(scarcity_level, stands_for_the_middle_of_its_step) {
    EXPECT_EQ(scarcity_level::times(800, 0), 0);
    EXPECT_EQ(scarcity_level::times(800, 1), 100);  // ratios from 1/16 to 1/4
    EXPECT_EQ(scarcity_level::times(800, 3), 1600); // from 1 to 4
}

TEST(place_level, falls_by_one_for_each_halving_of_what_a_place_is_worth) {
    for (const std::int64_t demand : {1, 8, 16, 160, 1000, 100'000}) {
        EXPECT_EQ(place_level::of(demand, 0), place_level::most);
        std::int64_t left = 0;
        for (; left < place_level::enough(demand); ++left) {
            const double wanted = static_cast<double>(demand) / 16;
            const double halvings = static_cast<double>(left) / std::sqrt(wanted + 1) * std::log2(std::exp(1.0));
            EXPECT_NEAR(place_level::of(demand, left),
                        std::max<double>(place_level::least, place_level::most - halvings), 0.51)
                << demand << " " << left;
            EXPECT_LE(place_level::of(demand, left + 1), place_level::of(demand, left));
        }
        EXPECT_EQ(place_level::of(demand, left), place_level::least) << demand;
        EXPECT_EQ(place_level::of(demand, std::int64_t{1} << 22), place_level::least);
    }
    EXPECT_EQ(place_level::of(0, 0), 0); // nobody wants any
}

TEST(place_level, stands_for_a_part_of_a_place) {
    EXPECT_EQ(place_level::times(1000, place_level::most), 1000);
    EXPECT_EQ(place_level::times(1000, place_level::most - 3), 125);
    EXPECT_EQ(place_level::times(1024, place_level::least), 4);
    EXPECT_EQ(place_level::times(1000, 0), 0);
}

TEST(rounded_price, keeps_three_digits_and_tells_prices_apart_by_its_code) {
    for (std::int64_t exact = 0; exact < 5000; ++exact) {
        const rounded_price rounded = rounded_price::of(exact);
        EXPECT_LE(rounded.price, exact);
        EXPECT_GE(rounded.price * 5, exact * 4);
        const rounded_price next = rounded_price::of(exact + 1);
        EXPECT_EQ(next.code == rounded.code, next.price == rounded.price) << exact;
    }
    EXPECT_EQ(rounded_price::of(7).price, 7);
    EXPECT_NE(rounded_price::of(std::int64_t{1} << 60).code, rounded_price::of(std::int64_t{1} << 59).code);
}

TEST(scarcity_levels, differ_where_any_level_does) {
    const scarcity_levels none;
    scarcity_levels some;
    EXPECT_TRUE(none == some);
    some.mig[3][2] = 5;
    EXPECT_FALSE(none == some);
    EXPECT_EQ((none ^ some).mig[3][2], 5);
    some = {};
    some.models[7] = 1;
    EXPECT_FALSE(none == some);
    some = {};
    some.whole[15] = 1;
    EXPECT_FALSE(none == some);
    some = {};
    some.cpu = 1;
    EXPECT_FALSE(none == some);
    EXPECT_EQ((none ^ some).cpu, 1);
}
