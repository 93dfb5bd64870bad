// SPDX-License-Identifier: Apache-2.0
#include <gpupack/workload/draws.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

using namespace gpupack;

namespace {

constexpr std::int64_t mean = 1 << 20;

} // namespace

TEST(draws, exponential_ones_have_their_mean_and_their_tail) {
    random_stream random{3};
    constexpr int draws = 100'000;
    double sum = 0;
    double squares = 0;
    int beyond = 0;
    for (int i = 0; i < draws; ++i) {
        const double drawn = static_cast<double>(workload::draw_exponential(random, mean)) / static_cast<double>(mean);
        sum += drawn;
        squares += drawn * drawn;
        beyond += drawn > 2 ? 1 : 0;
    }
    EXPECT_NEAR(sum / draws, 1.0, 0.015);
    EXPECT_NEAR(squares / draws, 2.0, 0.06);
    EXPECT_NEAR(double(beyond) / draws, std::exp(-2.0), 0.005);
}

TEST(draws, poisson_ones_vary_as_much_as_their_mean) {
    random_stream random{4};
    double sum = 0;
    double squares = 0;
    constexpr int draws = 5'000;
    for (int i = 0; i < draws; ++i) {
        const auto drawn = static_cast<double>(workload::draw_poisson(random, 40 << 16));
        sum += drawn;
        squares += drawn * drawn;
    }
    EXPECT_NEAR(sum / draws, 40, 0.4);
    EXPECT_NEAR(squares / draws - (sum / draws) * (sum / draws), 40, 4);
    EXPECT_EQ(workload::draw_poisson(random, 0), 0);
}

TEST(draws, normal_ones_have_the_moments_and_the_tails_of_the_normal_distribution) {
    random_stream random{5};
    constexpr int draws = 200'000;
    double moments[5] = {};
    int beyond_one = 0;
    int beyond_three = 0;
    for (int i = 0; i < draws; ++i) {
        const double drawn = static_cast<double>(workload::draw_normal(random)) / (1 << 30);
        double power = 1;
        for (double& moment : moments) {
            moment += power / draws;
            power *= drawn;
        }
        beyond_one += std::abs(drawn) > 1 ? 1 : 0;
        beyond_three += std::abs(drawn) > 3 ? 1 : 0;
    }
    EXPECT_NEAR(moments[1], 0, 0.01);
    EXPECT_NEAR(moments[2], 1, 0.015);
    EXPECT_NEAR(moments[3], 0, 0.04);
    EXPECT_NEAR(moments[4], 3, 0.1);
    EXPECT_NEAR(double(beyond_one) / draws, std::erfc(1 / std::sqrt(2.0)), 0.004);
    EXPECT_NEAR(double(beyond_three) / draws, std::erfc(3 / std::sqrt(2.0)), 0.0005);
}

TEST(draws, powers_of_two_are_exact_to_nine_digits) {
    for (double exponent = -12; exponent < 12; exponent += 0.37) {
        const auto power = static_cast<double>(
            workload::detail::power_of_two(static_cast<std::int64_t>(std::floor(exponent * (1 << 30)))));
        EXPECT_NEAR(power / (1 << 30) / std::exp2(exponent), 1, exponent < 0 ? 1e-5 : 1e-7) << exponent;
    }
    EXPECT_EQ(workload::detail::power_of_two(std::int64_t{-40} << 30), 0);
}

TEST(draws, lognormal_ones_have_their_mean_and_median_and_tilted_ones_count_by_size) {
    random_stream random{6};
    constexpr int draws = 200'000;
    double sum = 0;
    int below_median = 0;
    int below_tilted_median = 0;
    for (int i = 0; i < draws; ++i) {
        const auto plain = static_cast<double>(workload::draw_lognormal(random, mean, 1)) / static_cast<double>(mean);
        const auto tilted =
            static_cast<double>(workload::draw_lognormal(random, mean, 1, 1)) / static_cast<double>(mean);
        sum += plain;
        below_median += plain < std::exp(-0.5) ? 1 : 0;
        below_tilted_median += tilted < std::exp(0.5) ? 1 : 0; // of a lognormal whose logarithm is moved by sigma^2
    }
    EXPECT_NEAR(sum / draws, 1, 0.02);
    EXPECT_NEAR(double(below_median) / draws, 0.5, 0.005);
    EXPECT_NEAR(double(below_tilted_median) / draws, 0.5, 0.005);
}
