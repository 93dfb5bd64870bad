// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// A linear program that grows by columns: maximise gain x where A x <= limits and x >= 0; the primal simplex method
/// with an explicit inverse of the basis.
///
/// In floating point: its prices are a proposal, which whoever needs a proof evaluates in whole numbers.
class packing_program {
  public:
    /// The entries of a column that are not 0, as rows and values.
    using column = std::vector<std::pair<std::size_t, double>>;

    /// limits  [rows]  above 0
    explicit packing_program(std::vector<double> limits)
        : rows_{limits.size()}, level_{std::move(limits)}, price_(rows_), inverse_(rows_ * rows_), step_(rows_) {
        for (std::size_t i = 0; i < rows_; ++i) inverse_[i * rows_ + i] = 1;
    }

    /// What one more unit of each limit would gain.
    ///
    /// returns  [rows]; below 0 where the row's slack would rather be used: see enter_slack()
    [[nodiscard]] const std::vector<double>& prices() const noexcept { return price_; }

    /// Brings a column into the basis.
    ///
    /// returns  false where it would not help: its gain is no more than its price
    bool enter(const column& entries, double gain) {
        double surplus = gain;
        for (const auto& [row, value] : entries) surplus -= price_[row] * value;
        if (surplus <= tolerance) return false;
        for (std::size_t i = 0; i < rows_; ++i) {
            step_[i] = 0;
            for (const auto& [row, value] : entries) step_[i] += inverse_[i * rows_ + row] * value;
        }
        const std::size_t leaving = blocking_row();
        if (leaving == rows_) return false;
        pivot(leaving, surplus);
        return true;
    }

    /// Brings the slack with the most negative price into the basis; false where none is negative.
    bool enter_slack() {
        std::size_t lowest = 0;
        for (std::size_t i = 1; i < rows_; ++i)
            if (price_[i] < price_[lowest]) lowest = i;
        return rows_ > 0 && price_[lowest] < -tolerance && enter({{lowest, 1.0}}, 0);
    }

    static constexpr double tolerance = 1e-9;

  private:
    /// The row that first reaches 0; ties: the larger pivot, then the lower row.
    [[nodiscard]] std::size_t blocking_row() const noexcept {
        std::size_t blocking = rows_;
        double least = 0;
        for (std::size_t i = 0; i < rows_; ++i) {
            if (step_[i] <= tolerance) continue;
            const double ratio = level_[i] / step_[i];
            const bool first = blocking == rows_ || ratio < least - tolerance;
            if (first || (ratio <= least + tolerance && step_[i] > step_[blocking])) {
                blocking = i;
                least = first ? ratio : std::fmin(least, ratio);
            }
        }
        return blocking;
    }

    void pivot(std::size_t leaving, double surplus) {
        double* const row = inverse_.data() + leaving * rows_;
        const double by = step_[leaving];
        for (std::size_t j = 0; j < rows_; ++j) {
            row[j] /= by;
            price_[j] += surplus * row[j];
        }
        level_[leaving] = std::fmax(level_[leaving] / by, 0.0);
        for (std::size_t i = 0; i < rows_; ++i) {
            if (i == leaving || step_[i] == 0) continue;
            double* const other = inverse_.data() + i * rows_;
            for (std::size_t j = 0; j < rows_; ++j) other[j] -= step_[i] * row[j];
            level_[i] = std::fmax(level_[i] - step_[i] * level_[leaving], 0.0);
        }
    }

    std::size_t rows_;
    std::vector<double> level_;   // [rows]  of the variable that is basic there
    std::vector<double> price_;   // [rows]
    std::vector<double> inverse_; // [rows, rows]
    std::vector<double> step_;    // [rows]  what the entering variable takes of each
};

} // namespace gpupack::plan::detail
