// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/detail/packing_program.hpp>

#include <gpupack/core/random.hpp>

#include <Eigen/LU>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

using namespace gpupack;
using plan::detail::packing_program;

namespace {

/// maximise gains * x where columns * x <= limits and x >= 0.
struct linear_program {
    std::vector<double> limits;
    Eigen::MatrixXd columns; ///< [rows, columns]
    std::vector<double> gains;

    [[nodiscard]] packing_program::column column(Eigen::Index nth) const {
        packing_program::column entries;
        for (Eigen::Index row = 0; row < columns.rows(); ++row)
            if (columns(row, nth) != 0) entries.emplace_back(static_cast<std::size_t>(row), columns(row, nth));
        return entries;
    }
    [[nodiscard]] double surplus(const packing_program& program, Eigen::Index nth) const {
        double sum = gains[static_cast<std::size_t>(nth)];
        for (const auto& [row, value] : column(nth)) sum -= program.price(row) * value;
        return sum;
    }
};

/// Solves the program by Dantzig's rule: whatever has the largest surplus enters, a column or a slack.
///
/// @return how many entered; `most` where it came to no end
int solve(packing_program& program, const linear_program& problem, int most) {
    for (int entered = 0; entered < most; ++entered) {
        Eigen::Index best = 0;
        for (Eigen::Index c = 1; c < problem.columns.cols(); ++c)
            if (problem.surplus(program, best) < problem.surplus(program, c)) best = c;
        double lowest_price = 0;
        for (std::size_t row = 0; row < program.rows(); ++row)
            lowest_price = std::min(lowest_price, program.price(row));
        if (-lowest_price > problem.surplus(program, best) && program.enter_slack()) continue;
        if (!program.enter(problem.column(best), problem.gains[static_cast<std::size_t>(best)])) return entered;
    }
    return most;
}

/// The best gain over all vertices: every choice of as many basic variables as there are rows.
double best_vertex(const linear_program& problem) {
    const Eigen::Index rows = problem.columns.rows();
    Eigen::MatrixXd all(rows, problem.columns.cols() + rows);
    all << problem.columns, Eigen::MatrixXd::Identity(rows, rows);
    const Eigen::VectorXd limits = Eigen::Map<const Eigen::VectorXd>(problem.limits.data(), rows);
    std::vector<bool> is_basic(static_cast<std::size_t>(all.cols()));
    std::fill(is_basic.end() - rows, is_basic.end(), true);
    double best = 0;
    do {
        std::vector<Eigen::Index> basic;
        for (Eigen::Index c = 0; c < all.cols(); ++c)
            if (is_basic[static_cast<std::size_t>(c)]) basic.push_back(c);
        const Eigen::FullPivLU<Eigen::MatrixXd> basis{all(Eigen::all, basic)};
        if (!basis.isInvertible()) continue;
        const Eigen::VectorXd levels = basis.solve(limits);
        if (levels.minCoeff() < -1e-9) continue;
        double gain = 0;
        for (std::size_t i = 0; i < basic.size(); ++i)
            if (basic[i] < problem.columns.cols())
                gain += problem.gains[static_cast<std::size_t>(basic[i])] * levels[static_cast<Eigen::Index>(i)];
        best = std::max(best, gain);
    } while (std::next_permutation(is_basic.begin(), is_basic.end()));
    return best;
}

linear_program random_program(random_stream& random) {
    const auto rows = static_cast<Eigen::Index>(1 + random.below(4));
    const auto columns = static_cast<Eigen::Index>(1 + random.below(5));
    linear_program problem{{}, Eigen::MatrixXd::Zero(rows, columns), {}};
    for (Eigen::Index row = 0; row < rows; ++row) problem.limits.push_back(static_cast<double>(1 + random.below(6)));
    for (Eigen::Index c = 0; c < columns; ++c) {
        for (Eigen::Index row = 0; row < rows; ++row) problem.columns(row, c) = static_cast<double>(random.below(4));
        problem.columns(static_cast<Eigen::Index>(random.below(static_cast<std::uint64_t>(rows))), c) += 1; // bounded
        problem.gains.push_back(static_cast<double>(random.below(8)));
    }
    return problem;
}

} // namespace

TEST(packing_program, gains_what_the_best_vertex_gains) {
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        random_stream random{seed};
        const linear_program problem = random_program(random);
        packing_program program{problem.limits};
        ASSERT_LT(solve(program, problem, 1000), 1000) << seed;
        ASSERT_NEAR(program.gain(), best_vertex(problem), 1e-6) << seed;
        // Prices that leave no column a surplus, and that the limits pay for, prove that no more is to be had.
        double income = 0;
        for (std::size_t row = 0; row < program.rows(); ++row) {
            ASSERT_GE(program.price(row), -1e-6) << seed;
            income += program.price(row) * problem.limits[row];
        }
        ASSERT_NEAR(income, program.gain(), 1e-6) << seed;
    }
}

TEST(packing_program, keeps_its_solution_when_the_inverse_is_computed_anew) {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        random_stream random{seed};
        const linear_program problem = random_program(random);
        packing_program program{problem.limits};
        (void)solve(program, problem, 1000);
        std::vector<double> prices;
        for (std::size_t row = 0; row < program.rows(); ++row) prices.push_back(program.price(row));
        const double gain = program.gain();
        program.factorize();
        ASSERT_NEAR(program.gain(), gain, 1e-9) << seed;
        for (std::size_t row = 0; row < program.rows(); ++row)
            ASSERT_NEAR(program.price(row), prices[row], 1e-9) << seed;
    }
}

// Beale's program: with the largest surplus first and ties to the lowest row, the simplex method goes round for ever.
TEST(packing_program, does_not_cycle_where_all_pivots_are_degenerate) {
    linear_program beale{{0, 0, 1}, Eigen::MatrixXd(3, 4), {0.75, -150, 0.02, -6}};
    beale.columns << 0.25, -60, -0.04, 9, //
        0.5, -90, -0.02, 3,               //
        0, 0, 1, 0;
    packing_program program{beale.limits};
    EXPECT_LT(solve(program, beale, 50), 50);
    EXPECT_NEAR(program.gain(), 0.05, 1e-9);
}

TEST(packing_program, refuses_a_column_that_gains_no_more_than_its_price) {
    packing_program program{{2.0}};
    EXPECT_FALSE(program.enter({{0, 1.0}}, 0));
    EXPECT_TRUE(program.enter({{0, 1.0}}, 3));
    EXPECT_FALSE(program.enter({{0, 2.0}}, 6));
    EXPECT_TRUE(program.enter({{0, 2.0}}, 7));
    EXPECT_NEAR(program.gain(), 7, 1e-9);
    EXPECT_FALSE(program.enter_slack());
}
